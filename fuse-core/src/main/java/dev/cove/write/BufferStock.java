package dev.cove.write;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/** Direct buffers for use again; as many as there are requests under way. */
final class BufferStock {
  private final ArrayBlockingQueue<ByteBuffer> idle;
  private final int size;

  BufferStock(int size, int count) {
    this.size = size;
    this.idle = new ArrayBlockingQueue<>(count);
  }

  /** Of each buffer, in bytes. */
  int size() {
    return size;
  }

  ByteBuffer take() {
    ByteBuffer buffer = idle.poll();
    return buffer == null ? ByteBuffer.allocateDirect(size) : buffer.clear();
  }

  void give(ByteBuffer buffer) {
    // One too many is left to the garbage collector.
    boolean ignored = idle.offer(buffer);
  }
}
