package dev.cove.state.redis;

import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import dev.cove.state.StoreOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The lines to one server: as many as there are requests at the same time, the last one used first. */
final class Lines implements AutoCloseable {
  // As many requests can be under way at once; more wait.
  private static final int MOST = 64;

  private final Connector connector;
  private final Duration timeout;
  /** Differs from that of every other client there ever was. */
  private final String client;

  private final Semaphore free = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<Line> idle = new ConcurrentLinkedDeque<>();
  private final Queue<Line> all = new ConcurrentLinkedQueue<>();
  private final AtomicInteger made = new AtomicInteger();
  private final ScheduledThreadPoolExecutor timer;
  private volatile boolean reached;
  private volatile boolean closed;

  Lines(Connector connector, StoreOptions options) {
    this.connector = connector;
    this.timeout = options.timeout();
    byte[] id = new byte[9];
    new SecureRandom().nextBytes(id);
    this.client = Base64.getUrlEncoder().encodeToString(id);
    this.timer = new ScheduledThreadPoolExecutor(1, work -> {
      Thread thread = new Thread(work, "cove-redis-deadlines");
      thread.setDaemon(true);
      return thread;
    });
    timer.setRemoveOnCancelPolicy(true);
  }

  Line take() {
    free.acquireUninterruptibly();
    Line line = idle.pollFirst();
    if (line == null) {
      line = new Line(this, client + ":" + made.getAndIncrement());
      all.add(line);
    }
    return line;
  }

  void give(Line line) {
    idle.addFirst(line);
    free.release();
  }

  /** When a request that begins now has to be answered, as {@link System#nanoTime()} counts. */
  long deadline() {
    return System.nanoTime() + timeout.toNanos();
  }

  Connector.Open connect(int millis) {
    Connector.Open connection = connector.connect(millis);
    reached = true;
    return connection;
  }

  /** Whether this store was ever connected: what was there once may come back, and is waited for. */
  boolean reached() {
    return reached;
  }

  /** Cuts the connection, unless the result is cancelled before. */
  Future<?> cutting(Connector.Open connection, int millis) {
    return timer.schedule(connection::cut, millis, TimeUnit.MILLISECONDS);
  }

  StateException unanswered(RuntimeException cause) {
    return new StateException(
        Reason.UNREACHABLE,
        connector.address().name() + " did not answer within " + timeout.toMillis() / 1000.0
            + " s; whether it did what was asked is not known",
        cause);
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends what is under way too. */
  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    all.forEach(Line::drop);
  }
}
