package dev.cove.storage;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** A decorator that treats every call alike: each goes through {@link #intercept} before it is handed on. */
public abstract class InterceptingObjectStore extends ForwardingObjectStore {

  /** The call itself, on the store that is decorated. */
  @FunctionalInterface
  public interface Action<T> {
    T run() throws StorageException;
  }

  protected InterceptingObjectStore(ObjectStore delegate) {
    super(delegate);
  }

  /** Runs the action, or does not; what it returns or throws is what the caller gets. */
  protected abstract <T> T intercept(StoreCall call, Action<T> action) throws StorageException;

  @Override
  public ObjectInfo head(String key) throws StorageException {
    return intercept(StoreCall.of(StoreOperation.HEAD, key), () -> delegate().head(key));
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    return intercept(StoreCall.get(request), () -> delegate().get(request));
  }

  @Override
  public ListPage list(ListRequest request) throws StorageException {
    return intercept(StoreCall.list(request), () -> delegate().list(request));
  }

  @Override
  public Stored put(String key, Content content, WriteOptions options) throws StorageException {
    return intercept(StoreCall.put(key, content), () -> delegate().put(key, content, options));
  }

  @Override
  public Upload createUpload(String key, WriteOptions options) throws StorageException {
    return intercept(
        StoreCall.of(StoreOperation.CREATE_UPLOAD, key),
        () -> delegate().createUpload(key, options));
  }

  @Override
  public Part uploadPart(Upload upload, int number, Content content) throws StorageException {
    return intercept(
        StoreCall.part(upload, number, content),
        () -> delegate().uploadPart(upload, number, content));
  }

  @Override
  public Part copyPart(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    return intercept(
        StoreCall.partCopy(upload, number, sourceKey, range),
        () -> delegate().copyPart(upload, number, sourceKey, source, range));
  }

  @Override
  public Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    return intercept(
        StoreCall.of(StoreOperation.COMPLETE, upload.key()),
        () -> delegate().complete(upload, parts, condition));
  }

  @Override
  public void abort(Upload upload) throws StorageException {
    intercept(StoreCall.of(StoreOperation.ABORT, upload.key()), () -> {
      delegate().abort(upload);
      return Done.DONE;
    });
  }

  @Override
  public List<Upload> listUploads(String prefix) throws StorageException {
    return intercept(
        StoreCall.of(StoreOperation.LIST_UPLOADS, prefix), () -> delegate().listUploads(prefix));
  }

  @Override
  public List<Part> listParts(Upload upload) throws StorageException {
    return intercept(
        StoreCall.of(StoreOperation.LIST_PARTS, upload.key()), () -> delegate().listParts(upload));
  }

  @Override
  public Stored copy(CopyRequest request) throws StorageException {
    return intercept(StoreCall.copy(request), () -> delegate().copy(request));
  }

  @Override
  public void delete(String key, WriteCondition condition) throws StorageException {
    intercept(StoreCall.of(StoreOperation.DELETE, key), () -> {
      delegate().delete(key, condition);
      return Done.DONE;
    });
  }

  @Override
  public Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException {
    return intercept(StoreCall.deleteAll(keys), () -> delegate().deleteAll(keys));
  }

  @Override
  public Map<String, String> tags(String key) throws StorageException {
    return intercept(StoreCall.of(StoreOperation.TAGS, key), () -> delegate().tags(key));
  }

  /** What a call returns that returns nothing. */
  private enum Done {
    DONE
  }
}
