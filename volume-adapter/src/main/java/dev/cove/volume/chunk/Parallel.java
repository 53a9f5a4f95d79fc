package dev.cove.volume.chunk;

import dev.cove.storage.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;

/** Does something for each of many, several at a time. */
public final class Parallel {

  /** What is done for each. */
  public interface Action<T> {
    void run(T item) throws StorageException;
  }

  private Parallel() {}

  /**
   * Runs the action for all items on the executor and waits for the end. After a failure what has not begun is left out.
   *
   * @throws StorageException the first failure; {@code INTERRUPTED} when the calling thread is interrupted
   */
  public static <T> void forEach(Executor executor, Collection<T> items, Action<T> action)
      throws StorageException {
    List<FutureTask<Void>> tasks = new ArrayList<>(items.size());
    for (T item : items) {
      tasks.add(new FutureTask<>(() -> {
        action.run(item);
        return null;
      }));
    }
    try {
      tasks.forEach(executor::execute);
      for (FutureTask<Void> task : tasks) {
        await(task);
      }
    } finally {
      tasks.forEach(task -> task.cancel(false));
    }
  }

  /** Waits for a task and passes on how it ended. */
  static void await(FutureTask<?> task) throws StorageException {
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(StorageException.Kind.INTERRUPTED, "interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StorageException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (CancellationException e) {
      throw new IllegalStateException("a task was cancelled while it was waited for", e);
    }
  }
}
