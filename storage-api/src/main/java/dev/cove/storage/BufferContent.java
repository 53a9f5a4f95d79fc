package dev.cove.storage;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** Content that streams a buffer, heap or direct, without an array of its own. */
record BufferContent(ByteBuffer bytes) implements Content {

  @Override
  public long size() {
    return bytes.capacity();
  }

  @Override
  public InputStream open() {
    return new BufferInputStream(bytes.duplicate().clear());
  }

  private static final class BufferInputStream extends InputStream {
    private final ByteBuffer rest;

    BufferInputStream(ByteBuffer rest) {
      this.rest = rest;
    }

    @Override
    public int read() {
      return rest.hasRemaining() ? rest.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!rest.hasRemaining()) {
        return -1;
      }
      int count = Math.min(length, rest.remaining());
      rest.get(target, offset, count);
      return count;
    }

    @Override
    public long skip(long count) {
      int skipped = (int) Math.max(0, Math.min(count, rest.remaining()));
      rest.position(rest.position() + skipped);
      return skipped;
    }

    @Override
    public int available() {
      return rest.remaining();
    }

    @Override
    public boolean markSupported() {
      return true;
    }

    @Override
    public synchronized void mark(int limit) {
      rest.mark();
    }

    @Override
    public synchronized void reset() {
      rest.reset();
    }
  }
}
