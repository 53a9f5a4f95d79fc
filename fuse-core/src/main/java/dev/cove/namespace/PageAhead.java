package dev.cove.namespace;

import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pages of a list, one of them asked for while the one before it is read. One thread at a time.
 */
final class PageAhead {

  /**
   * A page.
   *
   * @param askedNanos before it was asked for
   * @param heardNanos when it arrived
   */
  record Heard(ListPage page, long askedNanos, long heardNanos) {}

  private final ObjectStore store;
  private final Executor threads;
  private final long keptNanos;
  private final LongSupplier ticker;
  private @Nullable ListRequest asked;
  private @Nullable FutureTask<Heard> ahead;
  private long askedNanos;

  /**
   * @param threads may refuse: then nothing is asked for ahead
   * @param keptNanos how old a page may be when it is taken; 0 asks for nothing ahead
   */
  PageAhead(ObjectStore store, Executor threads, long keptNanos, LongSupplier ticker) {
    this.store = store;
    this.threads = threads;
    this.keptNanos = keptNanos;
    this.ticker = ticker;
  }

  /** Begins to fetch a page that will be wanted next. */
  void ask(ListRequest request) {
    if (keptNanos == 0) {
      return;
    }
    FutureTask<Heard> task = new FutureTask<>(() -> fetch(request));
    try {
      threads.execute(task);
    } catch (RejectedExecutionException closed) {
      return;
    }
    asked = request;
    ahead = task;
    askedNanos = ticker.getAsLong();
  }

  /** The page, from before where that was asked for and is young enough, else from the store. */
  Heard take(ListRequest request) throws StorageException {
    FutureTask<Heard> task = ahead;
    boolean fits = request.equals(asked) && ticker.getAsLong() - askedNanos < keptNanos;
    ahead = null;
    asked = null;
    if (task == null || !fits) {
      return fetch(request);
    }
    // No thread may have come to it yet.
    task.run();
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(StorageException.Kind.INTERRUPTED, "listing was interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StorageException failure) {
        throw new StorageException(failure.kind(), String.valueOf(failure.getMessage()), failure);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private Heard fetch(ListRequest request) throws StorageException {
    long before = ticker.getAsLong();
    ListPage page = store.list(request);
    return new Heard(page, before, ticker.getAsLong());
  }
}
