package dev.cove.mount;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Capabilities;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.write.Target;
import dev.cove.write.UploadNotes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Copies objects on the server, of any size and under any condition. What one copy request cannot
 * do is done by a multipart upload whose parts are copied.
 */
final class ServerCopies {
  // 1 GiB: few requests for a large object, and none that takes a server very long.
  private static final long PART = 1L << 30;

  private final ObjectStore store;
  private final UploadNotes notes;

  ServerCopies(ObjectStore store, UploadNotes notes) {
    this.store = store;
    this.notes = notes;
  }

  /**
   * An object to copy.
   *
   * @param attributes what the copy is to have
   */
  record Source(
      String key,
      Version version,
      long size,
      @Nullable String storageClass,
      ObjectAttributes attributes) {

    private Source stamped(String writeId) {
      Map<String, String> metadata = new HashMap<>(attributes.metadata());
      metadata.put(Target.WRITE_ID, writeId);
      return new Source(key, version, size, storageClass, attributes.withMetadata(metadata));
    }
  }

  /** As {@link #copy(Source, String, WriteCondition, String)} with an id of its own. */
  Stored copy(Source source, String target, WriteCondition condition) throws StorageException {
    return copy(source, target, condition, newWriteId());
  }

  /** An id that no other write has. */
  static String newWriteId() {
    return UUID.randomUUID().toString();
  }

  /**
   * Makes {@code target} a copy; it appears whole or not at all. A copy whose acknowledgement was
   * lost is known by its id and counts as done, once.
   *
   * @param writeId stored with the copy
   * @throws StorageException {@code PRECONDITION_FAILED} when the source has another version or the
   *     condition on the target does not hold
   */
  Stored copy(Source source, String target, WriteCondition condition, String writeId)
      throws StorageException {
    Source stamped = source.stamped(writeId);
    try {
      return tryCopy(stamped, target, condition);
    } catch (StorageException e) {
      Stored own = findOwn(target, writeId, e);
      if (own == null) {
        throw e;
      }
      return own;
    }
  }

  /** What a copy with this id has left at the target; null when there is none. */
  @Nullable
  Stored findOwn(String target, String writeId) throws StorageException {
    try {
      ObjectInfo info = store.head(target);
      ObjectAttributes attributes = info.attributes();
      boolean own =
          attributes != null && writeId.equals(attributes.metadata().get(Target.WRITE_ID));
      return own ? new Stored(info.version(), info.versionId()) : null;
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  private @Nullable Stored findOwn(String target, String writeId, StorageException failure)
      throws StorageException {
    boolean unsure = failure.mayHaveBeenApplied()
        || failure.kind() == StorageException.Kind.PRECONDITION_FAILED
        || failure.kind() == StorageException.Kind.NOT_FOUND;
    if (!unsure) {
      return null;
    }
    try {
      return findOwn(target, writeId);
    } catch (StorageException e) {
      failure.addSuppressed(e);
      return null;
    }
  }

  private Stored tryCopy(Source source, String target, WriteCondition condition)
      throws StorageException {
    Capabilities can = store.capabilities();
    boolean plain = condition == WriteCondition.none() || can.conditionalCopy();
    if (source.size() <= can.maxCopySize() && (plain || source.size() == 0 || !can.partCopy())) {
      WriteCondition asked = plain ? condition : checkFirst(store, target, condition);
      return store.copy(
          new CopyRequest(source.key(), source.version(), target, asked, source.attributes()));
    }
    return copyInParts(source, target, condition);
  }

  /** Where the server cannot check by itself, the look and the copy are two steps. */
  static WriteCondition checkFirst(ObjectStore store, String target, WriteCondition condition)
      throws StorageException {
    Version present = null;
    try {
      present = store.head(target).version();
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.NOT_FOUND) {
        throw e;
      }
    }
    Version expected =
        condition instanceof WriteCondition.IfVersion version ? version.expected() : null;
    if (expected == null ? present != null : !expected.equals(present)) {
      throw new StorageException(
          StorageException.Kind.PRECONDITION_FAILED, target + " has changed");
    }
    return WriteCondition.none();
  }

  private Stored copyInParts(Source source, String target, WriteCondition condition)
      throws StorageException {
    Map<String, String> tags = store.capabilities().tags() ? store.tags(source.key()) : Map.of();
    WriteOptions options =
        new WriteOptions(WriteCondition.none(), source.attributes(), tags, source.storageClass());
    Upload upload = notes.begin(target, () -> store.createUpload(target, options));
    return completed(upload, source, condition);
  }

  private Stored completed(Upload upload, Source source, WriteCondition condition)
      throws StorageException {
    long most = Math.min(PART, store.capabilities().maxPartSize());
    try {
      List<Part> parts = new ArrayList<>();
      for (long offset = 0; offset < source.size(); offset += most) {
        ByteRange range = ByteRange.of(offset, Math.min(most, source.size() - offset));
        parts.add(store.copyPart(upload, parts.size() + 1, source.key(), source.version(), range));
      }
      Stored stored = store.complete(upload, parts, condition);
      notes.forget(upload);
      return stored;
    } catch (StorageException e) {
      notes.abort(upload);
      throw e;
    }
  }
}
