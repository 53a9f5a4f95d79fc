package dev.cove.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Up to {@link BlockCache#BLOCK_SIZE} consecutive bytes of an object, off the heap. Its memory is
 * used again once nobody holds it: whoever looks at the bytes has it pinned.
 */
public final class Block {
  private static final VarHandle HOLDERS;

  static {
    try {
      HOLDERS = MethodHandles.lookup().findVarHandle(Block.class, "holders", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final BlockKey key;
  private final BufferPool pool;
  private final BufferPool.Chunk chunk;
  private final long index;
  private final int length;

  // Pins, and one for the table or cache that owns it; 0 once the memory is given back.
  @SuppressWarnings("unused")
  private volatile int holders = 1;

  // Racy on purpose: a lost mark costs one refetch at worst.
  boolean askedAgain;

  Block(BlockKey key, long index, int length, BufferPool pool, BufferPool.Chunk chunk) {
    this.key = key;
    this.index = index;
    this.length = length;
    this.pool = pool;
    this.chunk = chunk;
  }

  public long index() {
    return index;
  }

  /** In bytes. */
  public int length() {
    return length;
  }

  /** Bytes of memory it takes. */
  int weight() {
    return chunk.size;
  }

  /** Keeps the memory from being used again until {@link #unpin}; false when that is too late. */
  public boolean pin() {
    while (true) {
      int now = holders;
      if (now == 0) {
        return false;
      }
      if (HOLDERS.compareAndSet(this, now, now + 1)) {
        return true;
      }
    }
  }

  /** Undoes one {@link #pin}, or gives up the ownership. */
  public void unpin() {
    int left = (int) HOLDERS.getAndAdd(this, -1) - 1;
    if (left == 0) {
      pool.give(chunk);
    } else if (left < 0) {
      throw new IllegalStateException("a block was given back twice");
    }
  }

  /** The bytes themselves, to be read; valid while pinned. */
  public ByteBuffer view(int from, int count) {
    return chunk.memory.slice(from, count);
  }

  /** The memory to be filled, by one thread and before anyone reads it. */
  public ByteBuffer target() {
    return chunk.memory.slice(0, length);
  }
}
