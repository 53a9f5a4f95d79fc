package dev.cove.storage;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Hands every call on to another store; decorators override what they change. */
public abstract class ForwardingObjectStore implements ObjectStore {
  private final ObjectStore delegate;

  protected ForwardingObjectStore(ObjectStore delegate) {
    this.delegate = delegate;
  }

  protected final ObjectStore delegate() {
    return delegate;
  }

  @Override
  public String uri() {
    return delegate.uri();
  }

  @Override
  public Capabilities capabilities() {
    return delegate.capabilities();
  }

  @Override
  public ObjectInfo head(String key) throws StorageException {
    return delegate.head(key);
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    return delegate.get(request);
  }

  @Override
  public ListPage list(ListRequest request) throws StorageException {
    return delegate.list(request);
  }

  @Override
  public Stored put(String key, Content content, WriteOptions options) throws StorageException {
    return delegate.put(key, content, options);
  }

  @Override
  public Upload createUpload(String key, WriteOptions options) throws StorageException {
    return delegate.createUpload(key, options);
  }

  @Override
  public Part uploadPart(Upload upload, int number, Content content) throws StorageException {
    return delegate.uploadPart(upload, number, content);
  }

  @Override
  public Part copyPart(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    return delegate.copyPart(upload, number, sourceKey, source, range);
  }

  @Override
  public Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    return delegate.complete(upload, parts, condition);
  }

  @Override
  public void abort(Upload upload) throws StorageException {
    delegate.abort(upload);
  }

  @Override
  public List<Upload> listUploads(String prefix) throws StorageException {
    return delegate.listUploads(prefix);
  }

  @Override
  public List<Part> listParts(Upload upload) throws StorageException {
    return delegate.listParts(upload);
  }

  @Override
  public Stored copy(CopyRequest request) throws StorageException {
    return delegate.copy(request);
  }

  @Override
  public void delete(String key, WriteCondition condition) throws StorageException {
    delegate.delete(key, condition);
  }

  @Override
  public Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException {
    return delegate.deleteAll(keys);
  }

  @Override
  public Map<String, String> tags(String key) throws StorageException {
    return delegate.tags(key);
  }

  @Override
  public void close() {
    delegate.close();
  }
}
