package dev.cove.volume;

/** Numbers as the last part of a key, so that the newest sorts first and one list of one key finds it. */
final class Inverted {
  // Twelve digits: a commit each millisecond for thirty years.
  private static final int DIGITS = 12;
  private static final long LAST = 999_999_999_999L;

  private Inverted() {}

  /** {@code 999999999991.8} for number 8. */
  static String text(long number) {
    String digits = Long.toString(LAST - number);
    return "0".repeat(DIGITS - digits.length()) + digits + "." + number;
  }

  /** The number in a key; negative for a key that has none. */
  static long number(String key) {
    String name = key.substring(key.lastIndexOf('/') + 1);
    if (!name.matches("[0-9]{12}\\.[0-9]{1,12}")) {
      return -1;
    }
    long number = Long.parseLong(name.substring(13));
    return Long.parseLong(name.substring(0, 12)) == LAST - number ? number : -1;
  }
}
