package dev.cove.gcs;

import static dev.cove.storage.Capabilities.Feature.COMPOSE;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_COPY;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_DELETE;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_PUT;
import static dev.cove.storage.Capabilities.Feature.METADATA_IN_LISTS;

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
 * One bucket of Google Cloud Storage. An object's version is its generation and metageneration.
 *
 * <p>Failed attempts are made again in {@link GcsConnection} and nowhere else.
 */
final class GcsObjectStore implements ObjectStore {

  private static final long TIB = 1L << 40;

  // https://cloud.google.com/storage/quotas
  private static final Capabilities CAPABILITIES = Capabilities.builder()
      .can(COMPOSE, CONDITIONAL_PUT, CONDITIONAL_COPY, CONDITIONAL_DELETE, METADATA_IN_LISTS)
      .partSize(1, 5 * TIB)
      .maxParts(GcsUploads.MAX_PARTS)
      .maxPutSize(5 * TIB)
      .maxCopySize(5 * TIB)
      .maxObjectSize(5 * TIB)
      .build();

  private final GcsConnection gcs;
  private final GcsReads reads;
  private final GcsWrites writes;
  private final GcsUploads uploads;

  GcsObjectStore(GcsConfig config, Clock clock) {
    gcs = new GcsConnection(config);
    reads = new GcsReads(gcs);
    GcsInserts inserts = new GcsInserts(gcs);
    writes = new GcsWrites(gcs, reads, inserts);
    uploads = new GcsUploads(gcs, reads, writes, inserts, clock);
  }

  @Override
  public String uri() {
    return gcs.uri();
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
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

  /** Objects of Google Cloud Storage have none; no request. */
  @Override
  public Map<String, String> tags(String key) {
    return Map.of();
  }

  @Override
  public void close() {
    gcs.close();
  }
}
