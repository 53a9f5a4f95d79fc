package dev.cove.storage;

import java.util.Locale;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each call at debug level: what was asked, how long the answer took, how it
 * ended: {@code GET a 0-1023: ok, 12.3 ms}. Content, metadata, tags, versions and messages of
 * failures are left out, since any of them may carry a secret; control characters in keys are
 * escaped, so that a key cannot forge a line. Costs next to nothing while debug is off.
 */
public final class LoggingObjectStore extends InterceptingObjectStore {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Logger log;
  private final LongSupplier nanos;

  public LoggingObjectStore(ObjectStore delegate) {
    this(delegate, LoggerFactory.getLogger(LoggingObjectStore.class), System::nanoTime);
  }

  public LoggingObjectStore(ObjectStore delegate, Logger log, LongSupplier nanos) {
    super(delegate);
    this.log = log;
    this.nanos = nanos;
  }

  @Override
  protected <T> T intercept(StoreCall call, Action<T> action) throws StorageException {
    if (!log.isDebugEnabled()) {
      return action.run();
    }
    long start = nanos.getAsLong();
    String outcome = "failed unexpectedly";
    try {
      T result = action.run();
      outcome = "ok";
      return result;
    } catch (StorageException e) {
      outcome = e.kind().name();
      throw e;
    } finally {
      double millis = (nanos.getAsLong() - start) / NANOS_PER_MILLI;
      log.debug(
          "{}: {}, {} ms",
          printable(call.toString()),
          outcome,
          String.format(Locale.ROOT, "%.1f", millis));
    }
  }

  private static String printable(String line) {
    StringBuilder safe = new StringBuilder(line.length());
    line.codePoints().forEach(point -> {
      if (isHarmless(point)) {
        safe.appendCodePoint(point);
      } else {
        safe.append(String.format("\\u{%x}", point));
      }
    });
    return safe.toString();
  }

  private static boolean isHarmless(int point) {
    return switch (Character.getType(point)) {
      // Formats reorder or hide text on a terminal; surrogates here are those without a partner.
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE -> false;
      default -> true;
    };
  }
}
