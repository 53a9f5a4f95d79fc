package dev.cove.storage;

import java.io.Closeable;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One bucket of a cloud object store. Every backend keeps this contract; {@code
 * ObjectStoreContract} in the testkit checks it.
 *
 * <p>Guarantees that callers build on:
 *
 * <ul>
 *   <li><b>Whole objects.</b> A put, copy or completed upload becomes visible at once and whole, or
 *       not at all. Readers never see part of it.
 *   <li><b>Read after write.</b> Once a call that changes a key returns, every later get, head and
 *       list shows the change.
 *   <li><b>Conditions are atomic.</b> A {@link WriteCondition} is checked and the write applied as
 *       one step. Where a backend cannot do that for a kind of call, {@link #capabilities()} says
 *       so and the call throws {@link StorageException.Kind#UNSUPPORTED} rather than go ahead
 *       unconditionally.
 *   <li><b>Pinned reads.</b> A get that names a {@link Version} delivers bytes of that version only;
 *       when the object has another one by now it fails with {@link
 *       StorageException.Kind#PRECONDITION_FAILED}.
 *   <li><b>Order.</b> Lists are in order of the keys' UTF-8 bytes.
 *   <li><b>Time.</b> Each call ends within the backend's configured time-out. A body being read
 *       fails when it delivers nothing for that long.
 * </ul>
 *
 * <p>Failures are {@link StorageException}s whose {@link StorageException#kind()} is what callers
 * decide on. A call that failed with {@link StorageException.Kind#TIMEOUT} or {@link
 * StorageException.Kind#UNAVAILABLE} may still have been applied (a lost acknowledgement); a write id
 * in the object's metadata tells. Transient failures are retried inside the backend and nowhere else.
 *
 * <p>Keys are 1 to 1,024 bytes of UTF-8. Implementations are safe for use by many threads; calls
 * block the calling thread.
 */
public interface ObjectStore extends Closeable {

  /** The bucket's address as a user writes it, without a trailing slash: {@code s3://bucket}. */
  String uri();

  /** What this backend can do and its limits; constant for the life of the store. */
  Capabilities capabilities();

  /**
   * Describes the object with metadata and headers, in one request.
   *
   * @throws StorageException {@code NOT_FOUND} when there is none
   */
  ObjectInfo head(String key) throws StorageException;

  /**
   * Opens the bytes of an object, in one request. The caller closes the body; closing before its
   * end drops the connection instead of draining it.
   *
   * @throws StorageException {@code NOT_FOUND}; {@code PRECONDITION_FAILED} when the version is not
   *     the pinned one; {@code INVALID_RANGE} when the range begins at or past the object's end;
   *     {@code ARCHIVED} when the object must be restored first
   */
  ObjectBody get(GetRequest request) throws StorageException;

  /** One page of keys in order; one request. */
  ListPage list(ListRequest request) throws StorageException;

  /**
   * Stores a whole object with one request of at most {@link Capabilities#maxPutSize()} bytes.
   *
   * @return the object as stored
   * @throws StorageException {@code PRECONDITION_FAILED} when the condition does not hold; nothing
   *     was changed then
   */
  Stored put(String key, Content content, WriteOptions options) throws StorageException;

  /**
   * Begins a multipart upload. Nothing is visible until {@link #complete}. Options that belong to
   * the object (headers, metadata, tags, class) are given here; the condition is given on completion.
   */
  Upload createUpload(String key, WriteOptions options) throws StorageException;

  /**
   * Sends one part. Sending the same number again replaces the part. Every part but the last has at
   * least {@link Capabilities#minPartSize()} bytes. Where {@link Capabilities#orderedParts()} parts
   * are sent one at a time in ascending order without gaps, else in any order and in parallel.
   *
   * @param number 1 to {@link Capabilities#maxParts()}
   */
  Part uploadPart(Upload upload, int number, Content content) throws StorageException;

  /**
   * Makes a part from a range of an existing object without moving the bytes through this machine.
   * Only where {@link Capabilities#partCopy()}; where {@link Capabilities#compose()}, of whole
   * objects only.
   *
   * @throws StorageException {@code PRECONDITION_FAILED} when the source has another version by now
   */
  Part copyPart(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException;

  /**
   * Publishes the parts as the object, in ascending part number.
   *
   * @throws StorageException {@code PRECONDITION_FAILED} when the condition does not hold (the
   *     upload then still exists: abort it); {@code NOT_FOUND} when the upload is gone: it was
   *     aborted, or an earlier call completed it and its answer was lost
   */
  Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException;

  /** Drops an upload and its parts. Dropping one that does not exist is no error. */
  void abort(Upload upload) throws StorageException;

  /** The uploads under way whose key begins with {@code prefix}; all pages. */
  List<Upload> listUploads(String prefix) throws StorageException;

  /** The parts an upload has received so far, ascending; all pages. {@code NOT_FOUND} when gone. */
  List<Part> listParts(Upload upload) throws StorageException;

  /**
   * Copies an object of at most {@link Capabilities#maxCopySize()} bytes on the server. What the
   * request does not replace (headers, metadata, tags, class, encryption) is kept.
   *
   * @throws StorageException {@code NOT_FOUND} when the source is gone, {@code PRECONDITION_FAILED}
   *     when the source's version or the target's condition does not hold
   */
  Stored copy(CopyRequest request) throws StorageException;

  /**
   * Deletes the object. Deleting one that does not exist is no error under {@link
   * WriteCondition#none()}.
   *
   * @throws StorageException {@code PRECONDITION_FAILED} when the condition does not hold, {@code
   *     UNSUPPORTED} for a condition where not {@link Capabilities#conditionalDelete()}
   */
  void delete(String key, WriteCondition condition) throws StorageException;

  /**
   * Deletes many objects, in as few requests as the backend allows.
   *
   * @return the keys that could not be deleted, each with its reason; empty when all are gone
   */
  Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException;

  /** The object's tags; empty where it has none or the backend knows none. One request. */
  Map<String, String> tags(String key) throws StorageException;

  @Override
  void close();
}
