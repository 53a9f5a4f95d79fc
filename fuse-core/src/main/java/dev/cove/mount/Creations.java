package dev.cove.mount;

import dev.cove.namespace.Child;
import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.Content;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.vfs.Caller;
import dev.cove.vfs.Created;
import dev.cove.vfs.Entry;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.vfs.OpenFlags;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Making files, links and directories. */
final class Creations {
  private static final int TYPE_MASK = 0xF000; // S_IFMT
  private static final int TYPE_FILE = 0x8000; // S_IFREG
  private static final int PERMISSIONS = 0xFFF;

  private final Core core;
  private final DirectoryMarkers markers;
  private final Publishing publishing;
  private final Files files;

  Creations(Core core, DirectoryMarkers markers, Publishing publishing, Files files) {
    this.core = core;
    this.markers = markers;
    this.publishing = publishing;
    this.files = files;
  }

  /** Nothing is sent to the bucket until the file is flushed or closed. */
  Created create(DirectoryInode parent, String name, int mode, OpenFlags flags, Caller caller)
      throws IOException {
    core.names().checkNewName(parent, name);
    String key = parent.prefix() + name;
    Inode present = core.names().resolveOrNull(parent, name);
    if (present != null) {
      return openPresent(present, flags);
    }
    PosixMetadata posix = posix(mode, caller);
    AtomicBoolean isNew = new AtomicBoolean();
    Inode made = core.table()
        .bind(
            parent,
            name,
            other -> other instanceof FileInode file && file.fate() == FileInode.Fate.NAMED,
            id -> {
              isNew.set(true);
              return new FileInode(id, parent, name, key, FileType.FILE, null, posix, core.ticks());
            });
    if (!isNew.get()) {
      return openPresent(made, flags);
    }
    parent.entriesChanged(core.now());
    return open(made, flags);
  }

  private Created openPresent(Inode inode, OpenFlags flags) throws IOException {
    if (flags.exclusive()) {
      core.table().forget(inode.id(), 1);
      throw new FsException(Errno.EEXIST, inode.name() + " exists");
    }
    return open(inode, flags);
  }

  private Created open(Inode inode, OpenFlags flags) throws IOException {
    try {
      return new Created(core.names().entryOf(inode), files.open(inode.id(), flags));
    } catch (IOException | RuntimeException e) {
      core.table().forget(inode.id(), 1);
      throw e;
    }
  }

  /** A regular file, empty, in the bucket when this returns: no close will follow. */
  Entry mknod(DirectoryInode parent, String name, int mode, Caller caller) throws IOException {
    if ((mode & TYPE_MASK) != TYPE_FILE && (mode & TYPE_MASK) != 0) {
      throw new FsException(Errno.EPERM, "a bucket keeps no devices, sockets or pipes");
    }
    return putNew(parent, name, FileType.FILE, posix(mode, caller), Content.EMPTY);
  }

  Entry symlink(DirectoryInode parent, String name, String target, Caller caller)
      throws IOException {
    byte[] bytes = FileNames.encode(target);
    if (bytes.length > Names.MAX_LINK_TARGET) {
      throw new FsException(Errno.ENAMETOOLONG, "a link's target has at most 4096 bytes");
    }
    if (core.options().attributes() == BucketOptions.AttributeMode.LIST) {
      throw new FsException(Errno.EPERM, "links need --attrs posix");
    }
    return putNew(parent, name, FileType.SYMLINK, posix(0777, caller), Content.of(bytes));
  }

  private Entry putNew(
      DirectoryInode parent, String name, FileType type, PosixMetadata posix, Content content)
      throws IOException {
    core.names().checkNewName(parent, name);
    String key = parent.prefix() + name;
    try (PathLocks.Held held = core.locks().acquire(key)) {
      refuseExisting(parent, name);
      Child.File now = publishing.putNew(key, type, posix, content);
      parent.entriesChanged(core.now());
      return core.names().enter(parent, name, now, core.ticks());
    }
  }

  Entry mkdir(DirectoryInode parent, String name, int mode, Caller caller) throws IOException {
    core.names().checkNewName(parent, name);
    String parentPrefix = parent.prefix();
    String prefix = parentPrefix + name + "/";
    PosixMetadata posix = posix(mode, caller);
    try (PathLocks.Held held = core.locks().acquire(prefix)) {
      refuseExisting(parent, name);
      try {
        markers.put(prefix, posix, WriteCondition.ifAbsent());
      } catch (StorageException e) {
        if (e.kind() == StorageException.Kind.PRECONDITION_FAILED) {
          throw new FsException(Errno.EEXIST, name + " exists");
        }
        throw e;
      }
      core.namespace().createdDirectory(prefix);
      core.namespace().changed(parentPrefix, name, Child.Directory.INSTANCE);
      parent.entriesChanged(core.now());
      return core.names().enter(parent, name, Child.Directory.INSTANCE, core.ticks());
    }
  }

  private void refuseExisting(DirectoryInode parent, String name) throws IOException {
    Inode present = core.names().resolveOrNull(parent, name);
    if (present != null) {
      core.table().forget(present.id(), 1);
      throw new FsException(Errno.EEXIST, name + " exists");
    }
  }

  private PosixMetadata posix(int mode, Caller caller) {
    return new PosixMetadata(null, mode & PERMISSIONS, caller.uid(), caller.gid(), core.now());
  }
}
