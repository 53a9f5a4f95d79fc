package dev.cove.read;

/**
 * How the store answers: decides how many requests keep the line busy, and how large they are.
 *
 * <p>Two requests of 32 MiB at a time move most bytes where the first byte comes at once: a third
 * one only costs, and smaller ones cost more each. Where it takes its time, the line idles
 * meanwhile, unless others are under way.
 */
final class Pace {
  private static final int MOST_PARALLEL = 16;
  // One slow answer must not open many connections, and a fast one shows what is possible.
  private static final double RISE = 0.1;
  private static final double FALL = 0.5;

  // Less may have been in the socket's buffer already.
  private static final long LEAST_SAMPLE = 1 << 20;

  // On a slow line a reader would wait long for its part while later ones take their share of it.
  private static final double LONGEST_PART_NANOS = 1e9;

  private final ReadOptions options;

  // Racy on purpose: an estimate that loses an update is as good.
  private volatile double firstByteNanos;
  private volatile double nanosPerByte;

  Pace(ReadOptions options) {
    this.options = options;
  }

  /** A request's first byte came after so long. */
  void firstByte(long nanos) {
    double before = firstByteNanos;
    firstByteNanos =
        before == 0 ? nanos : before + (nanos - before) * (nanos > before ? RISE : FALL);
  }

  /** A request of some size was through, its first byte not counted. */
  void transferred(long bytes, long nanos) {
    if (bytes < LEAST_SAMPLE) {
      return;
    }
    double sample = (double) nanos / bytes;
    double before = nanosPerByte;
    nanosPerByte = before == 0 ? sample : before + (sample - before) * 0.2;
  }

  /** Requests under way for one reader with a window of so many bytes. */
  int parallel(long part) {
    int least = options.parallelParts();
    double transfer = nanosPerByte * part;
    if (transfer == 0) {
      return least;
    }
    // Those whose first byte is awaited, beside those that deliver. Rounded down for small waits.
    double wanted = least * (1 + firstByteNanos / transfer) - 0.2;
    return (int) Math.max(least, Math.min(MOST_PARALLEL, Math.ceil(wanted)));
  }

  /** The size of one request for a window of so many bytes, in whole blocks. */
  long part(long window) {
    long most = options.partSize();
    double perByte = nanosPerByte;
    if (perByte > 0) {
      most = Math.min(most, Math.max(LEAST_SAMPLE, (long) (LONGEST_PART_NANOS / perByte)));
    }
    long part = Math.min(most, window / options.parallelParts()) / Ahead.BLOCK * Ahead.BLOCK;
    return Math.max(Ahead.LEAST_PART, part);
  }

  /** The longest window that is of use to one reader: what is under way, and one part being read. */
  long mostWindow() {
    long part = part(Long.MAX_VALUE);
    return Math.min(options.maxWindow(), (parallel(part) + 1) * part);
  }
}
