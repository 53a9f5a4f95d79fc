package dev.cove.state;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** A place that keeps dicts and queues: files on this machine, or a Redis server. Safe for use by several threads. */
public final class StateStore implements AutoCloseable {
  private final StateBackend backend;
  private final Limits limits;

  private StateStore(StateBackend backend, Limits limits) {
    this.backend = backend;
    this.limits = limits;
  }

  /**
   * Opens the store; the embedded one is created if it is not there.
   *
   * @throws IllegalArgumentException if no backend knows the URL
   * @throws StateException if it cannot be opened
   */
  public static StateStore open(StoreOptions options) {
    for (StateBackend.Provider provider :
        ServiceLoader.load(StateBackend.Provider.class, StateStore.class.getClassLoader())) {
      if (provider.serves(options.scheme())) {
        return over(provider.open(options), options.limits());
      }
    }
    throw new IllegalArgumentException("no store has the scheme '" + options.scheme()
        + "': use redis://HOST:PORT or rediss://HOST:PORT");
  }

  /** The store over a backend that was made some other way. */
  public static StateStore over(StateBackend backend, Limits limits) {
    return new StateStore(backend, limits);
  }

  /** The store that {@link StoreOptions#fromEnvironment the environment} names, opened at the first call; never closed. */
  public static StateStore standard() {
    return Standard.STORE.get();
  }

  /** The dict of that name, looked up at first use. */
  public Dict dict(String name, IfMissing ifMissing) {
    Checks.name(ObjectKind.DICT, name);
    return new CheckedDict(name, backend.dict(name, ifMissing), limits);
  }

  /** The queue of that name, looked up at first use; one that is created has no capacity. */
  public NamedQueue queue(String name, IfMissing ifMissing) {
    Checks.name(ObjectKind.QUEUE, name);
    return new CheckedQueue(name, backend.queue(name, ifMissing, -1), limits);
  }

  /**
   * The queue of that name, created at first use with that capacity if it is missing. Puts to one that exists with another
   * capacity fail with {@link StateException.Reason#OTHER_CAPACITY}.
   */
  public NamedQueue boundedQueue(String name, int capacity) {
    Checks.name(ObjectKind.QUEUE, name);
    Checks.capacity(ObjectKind.QUEUE, capacity);
    return new CheckedQueue(
        name, backend.queue(name, IfMissing.CREATE_IF_MISSING, capacity), limits);
  }

  public StateObjects dicts() {
    return new StateObjects(backend, ObjectKind.DICT);
  }

  public StateObjects queues() {
    return new StateObjects(backend, ObjectKind.QUEUE);
  }

  @Override
  public void close() {
    backend.close();
  }

  /** Opens the standard store once it has succeeded, and tries again after a failure. */
  private static final class Standard {
    private static final Standard STORE = new Standard();

    private volatile @Nullable StateStore opened;

    StateStore get() {
      StateStore store = opened;
      if (store == null) {
        synchronized (this) {
          store = opened;
          if (store == null) {
            store = open(StoreOptions.fromEnvironment(System.getenv()));
            opened = store;
          }
        }
      }
      return store;
    }
  }
}
