package dev.cove.cli.logging;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** Sets up the logging of this process. */
public final class Logs {
  // Two files of this size at most for each log: months of an idle mount, minutes of a trace.
  private static final int FILE_LIMIT = 8 << 20;

  // Loggers are held weakly by their manager, and with them their level.
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger OWN = Logger.getLogger("dev.cove");

  // At debug these repeat what a request carries to say who sends it: session tokens, key ids.
  private static final List<Logger> OF_CREDENTIALS = Stream.of(
          "software.amazon.awssdk.auth",
          "software.amazon.awssdk.http.auth",
          "org.apache.hc.client5.http.headers",
          "org.apache.hc.client5.http.wire",
          "com.google.api.client.http",
          "sun.net.www.protocol.http")
      .map(Logger::getLogger)
      .toList();

  private final UnaryOperator<String> escape;

  /** @param escape makes one harmless line of any text */
  public Logs(UnaryOperator<String> escape) {
    this.escape = escape;
  }

  /** Log lines go to standard error. */
  public void toStandardError(LogLevel level) {
    Handler handler = new ConsoleHandler();
    handler.setFormatter(new LineFormat(escape));
    use(handler, level);
  }

  /** Log lines go to a file that only its owner can read, after what is in it. */
  public void toFile(Path file, LogLevel level) throws IOException {
    use(new RotatingFile(file, FILE_LIMIT, new LineFormat(escape)), level);
  }

  private void use(Handler handler, LogLevel level) {
    LogManager.getLogManager().reset();
    handler.setLevel(Level.ALL);
    OWN.setLevel(level.level());
    ROOT.addHandler(handler);
    // Libraries say each of their steps at debug; they are heard at trace.
    ROOT.setLevel(level == LogLevel.TRACE ? Level.FINE : Level.WARNING);
    OF_CREDENTIALS.forEach(logger -> logger.setLevel(Level.WARNING));
  }
}
