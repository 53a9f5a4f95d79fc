package dev.cove.http;

import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.jspecify.annotations.Nullable;

/** Tells what broke between this machine and a server, whichever SDK lies above. */
public final class TransportFailures {

  // Deeper chains are cycles.
  private static final int DEEPEST = 20;

  /** What a caller can decide on, and a reason that a user can read. */
  public record Failure(Kind kind, String reason) {}

  private TransportFailures() {}

  /**
   * Null for what is no failure of the connection.
   *
   * @param endpoint the server as a user knows it
   */
  public static @Nullable Failure of(Throwable failure, String endpoint) {
    // Checked first: a closed channel looks like a broken connection, too.
    if (find(failure, InterruptedException.class) != null
        || find(failure, ClosedByInterruptException.class) != null) {
      return new Failure(Kind.INTERRUPTED, "interrupted");
    }
    if (find(failure, ConnectionRequestTimeoutException.class) != null) {
      return new Failure(Kind.TIMEOUT, "all connections to " + endpoint + " stayed in use");
    }
    if (find(failure, ConnectTimeoutException.class) != null) {
      return new Failure(Kind.TIMEOUT, "no connection to " + endpoint + " in time");
    }
    if (find(failure, SocketTimeoutException.class) != null) {
      return new Failure(Kind.TIMEOUT, endpoint + " did not go on delivering in time");
    }
    if (find(failure, UnknownHostException.class) != null) {
      return new Failure(Kind.UNAVAILABLE, "no such host for " + endpoint + "; check its name");
    }
    if (find(failure, ConnectException.class) != null
        || find(failure, NoRouteToHostException.class) != null) {
      return new Failure(
          Kind.UNAVAILABLE, "nothing answers at " + endpoint + " (connection refused or no route)");
    }
    SSLException tls = find(failure, SSLException.class);
    if (tls != null) {
      String why = oneLine(String.valueOf(tls.getMessage()));
      // What the JDK says of an answer that is no TLS.
      return new Failure(
          Kind.UNAVAILABLE,
          why.contains("Unsupported or unrecognized SSL message")
              ? endpoint + " does not speak TLS; is it http:// instead of https://?"
              : "no secure connection to " + endpoint + ": " + why);
    }
    if (find(failure, IOException.class) != null) {
      return new Failure(Kind.UNAVAILABLE, "the connection to " + endpoint + " broke");
    }
    return null;
  }

  /** Whether it is certain that no request has reached a server. */
  public static boolean isUnsent(Throwable failure) {
    return find(failure, ConnectException.class) != null
        || find(failure, NoRouteToHostException.class) != null
        || find(failure, UnknownHostException.class) != null
        || find(failure, ConnectTimeoutException.class) != null
        || find(failure, ConnectionRequestTimeoutException.class) != null;
  }

  /** The first of that type in the chain of causes. */
  public static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
    Throwable t = failure;
    for (int depth = 0; t != null && depth < DEEPEST; depth++, t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }

  public static String oneLine(String text) {
    return printable(text.strip());
  }

  /** Keys may hold line ends and escape codes, which must not reach a terminal or a log. */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
        safe.append(String.format("\\u%04x", c));
      } else {
        safe.appendCodePoint(c);
      }
    });
    return safe.toString();
  }
}
