package dev.cove.mount;

import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.namespace.PosixMetadata;
import dev.cove.namespace.UserXattrs;
import dev.cove.storage.WriteCondition;
import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.vfs.XattrMode;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changing mode, owner, times and extended attributes. On a file with unpublished bytes they go with
 * those; else each is a copy of the object onto itself on the server, so a burst of changes waits a
 * moment and becomes one.
 */
final class AttributeChanges {
  // 2,048: the bytes of user metadata S3 takes, keys and values together; some is left for our own.
  private static final int MAX_METADATA = 2048 - 256;
  private static final int OWN_BITS = 0xFFF;

  private final Core core;
  private final DirectoryMarkers markers;
  private final Writes writes;
  private final Xattrs xattrs;
  private final Background background;

  AttributeChanges(
      Core core, DirectoryMarkers markers, Writes writes, Xattrs xattrs, Background background) {
    this.core = core;
    this.markers = markers;
    this.writes = writes;
    this.xattrs = xattrs;
    this.background = background;
  }

  void set(Inode inode, boolean handleFollows, AttributeChange change) throws IOException {
    PosixMetadata posix = new PosixMetadata(
        null,
        change.permissions() == null ? null : Integer.valueOf(change.permissions() & OWN_BITS),
        change.uid(),
        change.gid(),
        change.modifiedNanos());
    boolean attributes = !posix.equals(PosixMetadata.NONE);
    if (inode instanceof DirectoryInode directory) {
      if (change.size() != null) {
        throw new FsException(Errno.EISDIR, directory.name() + " is a directory");
      }
      if (attributes) {
        setDirectory(directory, posix);
      }
      return;
    }
    FileInode file = (FileInode) inode;
    Long size = change.size();
    if (size != null) {
      writes.truncate(file, size);
    }
    if (attributes) {
      setFile(file, posix);
    }
    if (size != null && !handleFollows) {
      // truncate(2) has no close to publish it.
      writes.settle(file);
    }
  }

  private void setFile(FileInode file, PosixMetadata posix) throws IOException {
    if (core.options().attributes() == AttributeMode.LIST) {
      refuseOwnership(posix);
      file.touch(posix.modifiedNanos() == null ? core.now() : posix.modifiedNanos());
      return;
    }
    file.change(posix, null);
    background.publishSoon(file);
  }

  private static void refuseOwnership(PosixMetadata posix) throws FsException {
    if (posix.permissions() != null || posix.uid() != null || posix.gid() != null) {
      throw new FsException(Errno.EPERM, "modes and owners are kept with --attrs posix only");
    }
  }

  private void setDirectory(DirectoryInode directory, PosixMetadata changes) throws IOException {
    if (core.options().attributes() == AttributeMode.LIST) {
      refuseOwnership(changes);
      return;
    }
    String prefix = directory.prefix();
    if (prefix.isEmpty()) {
      throw new FsException(
          Errno.EPERM, "the top of a mount has its mode and owner from the mount's options");
    }
    try (PathLocks.Held held = core.locks().acquire(prefix + "\0")) {
      PosixMetadata merged = core.names().marker(prefix).with(changes);
      markers.put(prefix, merged, WriteCondition.none());
      if (changes.modifiedNanos() != null) {
        directory.timeSet();
      }
    }
  }

  void setXattr(Inode inode, String name, byte[] value, XattrMode mode) throws IOException {
    Map<String, byte[]> changed = changeable(inode, name);
    if (mode == XattrMode.CREATE && changed.containsKey(name)) {
      throw new FsException(Errno.EEXIST, name + " exists");
    }
    if (mode == XattrMode.REPLACE && !changed.containsKey(name)) {
      throw new FsException(Errno.ENODATA, name + " does not exist");
    }
    changed.put(name, value);
    storeXattrs((FileInode) inode, changed);
  }

  void removeXattr(Inode inode, String name) throws IOException {
    Map<String, byte[]> changed = changeable(inode, name);
    if (changed.remove(name) == null) {
      throw new FsException(Errno.ENODATA, name + " does not exist");
    }
    storeXattrs((FileInode) inode, changed);
  }

  private Map<String, byte[]> changeable(Inode inode, String name) throws IOException {
    if (!name.startsWith("user.")) {
      throw new FsException(Errno.ENOTSUP, "only user.* attributes");
    }
    if (name.startsWith(Xattrs.OWN)) {
      throw new FsException(Errno.EPERM, name + " tells of the object and cannot be set");
    }
    if (!(inode instanceof FileInode)) {
      throw new FsException(Errno.ENOTSUP, "directories keep no extended attributes");
    }
    if (core.options().attributes() == AttributeMode.LIST) {
      throw new FsException(Errno.ENOTSUP, "extended attributes are kept with --attrs posix only");
    }
    return new TreeMap<>(xattrs.user(inode));
  }

  private void storeXattrs(FileInode file, Map<String, byte[]> changed) throws IOException {
    int bytes = 0;
    for (Map.Entry<String, String> entry : UserXattrs.store(Map.of(), changed).entrySet()) {
      bytes += entry.getKey().length() + entry.getValue().length();
    }
    if (bytes > MAX_METADATA) {
      throw new FsException(
          Errno.ENOSPC, "an object keeps some 1,300 bytes of extended attributes");
    }
    file.change(PosixMetadata.NONE, changed);
    background.publishSoon(file);
  }
}
