package dev.cove.volume;

import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.Sealed;
import java.time.Duration;

/**
 * A commit that is in use. It counts from when the store received it, by the store's own clock, so that clocks that differ do no harm.
 * For one thread.
 */
public final class Lease implements AutoCloseable {
  private final VolumeStore store;
  private final Line line;
  private final long commit;
  private final Duration validity;
  private String key;

  private Lease(VolumeStore store, Line line, long commit, Duration validity, String key) {
    this.store = store;
    this.line = line;
    this.commit = commit;
    this.validity = validity;
    this.key = key;
  }

  static Lease take(VolumeStore store, Line line, long commit, Duration validity)
      throws StorageException {
    if (validity.isNegative() || validity.isZero()) {
      throw new IllegalArgumentException("a lease is valid for some time");
    }
    return new Lease(store, line, commit, validity, put(store, line, commit, validity));
  }

  private static String put(VolumeStore store, Line line, long commit, Duration validity)
      throws StorageException {
    // A new name each time: no object is ever overwritten, and one that nobody knows of runs out.
    String key = line.prefix() + "leases/" + store.newId();
    ByteWriter out = new ByteWriter().varint(commit).varint(validity.toSeconds());
    store
        .objects()
        .put(
            key,
            Content.of(Sealed.seal(Sealed.Kind.LEASE, out.text(store.options().author()))),
            WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
    return key;
  }

  /** The number of the commit. */
  public long commit() {
    return commit;
  }

  /** Begins its time anew. */
  public void renew() {
    try {
      String renewed = put(store, line, commit, validity);
      store.objects().delete(key, WriteCondition.none());
      key = renewed;
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }

  /** Releases the commit. */
  @Override
  public void close() {
    try {
      store.objects().delete(key, WriteCondition.none());
    } catch (StorageException e) {
      throw VolumeException.of(e);
    }
  }
}
