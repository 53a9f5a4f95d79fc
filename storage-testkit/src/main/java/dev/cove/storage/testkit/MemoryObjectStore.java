package dev.cove.storage.testkit;

import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_COPY;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_DELETE;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_PUT;
import static dev.cove.storage.Capabilities.Feature.PART_COPY;
import static dev.cove.storage.Capabilities.Feature.TAGS;
import static dev.cove.storage.StorageException.Kind.ARCHIVED;
import static dev.cove.storage.StorageException.Kind.INVALID;
import static dev.cove.storage.StorageException.Kind.INVALID_RANGE;
import static dev.cove.storage.StorageException.Kind.NOT_FOUND;
import static dev.cove.storage.StorageException.Kind.PRECONDITION_FAILED;
import static dev.cove.storage.StorageException.Kind.UNSUPPORTED;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.ByteRange;
import dev.cove.storage.Capabilities;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.KeyOrder;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An object store in memory that keeps the whole contract, so that what stands above a store is
 * tested without a server. What it can do is configurable, so that code is tested against the
 * weaker backends too. Closing it changes nothing: several users may share one.
 */
public final class MemoryObjectStore implements ObjectStore {

  /** Everything S3 has, with parts of any size. */
  public static final Capabilities S3_LIKE = Capabilities.builder()
      .can(PART_COPY, CONDITIONAL_PUT, CONDITIONAL_COPY, CONDITIONAL_DELETE, TAGS)
      // The most a Java array holds.
      .partSize(1, Integer.MAX_VALUE - 8)
      .maxParts(10_000)
      .maxPutSize(Integer.MAX_VALUE - 8)
      .maxCopySize(Integer.MAX_VALUE - 8)
      .maxObjectSize(Integer.MAX_VALUE - 8)
      .build();

  /** How a write's version comes about. */
  public enum VersionScheme {
    /** Each write has its own, as a GCS generation: the same bytes written again are another version. */
    PER_WRITE,
    /** The same bytes have the same version, as an S3 ETag. */
    BY_CONTENT
  }

  private final String uri;
  private final Capabilities capabilities;
  private final Clock clock;
  private final VersionNames names;

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final NavigableMap<String, MemoryObject> objects = new TreeMap<>(KeyOrder.UTF_8);

  @GuardedBy("lock")
  private final Map<String, MemoryUpload> uploads = new LinkedHashMap<>();

  public MemoryObjectStore() {
    this(S3_LIKE, Clock.systemUTC());
  }

  public MemoryObjectStore(Capabilities capabilities, Clock clock) {
    this("memory://bucket", capabilities, clock, VersionScheme.PER_WRITE);
  }

  public MemoryObjectStore(
      String uri, Capabilities capabilities, Clock clock, VersionScheme versions) {
    this.uri = uri;
    this.capabilities = capabilities;
    this.clock = clock;
    this.names = new VersionNames(versions);
  }

