package dev.cove.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Closes sockets that have moved nothing for too long. A blocking channel knows no time-outs, and
 * asking the kernel before each read whether there is something to read costs more than the read.
 */
final class StallWatch implements AutoCloseable {

  /** Shorter time-outs are not waited for: they ask whether something is there already. */
  static final int SHORTEST_MILLIS = 50;

  private static final long LONGEST_PAUSE_MILLIS = 1_000;

  private final Set<ChannelSocket> sockets = ConcurrentHashMap.newKeySet();
  private final long origin = System.nanoTime();
  private final long pauseMillis;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param limit the time-out of most sockets; it is kept to a quarter of it, or to a second
   */
  StallWatch(Duration limit) {
    pauseMillis = Math.max(10, Math.min(LONGEST_PAUSE_MILLIS, limit.toMillis() / 4));
    thread = new Thread(this::watch, "cove-http-stalls");
    thread.setDaemon(true);
    thread.start();
  }

  /** In milliseconds, at least 1. */
  long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - origin) + 1;
  }

  void mind(ChannelSocket socket) {
    sockets.add(socket);
  }

  void forget(ChannelSocket socket) {
    sockets.remove(socket);
  }

  private void watch() {
    while (!closed) {
      try {
        Thread.sleep(pauseMillis);
      } catch (InterruptedException e) {
        continue;
      }
      long now = now();
      sockets.forEach(socket -> socket.closeIfStalled(now));
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
