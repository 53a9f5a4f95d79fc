package dev.cove.storage.testkit;

import dev.cove.storage.ObjectStore;

final class MemoryObjectStoreContractTest extends ObjectStoreContract {
  private final MemoryObjectStore store = new MemoryObjectStore();

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected String otherStorageClass() {
    return "COLD";
  }

  @Override
  protected Archiving archiving() {
    return store::archive;
  }
}
