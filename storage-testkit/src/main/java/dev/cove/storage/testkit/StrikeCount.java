package dev.cove.storage.testkit;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what a fault could strike: it spares the first ones, then strikes as many as it is told. */
public final class StrikeCount {
  private final long spared;
  private final long times;
  private final AtomicLong matched = new AtomicLong();

  public StrikeCount(int spared, int times) {
    this.spared = spared;
    this.times = times;
  }

  /** Whether the next one is struck. */
  public boolean next() {
    long number = matched.incrementAndGet();
    return number > spared && number <= spared + times;
  }

  /** How many have been struck. */
  public int strikes() {
    return (int) Math.max(0, Math.min(matched.get() - spared, times));
  }
}
