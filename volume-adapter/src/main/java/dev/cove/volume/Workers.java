package dev.cove.volume;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one store: some send requests and wait for nothing else; others read and cut files and may wait for the former, never
 * the other way round.
 */
final class Workers implements AutoCloseable {
  private final ExecutorService requests;
  private final ExecutorService files;

  Workers(int parallelism) {
    requests = Executors.newFixedThreadPool(parallelism, named("cove-volume-request-"));
    // Cutting and hashing is work for a processor; a few more threads cover waiting for the disk.
    files = Executors.newFixedThreadPool(
        Math.min(8, Runtime.getRuntime().availableProcessors() + 1), named("cove-volume-file-"));
  }

  ExecutorService requests() {
    return requests;
  }

  ExecutorService files() {
    return files;
  }

  private static ThreadFactory named(String prefix) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    files.shutdownNow();
    requests.shutdownNow();
  }
}
