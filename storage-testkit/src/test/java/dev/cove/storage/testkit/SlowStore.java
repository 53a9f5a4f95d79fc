package dev.cove.storage.testkit;

import dev.cove.storage.InterceptingObjectStore;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreCall;
import org.jspecify.annotations.Nullable;

/** Lets time pass in every call, and fails with an exception of the test's choice. */
final class SlowStore extends InterceptingObjectStore {
  private final Runnable letTimePass;
  private volatile @Nullable Exception failure;

  SlowStore(ObjectStore delegate, Runnable letTimePass) {
    super(delegate);
    this.letTimePass = letTimePass;
  }

  void failWith(Exception exception) {
    failure = exception;
  }

  @Override
  protected <T> T intercept(StoreCall call, Action<T> action) throws StorageException {
    letTimePass.run();
    Exception planted = failure;
    if (planted instanceof StorageException storage) {
      throw storage;
    }
    if (planted instanceof RuntimeException defect) {
      throw defect;
    }
    return action.run();
  }
}
