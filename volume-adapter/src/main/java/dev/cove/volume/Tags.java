package dev.cove.volume;

import dev.cove.storage.Content;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.Sealed;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/** Names for commits of a line; each an object that is created once. */
final class Tags {
  private final VolumeStore store;
  private final Line line;

  Tags(VolumeStore store, Line line) {
    this.store = store;
    this.line = line;
  }

  private String key(String tag) {
    return line.prefix() + "tags/" + tag;
  }

  void set(String tag, long number) throws StorageException {
    ObjectStore objects = store.objects();
    byte[] sealed = Sealed.seal(Sealed.Kind.TAG, new ByteWriter().varint(number));
    try {
      objects.put(
          key(tag), Content.of(sealed), WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.PRECONDITION_FAILED && !e.mayHaveBeenApplied()) {
        throw e;
      }
      OptionalLong there = get(tag);
      if (there.isEmpty()) {
        throw e;
      }
      if (there.getAsLong() != number) {
        throw new VolumeException(
            Reason.TAG_EXISTS,
            "the tag '" + tag + "' is the commit " + there.getAsLong()
                + " already: remove it first");
      }
    }
  }

  OptionalLong get(String tag) throws StorageException {
    try {
      return OptionalLong.of(read(key(tag)));
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  private long read(String key) throws StorageException {
    ByteReader in = Sealed.open(Sealed.Kind.TAG, Sealed.fetch(store.objects(), key), key);
    long number = in.varint();
    in.end();
    return number;
  }

  void remove(String tag) throws StorageException {
    store.objects().delete(key(tag), WriteCondition.none());
  }

  SortedMap<String, Long> all() throws StorageException {
    SortedMap<String, Long> all = new TreeMap<>();
    for (String key : store.keys(key(""))) {
      all.put(key.substring(key("").length()), read(key));
    }
    return all;
  }
}
