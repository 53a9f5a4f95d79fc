package dev.cove.disk;

import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that writes what others hand over. What comes faster than the disk takes it is dropped:
 * a cache must not slow down what it is to speed up.
 */
final class WriteBehind implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WriteBehind.class);
  // After a full or broken disk: long enough not to fill the log, short enough to notice its
  // repair.
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long CLOSING_MILLIS = 10_000;

  /** Something to write. */
  interface Task {
    void run() throws IOException;

    /** Called once, after {@link #run} or instead of it. */
    default void done() {}
  }

  private record Queued(Task task, long bytes) {}

  private static final Queued END = new Queued(() -> {}, 0);

  private final long limit;
  private final LinkedBlockingQueue<Queued> queue = new LinkedBlockingQueue<>();
  private final AtomicLong waiting = new AtomicLong();
  private final LongAdder dropped = new LongAdder();
  private final Thread thread;
  private volatile boolean closed;
  private volatile long pausedUntil = System.nanoTime();

  /** @param limit the most bytes that wait */
  WriteBehind(long limit, Runnable first) {
    this.limit = limit;
    this.thread = new Thread(
        () -> {
          first.run();
          work();
        },
        "cove-disk-cache");
    thread.setDaemon(true);
    thread.start();
  }

  /** Whether a task of that size would be taken now; counts as dropped when not. */
  boolean hasRoom(long bytes) {
    if (!closed && waiting.get() + bytes <= limit && System.nanoTime() - pausedUntil >= 0) {
      return true;
    }
    dropped.add(bytes);
    return false;
  }

  void add(Task task, long bytes) {
    waiting.addAndGet(bytes);
    queue.add(new Queued(task, bytes));
  }

  long waitingBytes() {
    return waiting.get();
  }

  long droppedBytes() {
    return dropped.sum();
  }

  private void work() {
    try {
      for (Queued next = queue.take(); next != END; next = queue.take()) {
        try {
          if (System.nanoTime() - pausedUntil >= 0) {
            next.task().run();
          }
        } catch (IOException | RuntimeException e) {
          pausedUntil = System.nanoTime() + PAUSE_NANOS;
          log.warn("the disk cache rests for a while: {}", e.toString());
        } finally {
          next.task().done();
          waiting.addAndGet(-next.bytes());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closed = true;
      queue.forEach(left -> left.task().done());
    }
  }

  /** Writes what waits, for a while. */
  @Override
  public void close() {
    closed = true;
    queue.add(END);
    try {
      thread.join(CLOSING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      thread.interrupt();
    }
  }
}
