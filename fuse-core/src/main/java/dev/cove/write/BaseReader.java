package dev.cove.write;

import java.io.IOException;

/** Reads the unchanged bytes of a file that is being changed. */
@FunctionalInterface
public interface BaseReader {

  /**
   * Hands exactly {@code length} bytes of this version to the sink, in one call of it.
   *
   * @throws dev.cove.storage.StorageException {@code PRECONDITION_FAILED} or {@code NOT_FOUND} when
   *     the object has another version by now
   */
  void read(Base base, long offset, int length, ByteSink sink) throws IOException;
}
