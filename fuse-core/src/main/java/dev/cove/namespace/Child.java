package dev.cove.namespace;

import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.Version;
import org.jspecify.annotations.Nullable;

/** What a name in a directory stands for. */
public sealed interface Child {

  /** A key prefix; keys below it or a marker object make it exist. */
  enum Directory implements Child {
    INSTANCE
  }

  /**
   * One state of an object. Without the key, so that a hundred thousand of them fit in memory.
   *
   * @param size in bytes
   * @param modifiedNanos LastModified in nanoseconds since 1970
   * @param storageClass null where the store says none
   * @param archived the bytes cannot be read until the object is restored
   * @param attributes headers and metadata where the answer carried them, else null
   */
  record File(
      long size,
      Version version,
      long modifiedNanos,
      @Nullable String storageClass,
      boolean archived,
      @Nullable String versionId,
      @Nullable ObjectAttributes attributes)
      implements Child {

    public static File of(ObjectInfo info) {
      return new File(
          info.size(),
          info.version(),
          Nanos.of(info.lastModified()),
          info.storageClass(),
          info.archived(),
          info.versionId(),
          info.attributes());
    }
  }
}
