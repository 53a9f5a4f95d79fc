package dev.cove.storage.testkit;

import dev.cove.storage.InterceptingObjectStore.Action;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreCall;
import dev.cove.storage.StoreOperation;
import java.util.Set;
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
  private final StrikeCount count;
  private final Effect effect;

  PlantedFault(
      Set<StoreOperation> operations,
      @Nullable Predicate<String> keys,
      StrikeCount count,
      Effect effect) {
    this.operations = operations;
    this.keys = keys;
    this.count = count;
    this.effect = effect;
  }

  /** How often it has struck. */
  public int strikes() {
    return count.strikes();
  }

  boolean namesKeys() {
    return keys != null;
  }

  boolean strikes(String key) {
    return keys == null || keys.test(key);
  }

  /** Whether this call is one to strike; each matching call is counted once. */
  boolean claims(StoreCall call) {
    return operations.contains(call.operation())
        && call.keys().stream().anyMatch(this::strikes)
        && count.next();
  }

  Effect effect() {
    return effect;
  }
}
