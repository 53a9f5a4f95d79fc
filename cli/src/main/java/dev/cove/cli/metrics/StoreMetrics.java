package dev.cove.cli.metrics;

import dev.cove.storage.InterceptingObjectStore;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreCall;
import dev.cove.storage.StoreOperation;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts the requests to a store by kind, how long each took until its answer began, and failures. */
final class StoreMetrics {
  private final Map<StoreOperation, Requests> byOperation = new EnumMap<>(StoreOperation.class);

  /** Requests of one kind. */
  private static final class Requests {
    final LongAdder failed = new LongAdder();
    final LongAdder sent = new LongAdder();

    // Made at the first request: most mounts never make most kinds.
    private volatile @Nullable Latency latency;

    synchronized Latency latency() {
      Latency present = latency;
      if (present == null) {
        present = new Latency();
        latency = present;
      }
      return present;
    }
  }

  StoreMetrics() {
    for (StoreOperation operation : StoreOperation.values()) {
      byOperation.put(operation, new Requests());
    }
  }

  /**
   * What was counted of one kind.
   *
   * @param failed those of {@code times.count()} that failed, absent objects included
   * @param sent bytes of content
   */
  record Counted(Latency.Times times, long failed, long sent) {}

  /** The kinds there were requests of. */
  Map<StoreOperation, Counted> counted() {
    Map<StoreOperation, Counted> counted = new EnumMap<>(StoreOperation.class);
    byOperation.forEach((operation, requests) -> {
      Latency latency = requests.latency;
      if (latency != null) {
        counted.put(
            operation, new Counted(latency.times(), requests.failed.sum(), requests.sent.sum()));
      }
    });
    return counted;
  }

  /** The store with its requests counted. */
  ObjectStore counting(ObjectStore store) {
    return new Counting(store);
  }

  private final class Counting extends InterceptingObjectStore {
    Counting(ObjectStore store) {
      super(store);
    }

    @Override
    protected <T> T intercept(StoreCall call, Action<T> action) throws StorageException {
      Requests requests = byOperation.get(call.operation());
      boolean answered = false;
      long begun = System.nanoTime();
      try {
        T answer = action.run();
        answered = true;
        return answer;
      } finally {
        if (requests != null) {
          requests.latency().record(System.nanoTime() - begun);
          requests.sent.add(call.payload());
          if (!answered) {
            requests.failed.increment();
          }
        }
      }
    }
  }
}
