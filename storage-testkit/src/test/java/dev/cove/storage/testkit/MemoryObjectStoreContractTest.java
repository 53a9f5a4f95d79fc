package dev.cove.storage.testkit;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException.Kind;

final class MemoryObjectStoreContractTest extends ObjectStoreContract {
  private final MemoryObjectStore store = new MemoryObjectStore();

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected ObjectStore missingBucket() {
    return refusing(Kind.NO_SUCH_BUCKET);
  }

  @Override
  protected ObjectStore wrongCredentials() {
    return refusing(Kind.UNAUTHENTICATED);
  }

  private ObjectStore refusing(Kind kind) {
    FaultyObjectStore refusing = new FaultyObjectStore(store);
    refusing.onAny().fail(kind);
    return refusing;
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
