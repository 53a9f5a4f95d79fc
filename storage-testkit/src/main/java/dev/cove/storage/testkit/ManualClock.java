package dev.cove.storage.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/** A clock that stands still until a test moves it; one for all threads, in UTC. */
public final class ManualClock extends Clock {
  private final Object lock = new Object();

  @GuardedBy("lock")
  private Instant now;

  @GuardedBy("lock")
  private long nanos;

  public ManualClock() {
    this(Instant.parse("2026-01-02T03:04:05.678901234Z"));
  }

  public ManualClock(Instant start) {
    this.now = start;
  }

  /** Lets time pass, for the clock and its ticker. */
  public void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("time does not run backwards; set() adjusts the clock");
    }
    synchronized (lock) {
      now = now.plus(time);
      nanos += time.toNanos();
    }
  }

  /** Adjusts the wall clock, forwards or backwards, as NTP does; the ticker does not notice. */
  public void set(Instant adjusted) {
    synchronized (lock) {
      now = adjusted;
    }
  }

  /** Nanoseconds that have passed, as {@link System#nanoTime} counts them: {@code clock.ticker()::getAsLong}. */
  public LongSupplier ticker() {
    return () -> {
      synchronized (lock) {
        return nanos;
      }
    };
  }

  @Override
  public Instant instant() {
    synchronized (lock) {
      return now;
    }
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    if (zone.equals(getZone())) {
      return this;
    }
    throw new UnsupportedOperationException("a manual clock is in UTC, not " + zone);
  }
}
