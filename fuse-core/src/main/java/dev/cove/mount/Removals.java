package dev.cove.mount;

import dev.cove.namespace.Child;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Removing files and directories. A file that is open goes from sight at once, and its object goes
 * with the last handle: readers keep what they opened.
 */
final class Removals {
  private final Core core;
  private final DirectoryMarkers markers;
  private final Unstaging unstaging;
  private final NewFiles newFiles;
  private final Journal journal;

  // Objects that are unlinked but still open, by key.
  private final Map<String, Hidden> pending = new ConcurrentHashMap<>();

  /** An unlinked file, and what is to be deleted when its last handle is closed. */
  private record Hidden(FileInode file, Version version, Journal.Entry entry) {}

  Removals(
      Core core,
      DirectoryMarkers markers,
      Unstaging unstaging,
      NewFiles newFiles,
      Journal journal) {
    this.core = core;
    this.markers = markers;
    this.unstaging = unstaging;
    this.newFiles = newFiles;
    this.journal = journal;
  }

  void unlink(DirectoryInode parent, String name) throws IOException {
    String prefix = parent.prefix();
    try (PathLocks.Held held = core.locks().acquire(prefix + name)) {
      Inode inode = core.table().child(parent, name);
      if (inode instanceof FileInode file && !file.isPublished()) {
        file.fate(FileInode.Fate.UNLINKED);
        newFiles.settled(file);
        parent.entriesChanged(core.now());
        core.namespace().changed(prefix, name, null);
        unstaging.whenDone(file);
        core.table().unbind(file);
        return;
      }
      Version version = versionToRemove(prefix, name, inode);
      markers.keep(prefix, name);
      if (inode instanceof FileInode file && file.isOpen()) {
        String key = file.key();
        pending.put(key, new Hidden(file, version, journal.deleting(key, version.value())));
        core.namespace().hide(prefix, name);
      } else {
        core.deleteVersion(prefix + name, version);
        core.namespace().changed(prefix, name, null);
      }
      parent.entriesChanged(core.now());
      if (inode != null) {
        if (inode instanceof FileInode file) {
          file.fate(FileInode.Fate.UNLINKED);
          unstaging.whenDone(file);
        }
        core.table().unbind(inode);
      }
    }
  }

  private Version versionToRemove(String prefix, String name, @Nullable Inode inode)
      throws IOException {
    if (inode instanceof FileInode file) {
      Child.File base = file.base();
      if (base != null) {
        return base.version();
      }
    }
    Child child = core.namespace().find(prefix, name);
    if (child == null) {
      throw new FsException(Errno.ENOENT, name);
    }
    if (!(child instanceof Child.File file)) {
      throw new FsException(Errno.EISDIR, name + " is a directory");
    }
    return file.version();
  }

  /** The version at a key that is hidden and waits for its last handle; null when none does. */
  @Nullable
  Version hiddenVersion(String key) {
    Hidden hidden = pending.get(key);
    return hidden == null ? null : hidden.version();
  }

  /** A new object has taken the place of a hidden one: there is nothing left to delete. */
  void replaced(String key) {
    Hidden hidden = pending.remove(key);
    if (hidden != null) {
      core.namespace().unhide(key);
      hidden.entry().done();
    }
  }

  /** The last handle of an unlinked file was closed. */
  void lastClosed(FileInode file) throws IOException {
    String key = file.lastKey();
    Hidden hidden = pending.get(key);
    if (hidden == null || hidden.file() != file) {
      return;
    }
    try (PathLocks.Held held = core.locks().acquire(key)) {
      if (pending.get(key) == hidden) {
        core.deleteVersion(key, hidden.version());
        replaced(key);
      }
    }
  }

  void rmdir(DirectoryInode parent, String name) throws IOException {
    String parentPrefix = parent.prefix();
    String prefix = parentPrefix + name + "/";
    try (PathLocks.Held held = core.locks().acquire(prefix)) {
      Inode inode = core.table().child(parent, name);
      if (inode instanceof FileInode
          || (inode == null && core.namespace().find(parentPrefix, name) instanceof Child.File)) {
        throw new FsException(Errno.ENOTDIR, name + " is not a directory");
      }
      if (inode == null && core.namespace().find(parentPrefix, name) == null) {
        throw new FsException(Errno.ENOENT, name);
      }
      if (!core.namespace().isEmpty(prefix)) {
        core.namespace().dropBelow(prefix);
        throw new FsException(Errno.ENOTEMPTY, name + " is not empty");
      }
      // From here on nothing can be created in it.
      if (inode != null && !core.table().unbindEmpty((DirectoryInode) inode)) {
        throw new FsException(Errno.ENOTEMPTY, name + " is not empty");
      }
      try {
        removeHidden(prefix);
        markers.keep(parentPrefix, name);
        core.store().delete(prefix, WriteCondition.none());
      } catch (IOException e) {
        if (inode != null) {
          core.table().move(inode, parent, name);
        }
        throw e;
      }
      core.namespace().dropBelow(prefix);
      core.names().forgetMarkers(prefix);
      core.namespace().changed(parentPrefix, name, null);
      parent.entriesChanged(core.now());
    }
  }

  /** Deletes unlinked objects below a prefix although they are open: they would keep it alive. */
  void removeHidden(String prefix) throws IOException {
    for (Map.Entry<String, Hidden> entry : pending.entrySet()) {
      if (entry.getKey().startsWith(prefix)) {
        core.deleteVersion(entry.getKey(), entry.getValue().version());
        replaced(entry.getKey());
      }
    }
  }
}
