package dev.cove.state.redis;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.args.Rawable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection to the server, made at first use and again whenever it drops, and the lane on it: changes that are numbered so
 * that the server knows one it has done when it comes again. Carries one request at a time; used by whoever has taken it.
 */
final class Line {
  private static final Duration LONGEST_BETWEEN_TRIES = Duration.ofSeconds(1);
  // What the kernel takes at once from a connection on which nothing else is under way.
  private static final int WRITTEN_AT_ONCE = 8 << 10;

  private final Lines lines;
  private final byte[] suffix;
  private long last;

  /** Read by who closes the store. */
  private volatile Connector.@Nullable Open open;

  Line(Lines lines, String name) {
    this.lines = lines;
    this.suffix = Server.ascii(":lane:" + name);
  }

  /** The key under which the server keeps the lane for that object. */
  byte[] key(byte[] meta) {
    byte[] key = Arrays.copyOf(meta, meta.length + suffix.length);
    System.arraycopy(suffix, 0, key, meta.length, suffix.length);
    return key;
  }

  /** The number of the next change, above 0. */
  long next() {
    return ++last;
  }

  /**
   * Asks until there is an answer, on a new connection whenever one drops. Waits through interruption, which the thread finds
   * pending afterwards: the request may have been carried out already.
   *
   * @param deadline as {@link System#nanoTime()} counts
   * @throws JedisDataException the server's answer is a failure
   */
  @Nullable
  Object ask(CommandArguments request, long deadline) {
    boolean interrupted = Thread.interrupted();
    boolean sent = false;
    try {
      for (int tries = 0; ; tries++) {
        boolean first = !lines.reached();
        JedisException failed;
        try {
          Connector.Open connection = connected(deadline);
          sent = true;
          return answer(connection, request, deadline);
        } catch (JedisConnectionException | JedisDataException e) {
          failed = e;
        }
        // A virtual thread that is interrupted while it waits for a socket loses the socket.
        interrupted |= Thread.interrupted();
        boolean mayPass = failed instanceof JedisDataException ? isLoading(failed) : !first;
        if (!mayPass || lines.isClosed()) {
          throw failed;
        }
        if (left(deadline) == 1) {
          throw sent && !isLoading(failed) ? lines.unanswered(failed) : failed;
        }
        interrupted |= pause(tries, deadline);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Connector.Open connected(long deadline) {
    Connector.Open connection = open;
    if (connection == null) {
      connection = lines.connect(left(deadline));
      open = connection;
      if (lines.isClosed()) {
        drop();
      }
    }
    return connection;
  }

  /** A server that is starting has done nothing, and soon will. */
  private static boolean isLoading(JedisException e) {
    return String.valueOf(e.getMessage()).startsWith("LOADING");
  }

  private @Nullable Object answer(
      Connector.Open connection, CommandArguments request, long deadline) {
    connection.setSoTimeout(left(deadline));
    if (bytes(request) <= WRITTEN_AT_ONCE) {
      return whole(connection, request);
    }
    // To write has no timeout of its own.
    Future<?> cutting = lines.cutting(connection, left(deadline));
    try {
      return whole(connection, request);
    } finally {
      cutting.cancel(false);
    }
  }

  /** A connection with half an answer on it, whatever the reason, must not be asked again. */
  private @Nullable Object whole(Connector.Open connection, CommandArguments request) {
    boolean whole = false;
    try {
      Object answer = connection.executeCommand(request);
      whole = true;
      return answer;
    } catch (JedisDataException e) {
      whole = true;
      throw e;
    } finally {
      if (!whole) {
        drop();
      }
    }
  }

  private static long bytes(CommandArguments request) {
    long bytes = 0;
    for (Rawable argument : request) {
      bytes += argument.getRaw().length;
    }
    return bytes;
  }

  /** Milliseconds, at least 1. */
  private static int left(long deadline) {
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
  }

  private static boolean pause(int tries, long deadline) {
    if (tries == 0) {
      return false;
    }
    try {
      long millis = Math.min(1L << Math.min(tries, 20), LONGEST_BETWEEN_TRIES.toMillis());
      Thread.sleep(Math.min(millis, left(deadline)));
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Ends the connection, and with it what is under way; the next request makes another. */
  void drop() {
    Connector.Open connection = open;
    if (connection != null) {
      open = null;
      connection.cut();
    }
  }
}
