package dev.cove.mount;

import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.vfs.VirtualFileSystem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The inodes in use, by number and by (directory, name). Its lock is the innermost but for those of
 * caches; nothing blocks while it is held. Numbers are never used twice.
 */
final class InodeTable {
  private final Map<Long, Inode> byId = new HashMap<>(); // guarded by this
  private final DirectoryInode root = new DirectoryInode(VirtualFileSystem.ROOT, null, "");
  private long nextId = VirtualFileSystem.ROOT + 1; // guarded by this

  InodeTable() {
    byId.put(root.id(), root);
  }

  DirectoryInode root() {
    return root;
  }

  synchronized Inode get(long id) throws FsException {
    Inode inode = byId.get(id);
    if (inode == null) {
      throw new FsException(Errno.ESTALE, "no inode " + id);
    }
    return inode;
  }

  DirectoryInode directory(long id) throws FsException {
    if (get(id) instanceof DirectoryInode directory) {
      return directory;
    }
    throw new FsException(Errno.ENOTDIR, "inode " + id + " is not a directory");
  }

  FileInode file(long id) throws FsException {
    if (get(id) instanceof FileInode file) {
      return file;
    }
    throw new FsException(Errno.EISDIR, "inode " + id + " is a directory");
  }

  synchronized @Nullable Inode child(DirectoryInode parent, String name) {
    return parent.children.get(name);
  }

  synchronized List<Inode> children(DirectoryInode parent) {
    return new ArrayList<>(parent.children.values());
  }

  /**
   * The inode that has the name if it will do, else a new one in its place; counts a look-up.
   *
   * @param willDo whether the present one can stand for what the name is now; must not block
   */
  synchronized Inode bind(
      DirectoryInode parent,
      String name,
      Predicate<Inode> willDo,
      LongFunction<? extends Inode> maker) {
    Inode before = parent.children.get(name);
    if (before != null && willDo.test(before)) {
      before.addLookup();
      return before;
    }
    Inode made = maker.apply(nextId++);
    made.addLookup();
    byId.put(made.id(), made);
    parent.children.put(name, made);
    if (before != null) {
      before.place(null, name);
      dropIfUnused(before);
    }
    return made;
  }

  /** The inode that has the name, when this mount knows more of it than the bucket; counts a look-up. */
  synchronized @Nullable Inode bindLocal(DirectoryInode parent, String name) {
    if (parent.children.get(name) instanceof FileInode file && file.isLocal()) {
      file.addLookup();
      return file;
    }
    return null;
  }

  /** Counts a look-up of an inode that still has a name. */
  synchronized boolean bindAgain(Inode inode) {
    if (inode.parent() == null) {
      return false;
    }
    inode.addLookup();
    return true;
  }

  /** The files of a directory that are not in the bucket yet. */
  synchronized List<FileInode> unpublished(DirectoryInode directory) {
    List<FileInode> files = new ArrayList<>();
    for (Inode child : directory.children.values()) {
      if (child instanceof FileInode file && file.isLocal() && !file.isPublished()) {
        files.add(file);
      }
    }
    return files;
  }

  /** Whether no file below is new and not in the bucket yet. */
  synchronized boolean hasNoLocalFiles(DirectoryInode directory) {
    for (Inode child : directory.children.values()) {
      if (child instanceof FileInode file
          ? file.isLocal() && !file.isPublished()
          : !hasNoLocalFiles((DirectoryInode) child)) {
        return false;
      }
    }
    return true;
  }

  /** Takes a directory's name away unless a new file is in it. */
  synchronized boolean unbindEmpty(DirectoryInode directory) {
    if (!hasNoLocalFiles(directory)) {
      return false;
    }
    unbind(directory);
    return true;
  }

  /** Takes the name away; the inode lives on for those who hold it. */
  synchronized void unbind(Inode inode) {
    DirectoryInode parent = inode.parent();
    if (parent != null && parent.children.remove(inode.name(), inode)) {
      inode.place(null, inode.name());
      dropIfUnused(inode);
      dropIfUnused(parent);
    }
  }

  /** Moves an inode to another name, in the place of whatever had it. */
  synchronized void move(Inode inode, DirectoryInode newParent, String newName) {
    DirectoryInode oldParent = inode.parent();
    if (oldParent != null) {
      oldParent.children.remove(inode.name(), inode);
    }
    Inode before = newParent.children.put(newName, inode);
    inode.place(newParent, newName);
    if (before != null && before != inode) {
      before.place(null, newName);
      dropIfUnused(before);
    }
    if (oldParent != null) {
      dropIfUnused(oldParent);
    }
  }

  synchronized void forget(long id, long lookups) {
    Inode inode = byId.get(id);
    if (inode != null) {
      inode.removeLookups(lookups);
      dropIfUnused(inode);
    }
  }

  /** A handle was closed or bytes were saved: the inode may be of no more use. */
  synchronized void released(Inode inode) {
    dropIfUnused(inode);
  }

  /** The files with changes that are not in the bucket. */
  synchronized List<FileInode> dirtyFiles() {
    List<FileInode> dirty = new ArrayList<>();
    for (Inode inode : byId.values()) {
      if (inode instanceof FileInode file && file.isDirty()) {
        dirty.add(file);
      }
    }
    return dirty;
  }

  /** How many inodes are in use. */
  synchronized int size() {
    return byId.size();
  }

  private void dropIfUnused(Inode inode) {
    while (inode.lookups() == 0 && !inode.isHeld() && inode != root) {
      byId.remove(inode.id());
      DirectoryInode parent = inode.parent();
      if (parent == null || !parent.children.remove(inode.name(), inode)) {
        return;
      }
      inode = parent;
    }
  }
}
