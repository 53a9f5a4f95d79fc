package dev.cove.read;

import java.io.IOException;

/**
 * One open file: what its readers did so far, and what is fetched ahead for them. Safe for use by
 * many threads; requests may come out of order.
 */
public final class ReadHandle implements AutoCloseable {
  private final ObjectReader reader;

  /** Guarded by the reader's lock. */
  final Patterns patterns = new Patterns();

  volatile boolean closed;

  ReadHandle(ObjectReader reader) {
    this.reader = reader;
  }

  public ObjectReader reader() {
    return reader;
  }

  /**
   * Hands the bytes from {@code offset} to {@code sink} in exactly one call: {@code size} of them, or
   * fewer where the object ends, or none past its end.
   *
   * @throws dev.cove.storage.StorageException {@code PRECONDITION_FAILED} or {@code NOT_FOUND} when
   *     this version is gone ({@link ObjectReader#delivered} tells whether a byte of it was seen);
   *     {@code TIMEOUT} when no bytes came in time; nothing was sent then
   */
  public void read(long offset, int size, ReadSink sink) throws IOException {
    reader.read(this, offset, size, sink);
  }

  /** Drops what was fetched ahead and stops what is under way, unless another handle waits for it. */
  @Override
  public void close() {
    reader.close(this);
  }
}
