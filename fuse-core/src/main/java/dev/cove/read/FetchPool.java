package dev.cove.read;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for what is fetched ahead. Never holds more than it has threads for: a stream that finds
 * all taken reads without a window for the moment.
 */
final class FetchPool implements AutoCloseable {
  private final Semaphore free;
  private final ThreadPoolExecutor threads;

  FetchPool(int size) {
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
    return free.tryAcquire();
  }

  void leave() {
    free.release();
  }

  /** Runs {@code task} on the thread that was taken. */
  void submit(Runnable task) {
    threads.execute(() -> {
      try {
        task.run();
      } finally {
        free.release();
      }
    });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
