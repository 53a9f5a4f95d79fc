package dev.cove.state.sqlite;

import dev.cove.state.Bytes;
import dev.cove.state.StateException;
import java.util.regex.Pattern;

/** The numbers that {@code increment} takes: the same texts, and the same range, as Redis's own. */
final class Decimal {
  static final Bytes ZERO = Bytes.utf8("0");

  private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,18}");

  private Decimal() {}

  static long add(String dict, Bytes text, long delta) {
    // Longer ones are not numbers; no need to decode megabytes to see it.
    String digits = text.isNull() || text.size() > 20 ? "" : text.utf8();
    if (!WHOLE.matcher(digits).matches()) {
      throw StateException.notANumber(dict);
    }
    try {
      return Math.addExact(Long.parseLong(digits), delta);
    } catch (NumberFormatException | ArithmeticException e) {
      throw StateException.overflow(dict);
    }
  }
}
