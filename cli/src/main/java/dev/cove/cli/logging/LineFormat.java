package dev.cove.cli.logging;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/** One line for each record, and below it the stack trace of what it carries. */
final class LineFormat extends Formatter {
  private final UnaryOperator<String> escape;

  /** @param escape makes one harmless line of any text */
  LineFormat(UnaryOperator<String> escape) {
    this.escape = escape;
  }

  @Override
  public String format(LogRecord entry) {
    StringBuilder line = new StringBuilder(160)
        .append(entry.getInstant().truncatedTo(ChronoUnit.MILLIS))
        .append(' ')
        .append(name(entry.getLevel()))
        .append(' ')
        .append(simple(String.valueOf(entry.getLoggerName())))
        .append(": ")
        .append(escape.apply(String.valueOf(formatMessage(entry))))
        .append('\n');
    Throwable thrown = entry.getThrown();
    if (thrown != null) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      // Messages of exceptions name files, and names hold anything.
      trace
          .toString()
          .lines()
          .forEach(text -> line.append(escape.apply(text.replace("\t", "    "))).append('\n'));
    }
    return line.toString();
  }

  private static String simple(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static String name(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (value >= Level.WARNING.intValue()) {
      return "WARN ";
    }
    if (value >= Level.INFO.intValue()) {
      return "INFO ";
    }
    return value >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }
}
