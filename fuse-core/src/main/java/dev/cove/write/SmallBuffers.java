package dev.cove.write;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Direct buffers for small files that are stored before they need a file in the spool; there are a few. */
final class SmallBuffers {
  /** Of each buffer, in bytes. */
  static final int SIZE = 64 << 10;

  // 4 MiB in all: as many files as are written at once, and more.
  private static final int MOST = 64;

  private final ConcurrentLinkedDeque<ByteBuffer> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger made = new AtomicInteger();

  /** An empty buffer, or null when all are in use. */
  @Nullable
  ByteBuffer tryTake() {
    ByteBuffer buffer = idle.pollFirst();
    if (buffer != null) {
      return buffer.clear();
    }
    if (made.incrementAndGet() > MOST) {
      made.decrementAndGet();
      return null;
    }
    return ByteBuffer.allocateDirect(SIZE);
  }

  void give(ByteBuffer buffer) {
    idle.addFirst(buffer);
  }
}