  @Override
  public String uri() {
    return uri;
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public ObjectInfo head(String key) throws StorageException {
    MemoryLimits.checkKey(key);
    return existing(key).info(key);
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    MemoryLimits.checkKey(request.key());
    MemoryObject object = readable(request.key(), request.version());
    ObjectInfo info = object.info(request.key());
    return new MemoryBody(info, slice(request.key(), object, request.range()));
  }

  @Override
  public ListPage list(ListRequest request) throws StorageException {
    synchronized (lock) {
      return new MemoryLister(objects, this::listed).page(request);
    }
  }

  private ObjectInfo listed(String key, MemoryObject object) {
    return object.info(key, capabilities.metadataInLists() ? object.attributes() : null);
  }

  @Override
  public Stored put(String key, Content content, WriteOptions options) throws StorageException {
    MemoryLimits.checkKey(key);
    MemoryLimits.checkOptions(options, capabilities);
    requireFor(options.condition(), CONDITIONAL_PUT, capabilities.conditionalPut());
    byte[] bytes = MemoryLimits.read(content, "an object", capabilities.maxPutSize());
    synchronized (lock) {
      check(key, options.condition());
      return store(key, bytes, options.attributes(), options.tags(), options.storageClass());
    }
  }

  @Override
  public Upload createUpload(String key, WriteOptions options) throws StorageException {
    MemoryLimits.checkKey(key);
    MemoryLimits.checkOptions(options, capabilities);
    Upload upload = new Upload(key, names.next("upload"), clock.instant());
    synchronized (lock) {
      uploads.put(upload.id(), new MemoryUpload(upload, options, capabilities));
    }
    return upload;
  }

  @Override
  public Part uploadPart(Upload upload, int number, Content content) throws StorageException {
    byte[] bytes = MemoryLimits.read(content, "a part", capabilities.maxPartSize());
    return receive(upload, number, bytes);
  }

  @Override
  public Part copyPart(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    if (!capabilities.partCopy() && !capabilities.compose()) {
      throw unsupported(PART_COPY);
    }
    MemoryObject object = readable(sourceKey, source);
    boolean whole = range.offset() == 0 && range.length() == object.bytes().length;
    if (!capabilities.partCopy() && !whole) {
      throw unsupported(PART_COPY);
    }
    if (range.end() > object.bytes().length) {
      throw new StorageException(
          INVALID_RANGE,
          sourceKey + " has " + object.bytes().length + " bytes, not " + range.end());
    }
    byte[] bytes = new byte[(int) range.length()];
    slice(sourceKey, object, range).get(bytes);
    return receive(upload, number, bytes);
  }

  private Part receive(Upload upload, int number, byte[] bytes) throws StorageException {
    if (number < 1 || number > capabilities.maxParts()) {
      throw new StorageException(INVALID, "parts are numbered 1 to " + capabilities.maxParts());
    }
    String tag = names.version(bytes).value();
    synchronized (lock) {
      return existing(upload).receive(number, tag, bytes);
    }
  }

  @Override
  public Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    requireFor(condition, CONDITIONAL_PUT, capabilities.conditionalPut());
    synchronized (lock) {
      MemoryUpload received = existing(upload);
      byte[] bytes = received.assemble(parts);
      check(upload.key(), condition);
      uploads.remove(upload.id());
      WriteOptions options = received.options();
      return store(
          upload.key(), bytes, options.attributes(), options.tags(), options.storageClass());
    }
  }

  @Override
  public void abort(Upload upload) {
    synchronized (lock) {
      uploads.remove(upload.id());
    }
  }

  @Override
  public List<Upload> listUploads(String prefix) {
    synchronized (lock) {
      return uploads.values().stream()
          .map(MemoryUpload::upload)
          .filter(upload -> upload.key().startsWith(prefix))
          .toList();
    }
  }

  @Override
  public List<Part> listParts(Upload upload) throws StorageException {
    synchronized (lock) {
      return existing(upload).parts();
    }
  }

  @Override
  public Stored copy(CopyRequest request) throws StorageException {
    MemoryLimits.checkKey(request.target());
    requireFor(request.condition(), CONDITIONAL_COPY, capabilities.conditionalCopy());
    if (request.source().equals(request.target()) && request.attributes() == null) {
      throw new StorageException(
          INVALID, "copying " + request.source() + " onto itself changes nothing");
    }
    if (request.attributes() != null) {
      MemoryLimits.checkMetadata(request.attributes());
    }
    synchronized (lock) {
      MemoryObject source = readable(request.source(), request.sourceVersion());
      if (source.bytes().length > capabilities.maxCopySize()) {
        throw new StorageException(INVALID, request.source() + " is too large for one copy");
      }
      check(request.target(), request.condition());
      ObjectAttributes attributes =
          request.attributes() == null ? source.attributes() : request.attributes();
      return store(
          request.target(), source.bytes(), attributes, source.tags(), source.storageClass());
    }
  }

  @Override
  public void delete(String key, WriteCondition condition) throws StorageException {
    MemoryLimits.checkKey(key);
    requireFor(condition, CONDITIONAL_DELETE, capabilities.conditionalDelete());
    synchronized (lock) {
      check(key, condition);
      objects.remove(key);
    }
  }

