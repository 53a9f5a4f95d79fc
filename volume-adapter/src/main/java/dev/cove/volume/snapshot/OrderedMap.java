package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import org.jspecify.annotations.Nullable;

/** Keys in the order of their unsigned bytes, each with a value. Callers change no array that goes in or comes out. */
public interface OrderedMap {

  byte @Nullable [] get(byte[] key) throws StorageException;

  /** The entries from the first key that is not below {@code from}. */
  Cursor seek(byte[] from) throws StorageException;

  /** Goes through entries in order; for one thread. Sees the state at its beginning, where the map has states. */
  interface Cursor {

    /** Moves to the next entry, at the beginning to the first; false at the end. */
    boolean next() throws StorageException;

    byte[] key();

    byte[] value();
  }
}
