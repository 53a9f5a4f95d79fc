package dev.cove.storage;

import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of a bucket below a prefix, as a store of its own: keys, lists, uploads and results are
 * relative to the prefix, and nothing outside of it can be named. An object whose key is the prefix
 * itself (the marker some tools write for a directory) has no name here and is left out, so a page may
 * hold one entry less than it could. Messages of failures name whole keys.
 */
public final class PrefixObjectStore extends ForwardingObjectStore {
  private static final int MAX_KEY_BYTES = 1_024;

  private final String prefix;

  /**
   * @param prefix ends with a slash: {@code data/2024/}
   * @throws IllegalArgumentException when no key can begin so, or it does not end with a slash
   */
  public PrefixObjectStore(ObjectStore delegate, String prefix) {
    super(delegate);
    this.prefix = checked(prefix);
  }

  private static String checked(String prefix) {
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("a prefix ends with a slash, unlike \"" + prefix + "\"");
    }
    try {
      int bytes =
          StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(prefix)).remaining();
      if (bytes >= MAX_KEY_BYTES) {
        throw new IllegalArgumentException("a prefix of " + bytes
            + " bytes leaves no room for names: keys have 1,024 bytes at most");
      }
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a prefix is valid UTF-8", e);
    }
    return prefix;
  }

  @Override
  public String uri() {
    return delegate().uri() + "/" + prefix.substring(0, prefix.length() - 1);
  }

  @Override
  public ObjectInfo head(String key) throws StorageException {
    return relative(delegate().head(whole(key)));
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    GetRequest wholeRequest =
        new GetRequest(whole(request.key()), request.range(), request.version());
    return new RelativeBody(delegate().get(wholeRequest));
  }

  @Override
  public ListPage list(ListRequest request) throws StorageException {
    String startAfter = request.startAfter();
    ListPage page = delegate()
        .list(new ListRequest(
            prefix + request.prefix(),
            request.delimiter(),
            startAfter == null ? null : prefix + startAfter,
            request.pageToken(),
            request.maxKeys()));
    return new ListPage(
        page.objects().stream()
            .filter(object -> !object.key().equals(prefix))
            .map(this::relative)
            .toList(),
        page.prefixes().stream().map(this::relative).toList(),
        page.nextToken());
  }

  @Override
  public Stored put(String key, Content content, WriteOptions options) throws StorageException {
    return delegate().put(whole(key), content, options);
  }

  @Override
  public Upload createUpload(String key, WriteOptions options) throws StorageException {
    return relative(delegate().createUpload(whole(key), options));
  }

  @Override
  public Part uploadPart(Upload upload, int number, Content content) throws StorageException {
    return delegate().uploadPart(whole(upload), number, content);
  }

  @Override
  public Part copyPart(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    return delegate().copyPart(whole(upload), number, whole(sourceKey), source, range);
  }

  @Override
  public Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    return delegate().complete(whole(upload), parts, condition);
  }

  @Override
  public void abort(Upload upload) throws StorageException {
    delegate().abort(whole(upload));
  }

  @Override
  public List<Upload> listUploads(String uploadPrefix) throws StorageException {
    return delegate().listUploads(prefix + uploadPrefix).stream()
        .filter(upload -> !upload.key().equals(prefix))
        .map(this::relative)
        .toList();
  }

  @Override
  public List<Part> listParts(Upload upload) throws StorageException {
    return delegate().listParts(whole(upload));
  }

  @Override
  public Stored copy(CopyRequest request) throws StorageException {
    return delegate()
        .copy(new CopyRequest(
            whole(request.source()),
            request.sourceVersion(),
            whole(request.target()),
            request.condition(),
            request.attributes()));
  }

  @Override
  public void delete(String key, WriteCondition condition) throws StorageException {
    delegate().delete(whole(key), condition);
  }

  @Override
  public Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException {
    Map<String, StorageException> failed = new LinkedHashMap<>();
    List<String> whole = new ArrayList<>(keys.size());
    for (String key : keys) {
      try {
        whole.add(whole(key));
      } catch (StorageException e) {
        failed.put(key, e);
      }
    }
    delegate().deleteAll(whole).forEach((key, failure) -> failed.put(relative(key), failure));
    return failed;
  }

  @Override
  public Map<String, String> tags(String key) throws StorageException {
    return delegate().tags(whole(key));
  }

  private String whole(String key) throws StorageException {
    // With no name of its own the call would reach the marker of the prefix, which this store does
    // not show.
    if (key.isEmpty()) {
      throw new StorageException(
          StorageException.Kind.INVALID, "a key has 1 to 1,024 bytes, not 0");
    }
    return prefix + key;
  }

  private Upload whole(Upload upload) throws StorageException {
    return new Upload(whole(upload.key()), upload.id(), upload.started());
  }

  private String relative(String key) {
    if (!key.startsWith(prefix)) {
      throw new IllegalStateException(
          delegate().uri() + " answered with " + key + ", outside of " + prefix);
    }
    return key.substring(prefix.length());
  }

  private Upload relative(Upload upload) {
    return new Upload(relative(upload.key()), upload.id(), upload.started());
  }

  private ObjectInfo relative(ObjectInfo info) {
    return new ObjectInfo(
        relative(info.key()),
        info.size(),
        info.version(),
        info.lastModified(),
        info.storageClass(),
        info.archived(),
        info.versionId(),
        info.attributes());
  }

  private final class RelativeBody extends ForwardingObjectBody {
    private final ObjectInfo info;

    RelativeBody(ObjectBody delegate) {
      super(delegate);
      this.info = relative(delegate.info());
    }

    @Override
    public ObjectInfo info() {
      return info;
    }
  }
}
