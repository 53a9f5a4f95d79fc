package dev.cove.read;

import dev.cove.storage.StorageException;

/** Hears what the read path does, for metrics. Called on the hot path: count and return. */
public interface ReadMeter {

  ReadMeter NONE = new ReadMeter() {};

  /** A read was answered: {@code hit} of its {@code bytes} had arrived before it was asked. */
  default void delivered(long bytes, long hit) {}

  /** A read had to wait for bytes that were on their way or had to be asked for. */
  default void waited(long nanos) {}

  /** A request to the store was begun, for a read or ahead of it. */
  default void fetchStarted(Purpose purpose, long bytes) {}

  /** A request's first byte came. */
  default void firstByte(long nanos) {}

  /** A request ended, after {@code bytes} of its bytes. */
  default void fetchEnded(Purpose purpose, long bytes) {}

  /** Bytes of a request came from the disk cache instead of the store. */
  default void fromDisk(long bytes) {}

  /** A body that ended early was taken up again where it stopped. */
  default void resumed(StorageException.Kind why) {}

  /** A stream's window has a new size. */
  default void window(long bytes) {}

  /** Bytes that were fetched ahead were dropped before anyone asked for them. */
  default void wasted(long bytes) {}

  /** Why a request is made. */
  enum Purpose {
    /** A program waits for these bytes. */
    DEMAND,
    /** A program is expected to ask for them. */
    AHEAD
  }
}