  @Override
  public Map<String, StorageException> deleteAll(Collection<String> keys) {
    Map<String, StorageException> failed = new LinkedHashMap<>();
    for (String key : keys) {
      try {
        delete(key, WriteCondition.none());
      } catch (StorageException e) {
        failed.put(key, e);
      }
    }
    return failed;
  }

  @Override
  public Map<String, String> tags(String key) throws StorageException {
    MemoryLimits.checkKey(key);
    return existing(key).tags();
  }

  /** From now on the object cannot be read until it is {@linkplain #restore restored} or replaced. */
  public void archive(String key) throws StorageException {
    mark(key, MemoryObject.Archival.ARCHIVED);
  }

  public void restore(String key) throws StorageException {
    mark(key, MemoryObject.Archival.READABLE);
  }

  /** Every key there is, in order. */
  public List<String> keys() {
    synchronized (lock) {
      return List.copyOf(objects.keySet());
    }
  }

  @Override
  public void close() {}

  private void mark(String key, MemoryObject.Archival archival) throws StorageException {
    synchronized (lock) {
      objects.put(key, existing(key).with(archival));
    }
  }

  private MemoryObject existing(String key) throws StorageException {
    MemoryObject object;
    synchronized (lock) {
      object = objects.get(key);
    }
    if (object == null) {
      throw new StorageException(NOT_FOUND, "no object " + key + " in " + uri);
    }
    return object;
  }

  @GuardedBy("lock")
  private MemoryUpload existing(Upload upload) throws StorageException {
    MemoryUpload received = uploads.get(upload.id());
    if (received == null || !received.upload().key().equals(upload.key())) {
      throw new StorageException(
          NOT_FOUND, "no upload of " + upload.key() + " with this id in " + uri);
    }
    return received;
  }

  private MemoryObject readable(String key, @Nullable Version pinned) throws StorageException {
    MemoryObject object = existing(key);
    if (pinned != null && !pinned.equals(object.version())) {
      throw new StorageException(PRECONDITION_FAILED, key + " has another version by now");
    }
    if (object.archival() == MemoryObject.Archival.ARCHIVED) {
      throw new StorageException(ARCHIVED, key + " is archived; restore it first");
    }
    return object;
  }

  private static ByteBuffer slice(String key, MemoryObject object, @Nullable ByteRange range)
      throws StorageException {
    ByteBuffer bytes = ByteBuffer.wrap(object.bytes()).asReadOnlyBuffer();
    if (range == null) {
      return bytes;
    }
    if (range.offset() >= bytes.capacity()) {
      throw new StorageException(
          INVALID_RANGE, key + " has " + bytes.capacity() + " bytes, none at " + range.offset());
    }
    return bytes.position((int) range.offset()).limit((int)
        Math.min(range.end(), bytes.capacity()));
  }

  @GuardedBy("lock")
  private void check(String key, WriteCondition condition) throws StorageException {
    MemoryObject present = objects.get(key);
    if (condition instanceof WriteCondition.IfAbsent && present != null) {
      throw new StorageException(PRECONDITION_FAILED, key + " exists already");
    }
    if (condition instanceof WriteCondition.IfVersion wanted
        && (present == null || !present.version().equals(wanted.expected()))) {
      throw new StorageException(PRECONDITION_FAILED, key + " does not have the expected version");
    }
  }

  @GuardedBy("lock")
  private Stored store(
      String key,
      byte[] bytes,
      ObjectAttributes attributes,
      Map<String, String> tags,
      @Nullable String storageClass) {
    MemoryObject object = new MemoryObject(
        bytes,
        names.version(bytes),
        clock.instant(),
        attributes,
        tags,
        storageClass,
        MemoryObject.Archival.READABLE);
    objects.put(key, object);
    return object.stored();
  }

  private void requireFor(WriteCondition condition, Capabilities.Feature feature, boolean has)
      throws StorageException {
    if (!has && !(condition instanceof WriteCondition.None)) {
      throw unsupported(feature);
    }
  }

  private StorageException unsupported(Capabilities.Feature feature) {
    return new StorageException(UNSUPPORTED, uri + " has no " + feature);
  }
}
