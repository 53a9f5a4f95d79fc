package dev.cove.fuse;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Lets a few lines a minute through, so that a failing backend cannot fill a disk with its story. */
final class LogLimit {
  private static final int LINES = 20;
  private static final long WINDOW_MILLIS = 60_000;

  private final Clock clock;
  private final AtomicLong window = new AtomicLong(Long.MIN_VALUE);
  private final AtomicInteger lines = new AtomicInteger();

  LogLimit(Clock clock) {
    this.clock = clock;
  }

  boolean allows() {
    long current = clock.millis() / WINDOW_MILLIS;
    long seen = window.get();
    if (seen != current && window.compareAndSet(seen, current)) {
      lines.set(0);
    }
    return lines.incrementAndGet() <= LINES;
  }
}
