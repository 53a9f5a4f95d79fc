package dev.cove.storage.testkit;

import dev.cove.storage.InterceptingObjectStore;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreCall;
import dev.cove.storage.StoreOperation;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Another store with faults planted in it: {@code
 * store.on(PUT).key("a").once().applyThenFail(TIMEOUT)}. Without a count a fault strikes every time.
 * At most one fault strikes a call, the one planted first; wrap twice to combine them. A fault that
 * is planted on a batch delete for some keys strikes those keys and lets the others go.
 */
public final class FaultyObjectStore extends InterceptingObjectStore {
  private final List<PlantedFault> faults = new CopyOnWriteArrayList<>();

  public FaultyObjectStore(ObjectStore delegate) {
    super(delegate);
  }

  /** Begins a fault in calls of these operations. */
  public FaultPlan on(StoreOperation first, StoreOperation... more) {
    return new FaultPlan(EnumSet.of(first, more), faults::add);
  }

  /** Begins a fault in every call. */
  public FaultPlan onAny() {
    return new FaultPlan(EnumSet.allOf(StoreOperation.class), faults::add);
  }

  /** Removes all faults; who waits at a gate waits on. */
  public void heal() {
    faults.clear();
  }

  @Override
  @SuppressWarnings("unchecked") // a batch delete answers with the keys that failed
  protected <T> T intercept(StoreCall call, Action<T> action) throws StorageException {
    for (PlantedFault fault : faults) {
      if (fault.claims(call)) {
        return call.operation() == StoreOperation.DELETE_ALL && fault.namesKeys()
            ? (T) deleteAll(call.keys(), fault)
            : fault.effect().strike(call, action);
      }
    }
    return action.run();
  }

  private Map<String, StorageException> deleteAll(Collection<String> keys, PlantedFault fault)
      throws StorageException {
    List<String> spared = keys.stream().filter(key -> !fault.strikes(key)).toList();
    Map<String, StorageException> failed = new LinkedHashMap<>(delegate().deleteAll(spared));
    for (String key : keys) {
      if (fault.strikes(key)) {
        List<String> alone = List.of(key);
        try {
          failed.putAll(
              fault.effect().strike(StoreCall.deleteAll(alone), () -> delegate().deleteAll(alone)));
        } catch (StorageException e) {
          failed.put(key, e);
        }
      }
    }
    return failed;
  }
}
