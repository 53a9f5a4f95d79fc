package dev.cove.read;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for what is fetched ahead. Never holds more than it has threads for: a stream that finds
 * all taken reads without a window for the moment.
 */
final class FetchPool implements AutoCloseable {
  // A request that does not heed its interruption keeps nobody from unmounting.
  private static final long END_WITHIN_SECONDS = 5;

  private final int size;
  private final Semaphore free;
  private final ThreadPoolExecutor threads;

  FetchPool(int size) {
    this.size = size;
    free = new Semaphore(size);
    AtomicInteger number = new AtomicInteger();
    threads = new ThreadPoolExecutor(
        size, size, 20, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
          Thread thread = new Thread(task, "cove-fetch-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    threads.allowCoreThreadTimeOut(true);
  }

  /** Takes a thread if one is free; {@link #submit} or {@link #leave} must follow. */
  boolean tryEnter() {
    return !threads.isShutdown() && free.tryAcquire();
  }

  /** Whether nothing is being fetched ahead or about to be. */
  boolean isIdle() {
    return free.availablePermits() == size;
  }

  void leave() {
    free.release();
  }

  /** Runs {@code fetch} on the thread that was taken. */
  void submit(Fetch fetch) {
    try {
      threads.execute(new Task(fetch));
    } catch (RejectedExecutionException closed) {
      leave();
      abandon(fetch);
    }
  }

  /**
   * Stops what is under way, and waits until it has given its memory back. What had not begun ends at
   * once, so that nobody waits for it.
   */
  @Override
  public void close() {
    for (Runnable task : threads.shutdownNow()) {
      abandon(((Task) task).fetch);
    }
    try {
      threads.awaitTermination(END_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends a fetch without a request. */
  private static void abandon(Fetch fetch) {
    fetch.cancel();
    fetch.run();
  }

  private final class Task implements Runnable {
    private final Fetch fetch;

    Task(Fetch fetch) {
      this.fetch = fetch;
    }

    @Override
    public void run() {
      try {
        fetch.run();
      } finally {
        leave();
      }
    }
  }
}
