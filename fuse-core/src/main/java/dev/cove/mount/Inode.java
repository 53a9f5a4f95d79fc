package dev.cove.mount;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A file, link or directory that the kernel knows, or that has an open handle or unsaved bytes. */
abstract sealed class Inode permits DirectoryInode, FileInode {
  private final long id;

  // Where the inode hangs; guarded by the InodeTable, read without it. A null parent means that no
  // name leads here any more (or that this is the root).
  private volatile @Nullable DirectoryInode parent;
  private volatile String name;

  private long lookups; // guarded by the InodeTable
  private final AtomicInteger handles = new AtomicInteger();

  Inode(long id, @Nullable DirectoryInode parent, String name) {
    this.id = id;
    this.parent = parent;
    this.name = name;
  }

  final long id() {
    return id;
  }

  final @Nullable DirectoryInode parent() {
    return parent;
  }

  final String name() {
    return name;
  }

  final void place(@Nullable DirectoryInode newParent, String newName) {
    parent = newParent;
    name = newName;
  }

  final void addLookup() {
    lookups++;
  }

  /** Takes look-ups back and tells how many are left. */
  final long removeLookups(long count) {
    lookups = Math.max(0, lookups - count);
    return lookups;
  }

  final long lookups() {
    return lookups;
  }

  final void addHandle() {
    handles.incrementAndGet();
  }

  /** Whether this was the last one. */
  final boolean removeHandle() {
    return handles.decrementAndGet() == 0;
  }

  final boolean isOpen() {
    return handles.get() > 0;
  }

  /** Whether the inode must stay although the kernel has forgotten it. */
  boolean isHeld() {
    return isOpen();
  }
}
