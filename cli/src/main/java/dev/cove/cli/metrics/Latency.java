package dev.cove.cli.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** How long something took, each time; for many threads. */
final class Latency {
  // A minute is the most that is told apart; two digits are what a person compares.
  private static final long MOST_MICROS = TimeUnit.MINUTES.toMicros(1);
  private static final int DIGITS = 2;

  private final ConcurrentHistogram micros = new ConcurrentHistogram(MOST_MICROS, DIGITS);
  private final LongAdder nanos = new LongAdder();

  void record(long took) {
    micros.recordValue(Math.min(MOST_MICROS, TimeUnit.NANOSECONDS.toMicros(took)));
    nanos.add(took);
  }

  /**
   * At one moment, in seconds.
   *
   * @param count how often
   * @param sum of all
   */
  record Times(long count, double sum, double p50, double p90, double p99, double max) {}

  Times times() {
    Histogram now = micros.copy();
    return new Times(
        now.getTotalCount(),
        nanos.sum() / 1e9,
        now.getValueAtPercentile(50) / 1e6,
        now.getValueAtPercentile(90) / 1e6,
        now.getValueAtPercentile(99) / 1e6,
        now.getMaxValue() / 1e6);
  }
}
