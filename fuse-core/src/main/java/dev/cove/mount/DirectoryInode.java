package dev.cove.mount;

import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.vfs.VirtualFileSystem;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A directory; knows the inodes below it that are in use, not all names in it. */
final class DirectoryInode extends Inode {
  final Map<String, Inode> children = new HashMap<>(); // guarded by the InodeTable

  // When this mount made, removed or renamed a name in it; long ago when it did not, or when a
  // program has set the time since.
  private volatile long entriesChangedNanos = Long.MIN_VALUE;

  DirectoryInode(long id, @Nullable DirectoryInode parent, String name) {
    super(id, parent, name);
  }

  /**
   * The key prefix of everything in it: empty for the root, else with a slash at the end.
   *
   * @throws FsException {@code ENOENT} when the directory was removed
   */
  String prefix() throws FsException {
    if (id() == VirtualFileSystem.ROOT) {
      return "";
    }
    DirectoryInode above = parent();
    if (above == null) {
      throw new FsException(Errno.ENOENT, "the directory was removed");
    }
    return above.prefix() + name() + "/";
  }

  /** A name in it came or went, by this mount. */
  void entriesChanged(long nowNanos) {
    entriesChangedNanos = nowNanos;
  }

  /** A program has set the time of modification. */
  void timeSet() {
    entriesChangedNanos = Long.MIN_VALUE;
  }

  long entriesChangedNanos() {
    return entriesChangedNanos;
  }

  @Override
  boolean isHeld() {
    return isOpen() || !children.isEmpty();
  }
}
