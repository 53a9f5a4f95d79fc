package dev.cove.mount;

import dev.cove.namespace.BucketNamespace;
import dev.cove.namespace.Child;
import dev.cove.namespace.MetadataCache;
import dev.cove.namespace.Nanos;
import dev.cove.storage.Content;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.write.Target;
import java.io.IOException;
import java.time.Clock;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What every part of a bucket's file system works with. */
record Core(
    ObjectStore store,
    BucketOptions options,
    BucketNamespace namespace,
    MetadataCache metadata,
    InodeTable table,
    Names names,
    PathLocks locks,
    ObjectDescriptions descriptions,
    LongSupplier ticker,
    Clock clock) {

  /** The wall clock in nanoseconds since 1970. */
  long now() {
    return Nanos.of(clock.instant());
  }

  /** A clock that only moves forward, in nanoseconds. */
  long ticks() {
    return ticker.getAsLong();
  }

  /** The state that a write of this mount left; LastModified is only about now. */
  Child.File stored(long size, Stored stored, @Nullable String storageClass) {
    return new Child.File(
        size, stored.version(), now(), storageClass, false, stored.versionId(), null);
  }

  /** The mount itself made a key this, or removed it (null). */
  void changed(String key, Child.@Nullable File now) {
    int slash = key.lastIndexOf('/');
    namespace.changed(key.substring(0, slash + 1), key.substring(slash + 1), now);
  }

  /** The object at a key now, whatever is remembered of it; null where there is none. */
  @Nullable
  ObjectInfo head(String key) throws StorageException {
    try {
      return store.head(key);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Stores a small object whole. A write whose acknowledgement was lost is known by its id and counts
   * as done, once.
   */
  Stored put(String key, Content content, WriteOptions options) throws StorageException {
    Target stamped = new Target(key, options);
    String writeId = UUID.randomUUID().toString();
    try {
      WriteOptions asked = stamped.stamped(writeId);
      return store.put(key, content, asked.with(kept(key, asked.condition())));
    } catch (StorageException e) {
      boolean unsure =
          e.mayHaveBeenApplied() || e.kind() == StorageException.Kind.PRECONDITION_FAILED;
      ObjectInfo present = unsure ? lookAgain(key, e) : null;
      if (present == null
          || present.attributes() == null
          || !writeId.equals(present.attributes().metadata().get(Target.WRITE_ID))) {
        throw e;
      }
      return new Stored(present.version(), present.versionId());
    }
  }

  /** Where the server keeps no conditions, the look and the change are two steps. */
  private WriteCondition kept(String key, WriteCondition condition) throws StorageException {
    return condition instanceof WriteCondition.None || store.capabilities().conditionalPut()
        ? condition
        : ServerCopies.checkFirst(store, key, condition);
  }

  private @Nullable ObjectInfo lookAgain(String key, StorageException failure) {
    try {
      return head(key);
    } catch (StorageException e) {
      failure.addSuppressed(e);
      return null;
    }
  }

  /** Deletes a version of an object; where the server cannot tell versions, whatever is there. */
  void deleteVersion(String key, Version version) throws IOException {
    try {
      store.delete(
          key,
          store.capabilities().conditionalDelete()
              ? WriteCondition.ifVersion(version)
              : WriteCondition.none());
    } catch (StorageException e) {
      switch (e.kind()) {
        case NOT_FOUND -> {
          // Gone already, which is what was asked for.
        }
        case PRECONDITION_FAILED -> {
          namespace.forget(key + "/");
          throw new FsException(Errno.ESTALE, key + " was replaced meanwhile");
        }
        default -> throw e;
      }
    }
  }
}
