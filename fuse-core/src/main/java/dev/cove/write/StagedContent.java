package dev.cove.write;

import dev.cove.storage.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A range of a staged file on its way to the store, read from the spool a chunk at a time. */
final class StagedContent implements Content {
  private static final int CHUNK = 128 << 10;

  private final StagedFile file;
  private final BufferStock buffers;
  private final long start;
  private final long size;
  private volatile @Nullable IOException failure;

  StagedContent(StagedFile file, BufferStock buffers, long start, long size) {
    this.file = file;
    this.buffers = buffers;
    this.start = start;
    this.size = size;
  }

  static BufferStock buffers(int blockSize, int count) {
    // A chunk that begins within a block takes one block more.
    return new BufferStock((CHUNK / blockSize + 2) * blockSize, count);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public OptionalInt crc32c() {
    return file.bytes().crc32c(start, start + size);
  }

  /** Why the bytes could not be read; what the store made of it hides the reason. */
  @Nullable
  IOException failure() {
    return failure;
  }

  @Override
  public InputStream open() {
    return new Stream();
  }

  private final class Stream extends InputStream {
    private final ByteBuffer area = buffers.take();
    private ByteBuffer chunk = ByteBuffer.allocate(0);
    private long at = start;
    private boolean closed;

    @Override
    public int read() throws IOException {
      return refill() ? chunk.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!refill()) {
        return -1;
      }
      int count = Math.min(length, chunk.remaining());
      chunk.get(target, offset, count);
      return count;
    }

    private boolean refill() throws IOException {
      if (chunk.hasRemaining()) {
        return true;
      }
      if (closed) {
        throw new IOException("the stream is closed");
      }
      if (at >= start + size) {
        return false;
      }
      try {
        chunk = file.bytes().load(at, start + size, area);
      } catch (IOException e) {
        failure = e;
        throw e;
      } catch (IllegalStateException e) {
        failure = new IOException(e.getMessage(), e);
        throw failure;
      }
      at += chunk.remaining();
      return true;
    }

    @Override
    public int available() {
      return chunk.remaining();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        chunk = ByteBuffer.allocate(0);
        buffers.give(area);
      }
    }
  }
}
