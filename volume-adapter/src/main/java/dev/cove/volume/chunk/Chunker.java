package dev.cove.volume.chunk;

/**
 * Cuts bytes where their content says so (FastCDC with a gear hash and normalised sizes): an insertion moves the cuts near it and
 * leaves the others, so that what follows is known to be stored already.
 */
public final class Chunker {
  public static final int MIN = 256 << 10;
  public static final int AVERAGE = 1 << 20;
  public static final int MAX = 4 << 20;

  // Two bits more than the average asks for before it, two bits less after it: sizes gather around
  // the average.
  private static final long STRICT = -1L << (64 - 22);
  private static final long LOOSE = -1L << (64 - 18);

  private static final long[] GEAR = gear();

  private Chunker() {}

  /** The length of the chunk that begins at {@code from}; all that is there when that is less than {@link #MIN}. */
  public static int cut(byte[] bytes, int from, int to) {
    int length = Math.min(to - from, MAX);
    if (length <= MIN) {
      return length;
    }
    int normal = from + Math.min(AVERAGE, length);
    int end = from + length;
    long hash = 0;
    int at = from + MIN;
    for (; at < normal; at++) {
      hash = (hash << 1) + GEAR[bytes[at] & 0xff];
      if ((hash & STRICT) == 0) {
        return at + 1 - from;
      }
    }
    for (; at < end; at++) {
      hash = (hash << 1) + GEAR[bytes[at] & 0xff];
      if ((hash & LOOSE) == 0) {
        return at + 1 - from;
      }
    }
    return length;
  }

  /** Fixed for ever: with other numbers the same file would be cut, and so stored, anew. */
  private static long[] gear() {
    long[] table = new long[256];
    long state = 0x436f7665L; // SplitMix64, seeded with "Cove"
    for (int i = 0; i < table.length; i++) {
      state += 0x9e3779b97f4a7c15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      table[i] = z ^ (z >>> 31);
    }
    return table;
  }
}
