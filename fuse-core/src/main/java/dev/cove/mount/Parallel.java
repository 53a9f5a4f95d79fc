package dev.cove.mount;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Many small requests at once, on a bounded number of threads. */
final class Parallel implements Executor, AutoCloseable {
  private final ExecutorService threads;

  /** One item's work. */
  interface Task<T> {
    void run(T item) throws IOException;
  }

  Parallel(String name, int count) {
    threads = Executors.newFixedThreadPool(count, work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    });
  }

  /**
   * Does the work for every item and returns when all have ended.
   *
   * @throws IOException the first failure; the others go on to their ends
   */
  <T> void forEach(Collection<T> items, Task<T> task) throws IOException {
    List<Callable<Void>> calls = new ArrayList<>(items.size());
    for (T item : items) {
      calls.add(() -> {
        task.run(item);
        return null;
      });
    }
    IOException failure = null;
    try {
      for (Future<Void> result : threads.invokeAll(calls)) {
        failure = collect(result, failure);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Does one thing on a thread of its own, when there is one. */
  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  private static @Nullable IOException collect(Future<Void> result, @Nullable IOException before)
      throws InterruptedException {
    try {
      result.get();
      return before;
    } catch (ExecutionException e) {
      if (before != null) {
        return before;
      }
      return e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
