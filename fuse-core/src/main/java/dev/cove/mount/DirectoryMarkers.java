package dev.cove.mount;

import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.Content;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.vfs.FileType;

/** The empty objects that make directories exist without files in them: {@code directory/}. */
final class DirectoryMarkers {
  private final Core core;

  DirectoryMarkers(Core core) {
    this.core = core;
  }

  /** Makes or replaces a directory's marker. */
  void put(String prefix, PosixMetadata posix, WriteCondition condition) throws StorageException {
    ObjectAttributes attributes = core.descriptions().fresh(prefix, FileType.DIRECTORY, posix);
    Stored stored =
        core.put(prefix, Content.EMPTY, WriteOptions.DEFAULT.with(attributes).with(condition));
    core.metadata().written(prefix, core.stored(0, stored, null), attributes);
    core.names().markerWritten(prefix, posix);
    core.namespace().markerChanged(prefix, true);
  }

  /** Sees to it that a directory goes on to exist when a name in it goes away. */
  void keep(String prefix, String name) throws StorageException {
    if (prefix.isEmpty() || core.namespace().outlives(prefix, name)) {
      return;
    }
    try {
      put(prefix, PosixMetadata.NONE.withModified(core.now()), WriteCondition.ifAbsent());
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.PRECONDITION_FAILED) {
        throw e;
      }
      // Somebody else has just made it.
      core.namespace().markerChanged(prefix, true);
    }
  }
}
