package dev.cove.namespace;

import java.time.Instant;

/** Instants as nanoseconds since 1970; exact from 1678 to 2262, clamped outside. */
public final class Nanos {
  private static final long PER_SECOND = 1_000_000_000L;

  private Nanos() {}

  public static long of(Instant instant) {
    try {
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), PER_SECOND), instant.getNano());
    } catch (ArithmeticException e) {
      return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  public static Instant toInstant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, PER_SECOND), Math.floorMod(nanos, PER_SECOND));
  }
}
