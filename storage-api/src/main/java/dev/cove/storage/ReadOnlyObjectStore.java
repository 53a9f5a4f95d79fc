package dev.cove.storage;

/** Refuses every call that could change the bucket with {@code READ_ONLY}, before any request is sent. */
public final class ReadOnlyObjectStore extends InterceptingObjectStore {

  public ReadOnlyObjectStore(ObjectStore delegate) {
    super(delegate);
  }

  @Override
  protected <T> T intercept(StoreCall call, Action<T> action) throws StorageException {
    return switch (call.operation().effect()) {
      case READS -> action.run();
      case CHANGES ->
        throw new StorageException(
            StorageException.Kind.READ_ONLY, uri() + " is open for reading only, refused: " + call);
    };
  }
}
