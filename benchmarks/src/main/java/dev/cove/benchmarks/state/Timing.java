package dev.cove.benchmarks.state;

import java.util.Arrays;

/** Measures one call many times and speaks of the median, which other work on the machine moves least. */
final class Timing {
  private Timing() {}

  interface Call {
    void run(int i) throws Exception;
  }

  /** Nanoseconds of each of {@code times} calls, sorted. */
  static long[] each(int times, Call call) throws Exception {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      call.run(i);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos;
  }

  /** The median in microseconds, after a warm-up of as many calls. */
  static double medianMicros(int times, Call call) throws Exception {
    each(times, call);
    return median(each(times, call)) / 1000.0;
  }

  static long median(long[] sorted) {
    return sorted[sorted.length / 2];
  }

  static long percentile(long[] sorted, double percent) {
    return sorted[(int) Math.min(sorted.length - 1, Math.ceil(sorted.length * percent / 100))];
  }

  /**
   * How many times the second call's speed the first one has, from short alternating rounds, so that both meet the same
   * weather.
   */
  static double ratio(int rounds, int times, Call ours, Call theirs) throws Exception {
    double[] ratios = new double[rounds];
    each(times, ours);
    each(times, theirs);
    for (int i = 0; i < rounds; i++) {
      double own = median(each(times, ours));
      double other = median(each(times, theirs));
      ratios[i] = other / own;
    }
    Arrays.sort(ratios);
    return ratios[rounds / 2];
  }
}
