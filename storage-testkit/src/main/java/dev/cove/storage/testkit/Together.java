package dev.cove.storage.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the same task on many threads that start at one instant. */
public final class Together {

  /** One thread's share. */
  public interface Task<T> {
    T run(int thread) throws Exception;
  }

  private Together() {}

  /**
   * What each thread returned, in the order of their numbers from 0.
   *
   * @throws AssertionError when one of them failed; its failure is the cause
   */
  public static <T> List<T> run(int threads, Task<T> task) {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CountDownLatch ready = new CountDownLatch(threads);
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        futures.add(executor.submit(() -> {
          ready.countDown();
          ready.await();
          return task.run(thread);
        }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError(
          "one of " + threads + " threads failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + threads + " threads were at work", e);
    } finally {
      executor.shutdownNow();
    }
  }
}
