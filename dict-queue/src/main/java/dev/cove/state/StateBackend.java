package dev.cove.state;

import java.util.List;

/**
 * What keeps the dicts and queues of one store. Arguments have been checked when they arrive here. Every method is one atomic,
 * linearizable step, fails with {@link StateException} alone, and may be called by several threads.
 */
public interface StateBackend extends AutoCloseable {
  /** Finds the backend for a store; registered as a service. */
  interface Provider {
    /** Whether it serves stores of that {@linkplain StoreOptions#scheme() scheme}. */
    boolean serves(String scheme);

    StateBackend open(StoreOptions options);
  }

  List<ObjectInfo> list(ObjectKind kind);

  /** False if the name is taken. */
  boolean create(ObjectKind kind, String name, int capacity);

  /** False if there was none. */
  boolean delete(ObjectKind kind, String name);

  DictBackend dict(String name, IfMissing ifMissing);

  /**
   * @param capacity what a queue created here gets and an existing one must have; -1 to take what is there, and no bound for a
   *     new one
   */
  QueueBackend queue(String name, IfMissing ifMissing, int capacity);

  /** Lets go of files and connections; waiting calls fail with {@link StateException.Reason#CLOSED}. May be repeated. */
  @Override
  void close();
}
