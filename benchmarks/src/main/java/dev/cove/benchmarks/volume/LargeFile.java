package dev.cove.benchmarks.volume;

import java.io.InputStream;
import java.util.Random;

/** Random bytes, the same each time but for a mebibyte that is changed at one place. */
final class LargeFile extends InputStream {
  private static final int BLOCK = 1 << 20;

  private final byte[] block = new byte[BLOCK];
  private final long size;
  private final long changedFrom;
  private long position;

  /** @param changedFrom where the change begins; negative for none */
  LargeFile(long size, long changedFrom) {
    this.size = size;
    this.changedFrom = changedFrom;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    if (position == size) {
      return -1;
    }
    int within = (int) (position % BLOCK);
    if (within == 0) {
      new Random(position).nextBytes(block);
    }
    int count = (int) Math.min(Math.min(length, BLOCK - within), size - position);
    for (int i = 0; i < count; i++) {
      long at = position + i - changedFrom;
      boolean changed = changedFrom >= 0 && at >= 0 && at < BLOCK;
      target[offset + i] = (byte) (block[within + i] ^ (changed ? 1 : 0));
    }
    position += count;
    return count;
  }
}
