package dev.cove.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.LongSupplier;

/**
 * Numbers for new inodes that no other writer uses: a random range of a million for each writer, so that what is made together lies
 * together and inodes keep their numbers through every merge.
 */
final class InodeNumbers implements LongSupplier {
  private static final int RANGE_BITS = 20;

  private final LongSupplier random;

  @GuardedBy("this")
  private long next;

  /** @param random 64 random bits each time */
  InodeNumbers(LongSupplier random) {
    this.random = random;
  }

  @Override
  public synchronized long getAsLong() {
    if ((next & ((1L << RANGE_BITS) - 1)) == 0) {
      // 43 random bits, never zero: the range of the root is not given out.
      next = (1 + (random.getAsLong() >>> (RANGE_BITS + 2))) << RANGE_BITS;
    }
    return next++;
  }
}
