package dev.cove.storage.testkit;

import dev.cove.storage.InterceptingObjectStore.Action;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreCall;
import dev.cove.storage.StoreOperation;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A fault in place: which calls it strikes, how many of them, and what it does. */
public final class PlantedFault {

  /** What a fault does to a call. */
  interface Effect {
    <T> T strike(StoreCall call, Action<T> action) throws StorageException;
  }

  private final Set<StoreOperation> operations;
  private final @Nullable Predicate<String> keys;
  private final int first;
  private final int last;
  private final Effect effect;
  private final AtomicInteger matched = new AtomicInteger();

  PlantedFault(
      Set<StoreOperation> operations,
      @Nullable Predicate<String> keys,
      int spared,
      int times,
      Effect effect) {
    this.operations = operations;
    this.keys = keys;
    this.first = spared + 1;
    this.last = times > Integer.MAX_VALUE - spared ? Integer.MAX_VALUE : spared + times;
    this.effect = effect;
  }

  /** How often it has struck. */
  public int strikes() {
    return Math.max(0, Math.min(matched.get(), last) - first + 1);
  }

  boolean namesKeys() {
    return keys != null;
  }

  boolean strikes(String key) {
    return keys == null || keys.test(key);
  }

  /** Whether this call is one to strike; each matching call is counted once. */
  boolean claims(StoreCall call) {
    if (!operations.contains(call.operation()) || call.keys().stream().noneMatch(this::strikes)) {
      return false;
    }
    int count = matched.updateAndGet(before -> before == Integer.MAX_VALUE ? before : before + 1);
    return count >= first && count <= last;
  }

  Effect effect() {
    return effect;
  }
}
