package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Keys in the order of their unsigned bytes, each with a value. Callers change no array that goes in or comes out. */
public interface OrderedMap {

  byte @Nullable [] get(byte[] key) throws StorageException;

  /** The entries from the first key that is not below {@code from}. */
  default Cursor seek(byte[] from) throws StorageException {
    return seek(from, null);
  }

  /**
   * The entries from the first key that is not below {@code from} to the last one below {@code end}, for who wants all of them: they are
   * fetched with few requests.
   *
   * @param end null for the end of the map, and who may stop before it
   */
  Cursor seek(byte[] from, byte @Nullable [] end) throws StorageException;

  /** Fetches what {@link #get} of these keys will need, with few requests. */
  void prefetch(Collection<byte[]> keys) throws StorageException;

  /** Goes through entries in order; for one thread. Sees the state at its beginning, where the map has states. */
  interface Cursor {

    /** Moves to the next entry, at the beginning to the first; false at the end. */
    boolean next() throws StorageException;

    byte[] key();

    byte[] value();
  }
}
