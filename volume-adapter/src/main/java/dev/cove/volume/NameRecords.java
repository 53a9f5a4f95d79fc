package dev.cove.volume;

import dev.cove.storage.Content;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.Sealed;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The names of a store: small objects, created once, each of which leads to the line of a volume. */
final class NameRecords {
  static final String PREFIX = "names/";

  private final ObjectStore objects;

  NameRecords(ObjectStore objects) {
    this.objects = objects;
  }

  static String key(String name) {
    return PREFIX + name;
  }

  /** What a name stands for. */
  record Named(Id line, Instant created) {}

  @Nullable
  Named find(String name) throws StorageException {
    String key = key(name);
    byte[] sealed;
    try {
      sealed = Sealed.fetch(objects, key);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
    ByteReader in = Sealed.open(Sealed.Kind.NAME, sealed, key);
    Id line = new Id(in.fixedLong(), in.fixedLong());
    Instant created = Instant.ofEpochSecond(in.signed());
    in.end();
    return new Named(line, created);
  }

  /** False when another volume has the name. */
  boolean publish(String name, Named named) throws StorageException {
    ByteWriter out = new ByteWriter();
    out.fixedLong(named.line().high()).fixedLong(named.line().low());
    out.signed(named.created().getEpochSecond());
    try {
      objects.put(
          key(name),
          Content.of(Sealed.seal(Sealed.Kind.NAME, out)),
          WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
      return true;
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.PRECONDITION_FAILED && !e.mayHaveBeenApplied()) {
        throw e;
      }
      Named there = find(name);
      if (there == null) {
        throw e;
      }
      return there.line().equals(named.line()); // Then it was this call, and its answer was lost.
    }
  }

  void remove(String name) throws StorageException {
    objects.delete(key(name), WriteCondition.none());
  }
}
