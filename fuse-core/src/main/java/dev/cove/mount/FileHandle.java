package dev.cove.mount;

import dev.cove.read.ObjectReaders;
import dev.cove.read.ReadHandle;
import dev.cove.storage.Version;
import dev.cove.vfs.OpenFlags;
import org.jspecify.annotations.Nullable;

/** An open file. */
final class FileHandle {
  private final FileInode inode;
  private final OpenFlags flags;
  private @Nullable Source source; // guarded by this
  private volatile boolean dropsPages;

  /** Where this handle reads from. */
  record Source(String key, Version version, ReadHandle reader) {}

  FileHandle(FileInode inode, OpenFlags flags) {
    this.inode = inode;
    this.flags = flags;
  }

  FileInode inode() {
    return inode;
  }

  OpenFlags flags() {
    return flags;
  }

  /** The kernel was told to drop what it has of the file when this was opened. */
  void dropsPages() {
    dropsPages = true;
  }

  /**
   * A request came for this handle. Only then has the kernel done what it was told with the open: the program that
   * opened it may not have run before, and another would go on with pages of a version that is gone.
   */
  void used() {
    if (dropsPages) {
      dropsPages = false;
      inode.pagesDropped();
    }
  }

  /** The reader of an object's version; what was followed so far is kept while that is the same. */
  synchronized Source source(ObjectReaders readers, String key, Version version, long size) {
    Source present = source;
    if (present != null) {
      if (present.key().equals(key) && present.version().equals(version)) {
        return present;
      }
      present.reader().close();
    }
    source = new Source(key, version, readers.reader(key, version, size).open());
    return source;
  }

  synchronized void close() {
    if (source != null) {
      source.reader().close();
      source = null;
    }
  }
}
