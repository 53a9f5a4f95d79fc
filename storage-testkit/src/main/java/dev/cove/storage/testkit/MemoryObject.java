package dev.cove.storage.testkit;

import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One state of an object; never changes, so a reader that holds it needs no lock. */
record MemoryObject(
    byte[] bytes,
    Version version,
    Instant modified,
    ObjectAttributes attributes,
    Map<String, String> tags,
    @Nullable String storageClass,
    Archival archival) {

  /** Whether the bytes can be read. */
  enum Archival {
    READABLE,
    ARCHIVED
  }

  MemoryObject with(Archival replacement) {
    return new MemoryObject(bytes, version, modified, attributes, tags, storageClass, replacement);
  }

  ObjectInfo info(String key) {
    return info(key, attributes);
  }

  ObjectInfo info(String key, @Nullable ObjectAttributes shown) {
    return new ObjectInfo(
        key,
        bytes.length,
        version,
        modified,
        storageClass,
        archival == Archival.ARCHIVED,
        null,
        shown);
  }

  Stored stored() {
    return new Stored(version, null);
  }
}
