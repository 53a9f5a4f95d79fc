package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import dev.cove.volume.snapshot.Overlay;
import dev.cove.volume.snapshot.Snapshot;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot with changes on top, by inode number; keeps link counts, homes and the times of directories right. Whether a change is
 * allowed is the caller's to check. One thread changes at a time; any number may read meanwhile.
 */
final class WorkingTree {
  private final Overlay inodes;
  private final Overlay entries;
  private final Clock clock;
  private final LongSupplier numbers;

  /** @param numbers names new inodes; no two alike */
  WorkingTree(Snapshot base, Clock clock, LongSupplier numbers) {
    this.inodes = new Overlay(base.inodes());
    this.entries = new Overlay(base.entries());
    this.clock = clock;
    this.numbers = numbers;
  }

  Snapshot view() {
    return new Snapshot(inodes, entries);
  }

  /** A tree on top of this one, whose changes come here only by {@link #absorb}. */
  WorkingTree fork() {
    return new WorkingTree(view(), clock, numbers);
  }

  void absorb(WorkingTree fork) throws StorageException {
    inodes.putAll(fork.inodes.differences());
    entries.putAll(fork.entries.differences());
  }

  /** What differs from the base. */
  Changes changes() throws StorageException {
    return new Changes(inodes.differences(), entries.differences());
  }

  /** What was changed here and is different in that snapshot. */
  Changes changesFrom(Snapshot other) throws StorageException {
    return new Changes(
        inodes.differencesFrom(other.inodes()), entries.differencesFrom(other.entries()));
  }

  boolean isUntouched() {
    return inodes.isUntouched() && entries.isUntouched();
  }

  Inode inode(long number) throws StorageException {
    Inode inode = view().inode(number);
    if (inode == null) {
      throw new StorageException(
          StorageException.Kind.CORRUPT, "the inode " + number + " does not exist");
    }
    return inode;
  }

  @Nullable
  DirectoryEntry lookup(long parent, Name name) throws StorageException {
    return view().lookup(parent, name);
  }

  /** Adds a new inode under a name that is free. */
  Inode create(long parent, Name name, Inode template) throws StorageException {
    Inode inode = template.withNumber(numbers.getAsLong()).withLinks(1).withHome(parent, name);
    set(inode);
    setEntry(new DirectoryEntry(parent, name, inode.number(), inode.type()));
    touch(parent);
    return inode;
  }

  /** Replaces what the inode of that number is. */
  void set(Inode inode) {
    inodes.put(Inode.key(inode.number()), inode.encode());
  }

  /** Gives a file another name, which is free. */
  void link(DirectoryEntry existing, long parent, Name name) throws StorageException {
    Inode inode = inode(existing.inode());
    set(inode.withLinks(inode.links() + 1));
    setEntry(new DirectoryEntry(parent, name, inode.number(), inode.type()));
    touch(parent);
  }

  /** Removes a name, and the inode with its last one; a directory is empty. */
  void unlink(DirectoryEntry entry) throws StorageException {
    drop(entry);
    touch(entry.parent());
  }

  /** Removes a directory and everything below it. */
  void removeTree(DirectoryEntry directory) throws StorageException {
    Deque<Long> waiting = new ArrayDeque<>();
    waiting.add(directory.inode());
    while (!waiting.isEmpty()) {
      Snapshot.Children children = view().children(waiting.remove(), null);
      for (DirectoryEntry child = children.next(); child != null; child = children.next()) {
        if (view().inode(child).isDirectory()) {
          waiting.add(child.inode());
        }
        drop(child);
      }
    }
    unlink(directory);
  }

  /** Moves an entry to a name that is free. */
  void rename(DirectoryEntry from, long parent, Name name) throws StorageException {
    Inode inode = inode(from.inode());
    entries.remove(DirectoryEntry.key(from.parent(), from.name()));
    setEntry(new DirectoryEntry(parent, name, from.inode(), from.type()));
    if (inode.parent() == from.parent() && inode.name().equals(from.name())) {
      set(inode.withHome(parent, name));
    }
    touch(from.parent());
    touch(parent);
  }

  private void drop(DirectoryEntry entry) throws StorageException {
    entries.remove(DirectoryEntry.key(entry.parent(), entry.name()));
    Inode inode = inode(entry.inode());
    if (inode.links() > 1) {
      set(inode.withLinks(inode.links() - 1));
    } else {
      inodes.remove(Inode.key(inode.number()));
    }
  }

  private void setEntry(DirectoryEntry entry) {
    entries.put(DirectoryEntry.key(entry.parent(), entry.name()), entry.encode());
  }

  /** The directory's names have changed now. */
  private void touch(long directory) throws StorageException {
    Inode inode = inode(directory);
    Instant now = clock.instant();
    // A clock that runs behind must not set a directory's time back.
    set(inode.withMtime(now.isAfter(inode.mtime()) ? now : inode.mtime()));
  }

  Instant now() {
    return clock.instant();
  }
}
