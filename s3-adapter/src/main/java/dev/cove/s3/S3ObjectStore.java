package dev.cove.s3;

import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_COPY;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_DELETE;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_PUT;
import static dev.cove.storage.Capabilities.Feature.PART_COPY;
import static dev.cove.storage.Capabilities.Feature.TAGS;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Capabilities;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
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
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One S3 bucket.
 *
 * <p>The SDK retries failed attempts. A condition that a retry finds broken proves nothing when the
 * attempt before it got no answer, since that attempt itself may have changed the object: such a call
 * fails as {@code UNAVAILABLE}, and the caller's write id in the metadata tells what happened. An
 * answer of 409 to a conditional write (another one was under way) is {@code PRECONDITION_FAILED}.
 */
final class S3ObjectStore implements ObjectStore {

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long TIB = 1L << 40;

  private final S3Connection s3;
  private final Capabilities capabilities;
  private final S3Reads reads;
  private final S3Writes writes;
  private final S3Uploads uploads;

  S3ObjectStore(S3Config config, Clock clock) {
    this(config, clock, ShortPath.Trust.EARNED);
  }

  S3ObjectStore(S3Config config, Clock clock, ShortPath.Trust trust) {
    this.s3 = new S3Connection(config, clock, trust);
    this.reads = new S3Reads(s3);
    this.writes = new S3Writes(s3, reads);
    this.uploads = new S3Uploads(s3, writes, clock);
    this.capabilities = capabilities(config);
  }

  private static Capabilities capabilities(S3Config config) {
    S3Support support = config.supportOrDefault();
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    Capabilities.Builder builder = Capabilities.builder()
        .partSize(5 * MIB, 5 * GIB)
        .maxParts(10_000)
        .maxPutSize(5 * GIB)
        .maxCopySize(5 * GIB)
        .maxObjectSize(5 * TIB);
    if (config.isGoogle()) {
      // Objects are copied whole there, whatever their size.
      builder.maxCopySize(5 * TIB);
    } else {
      builder.can(PART_COPY, TAGS);
    }
    if (support.put()) {
      builder.can(CONDITIONAL_PUT);
    }
    if (support.copy()) {
      builder.can(CONDITIONAL_COPY);
    }
    if (support.delete()) {
      builder.can(CONDITIONAL_DELETE);
    }
    return builder.build();
  }

  @Override
  public String uri() {
    return s3.uri();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public ObjectInfo head(String key) throws StorageException {
    return reads.head(key);
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    return reads.get(request);
  }

  @Override
  public ListPage list(ListRequest request) throws StorageException {
    return reads.list(request);
  }

  @Override
  public Stored put(String key, Content content, WriteOptions options) throws StorageException {
    return writes.put(key, content, options);
  }

  @Override
  public Upload createUpload(String key, WriteOptions options) throws StorageException {
    return uploads.create(key, options);
  }

  @Override
  public Part uploadPart(Upload upload, int number, Content content) throws StorageException {
    return uploads.upload(upload, number, content);
  }

  @Override
  public Part copyPart(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    return uploads.copy(upload, number, sourceKey, source, range);
  }

  @Override
  public Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    return uploads.complete(upload, parts, condition);
  }

  @Override
  public void abort(Upload upload) throws StorageException {
    uploads.abort(upload);
  }

  @Override
  public List<Upload> listUploads(String prefix) throws StorageException {
    return uploads.list(prefix);
  }

  @Override
  public List<Part> listParts(Upload upload) throws StorageException {
    return uploads.parts(upload);
  }

  @Override
  public Stored copy(CopyRequest request) throws StorageException {
    return writes.copy(request);
  }

  @Override
  public void delete(String key, WriteCondition condition) throws StorageException {
    writes.delete(key, condition);
  }

  @Override
  public Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException {
    return writes.deleteAll(keys);
  }

  @Override
  public Map<String, String> tags(String key) throws StorageException {
    return reads.tags(key);
  }

  @Override
  public void close() {
    s3.close();
  }
}
