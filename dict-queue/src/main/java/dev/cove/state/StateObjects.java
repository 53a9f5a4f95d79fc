package dev.cove.state;

import java.util.List;

/** The dicts, or the queues, of one store as a whole. */
public final class StateObjects {
  private final StateBackend backend;
  private final ObjectKind kind;

  StateObjects(StateBackend backend, ObjectKind kind) {
    this.backend = backend;
    this.kind = kind;
  }

  /** All of them, in the order of their names. */
  public List<ObjectInfo> list() {
    return backend.list(kind);
  }

  /** Creates an empty one; false if the name is taken, and then nothing has changed. */
  public boolean create(String name) {
    return backend.create(kind, Checks.name(kind, name), 0);
  }

  /**
   * Creates an empty queue that holds at most {@code capacity} items in each partition; false if the name is taken.
   *
   * @throws IllegalArgumentException for a dict, or a capacity below 1
   */
  public boolean create(String name, int capacity) {
    return backend.create(kind, Checks.name(kind, name), Checks.capacity(kind, capacity));
  }

  /** Deletes it with all it holds, in one step; false if there was none. Leases taken from it are void. */
  public boolean delete(String name) {
    return backend.delete(kind, Checks.name(kind, name));
  }
}
