package dev.cove.state;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

/** The argument checks of the API, each with one line that says what, how much, and what is allowed. */
final class Checks {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  // 100 years: far enough for anyone, and no sum of times overflows.
  private static final Duration LONGEST = Duration.ofDays(36_525);

  private Checks() {}

  static String name(ObjectKind kind, String name) {
    Objects.requireNonNull(name, () -> "the name of a " + kind.word() + " is null");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + printable(name) + "' is no name for a " + kind.word()
          + ": use 1 to 64 letters, digits, '-', '_' or '.'");
    }
    return name;
  }

  static int capacity(ObjectKind kind, int capacity) {
    if (kind == ObjectKind.DICT) {
      throw new IllegalArgumentException("a dict has no capacity");
    }
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "capacity " + capacity + " is too small: a queue holds at least 1 item");
    }
    return capacity;
  }

  static Bytes key(Bytes key) {
    if (key.isNull()) {
      throw new IllegalArgumentException("a key of a dict cannot be null");
    }
    return atMost("the key", key, Limits.MAX_KEY_BYTES);
  }

  static Bytes partition(Bytes key) {
    if (key.isNull() || key.size() == 0) {
      throw new IllegalArgumentException("a partition key cannot be empty: use 1 to 64 bytes");
    }
    return atMost("the partition key", key, Limits.MAX_PARTITION_KEY_BYTES);
  }

  static Bytes atMost(String what, Bytes bytes, int most) {
    if (bytes.size() > most) {
      throw new IllegalArgumentException(
          what + " has " + size(bytes.size()) + ": the limit is " + size(most));
    }
    return bytes;
  }

  /** Whole milliseconds, rounded up. */
  static long millis(String what, Duration duration) {
    if (duration.isZero() || duration.isNegative()) {
      throw new IllegalArgumentException(
          what + " is " + duration.toNanos() / 1e9 + " s: it must be more than 0");
    }
    Duration bounded = duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
    return bounded.plusNanos(999_999).toMillis();
  }

  /** Nanoseconds to wait, from 0 to a hundred years. */
  static long waitNanos(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(
          "the timeout is " + timeout.toNanos() / 1e9 + " s: it must not be negative");
    }
    return timeout.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : timeout.toNanos();
  }

  static int atLeastOne(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " is " + value + ": it must be at least 1");
    }
    return value;
  }

  static String size(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " bytes";
    }
    return bytes < 1 << 20
        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024));
  }

  /** Short, and without what could trouble a terminal. */
  private static String printable(String text) {
    String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() <= 70 ? clean : clean.substring(0, 70) + "...";
  }
}
