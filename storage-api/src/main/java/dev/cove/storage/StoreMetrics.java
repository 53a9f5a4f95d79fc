package dev.cove.storage;

/**
 * Where a {@link MeteredObjectStore} reports; a metrics library is attached by implementing it.
 * Called on the threads that use the store, by many at once: implementations are quick and do not throw.
 */
public interface StoreMetrics {

  /**
   * A call has ended, well or not.
   *
   * @param nanos how long it took; of a get, until its first bytes could be read
   */
  void called(StoreOperation operation, long nanos);

  /** A call failed, or the body that a get had delivered broke off. */
  void failed(StoreOperation operation, StorageException.Kind kind);

  /** A call that sends content has ended well. */
  void sent(StoreOperation operation, long bytes);

  /** Bytes of a body were read. */
  void received(long bytes);
}
