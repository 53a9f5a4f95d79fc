package dev.cove.write;

import java.util.Arrays;

/**
 * What the blocks of a segment hold: of each how many bytes from its start, and their checksum. Grows
 * with the segment, so that small files cost little.
 */
final class Blocks {
  private int[] sums = new int[4];
  private char[] covered = new char[4];
  private int count;

  /** The state of a run of blocks. */
  record Slice(int first, int[] sums, char[] covered) {
    int end() {
      return first + sums.length;
    }
  }

  /** Bytes from the block's start that mean something; 0 when nothing was written. */
  int covered(int block) {
    return block < count ? covered[block] : 0;
  }

  int sum(int block) {
    return sums[block];
  }

  /** One more than the last block that was ever written. */
  int count() {
    return count;
  }

  void set(int block, int sum, int bytes) {
    if (block >= count) {
      count = block + 1;
      if (count > sums.length) {
        int length = Math.max(count, sums.length * 2);
        sums = Arrays.copyOf(sums, length);
        covered = Arrays.copyOf(covered, length);
      }
    }
    sums[block] = sum;
    covered[block] = (char) bytes;
  }

  /** Forgets the blocks from this one on. */
  void cut(int block) {
    if (block < count) {
      Arrays.fill(covered, block, count, (char) 0);
      count = block;
    }
  }

  void set(Slice slice) {
    for (int i = 0; i < slice.sums().length; i++) {
      set(slice.first() + i, slice.sums()[i], slice.covered()[i]);
    }
  }

  Slice slice(int first, int end) {
    int[] someSums = new int[end - first];
    char[] someCovered = new char[end - first];
    for (int i = first; i < Math.min(end, count); i++) {
      someSums[i - first] = sums[i];
      someCovered[i - first] = covered[i];
    }
    return new Slice(first, someSums, someCovered);
  }

  /** How many blocks of this run hold nothing. */
  int empty(int first, int end) {
    int empty = Math.max(0, end - Math.max(first, count));
    for (int i = first; i < Math.min(end, count); i++) {
      if (covered[i] == 0) {
        empty++;
      }
    }
    return empty;
  }
}
