package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.Merge.EntryChange;
import dev.cove.volume.Merge.InodeChange;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Snapshot;
import dev.cove.volume.snapshot.TreeDiff;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one side of a merge has changed in the base. */
final class Side {
  final NavigableMap<byte[], EntryChange> entries = new TreeMap<>(Arrays::compareUnsigned);
  final NavigableMap<Long, InodeChange> inodes = new TreeMap<>();
  private final Snapshot result;

  private Side(Snapshot result) {
    this.result = result;
  }

  /** What this side has made of the base. */
  Snapshot result() {
    return result;
  }

  static Side of(CommitRecord base, Changes changes) throws StorageException {
    Side side = new Side(changes.on(base.snapshot()));
    for (Map.Entry<byte[], byte @Nullable []> entry : changes.entries().entrySet()) {
      side.entry(entry.getKey(), base.entries().get(entry.getKey()), entry.getValue());
    }
    for (Map.Entry<byte[], byte @Nullable []> inode : changes.inodes().entrySet()) {
      side.inode(inode.getKey(), base.inodes().get(inode.getKey()), inode.getValue());
    }
    return side;
  }

  static Side between(CommitRecord base, CommitRecord after) throws StorageException {
    Side side = new Side(after.snapshot());
    TreeDiff.compare(base.entries(), after.entries(), side::entry);
    TreeDiff.compare(base.inodes(), after.inodes(), side::inode);
    return side;
  }

  private void entry(byte[] key, byte @Nullable [] before, byte @Nullable [] after)
      throws StorageException {
    entries.put(
        key,
        new EntryChange(
            before == null ? null : DirectoryEntry.decode(key, before),
            after == null ? null : DirectoryEntry.decode(key, after)));
  }

  private void inode(byte[] key, byte @Nullable [] before, byte @Nullable [] after)
      throws StorageException {
    long number = Inode.number(key);
    inodes.put(
        number,
        new InodeChange(
            before == null ? null : Inode.decode(number, before),
            after == null ? null : Inode.decode(number, after)));
  }

  /** The entry under a key that was free in the base. */
  @Nullable
  DirectoryEntry added(byte[] key) {
    EntryChange change = entries.get(key);
    return change == null || change.before() != null ? null : change.after();
  }

  /** Inodes that have a name they had not. */
  Set<Long> named() {
    Set<Long> numbers = new HashSet<>();
    for (EntryChange change : entries.values()) {
      DirectoryEntry after = change.after();
      if (after != null) {
        numbers.add(after.inode());
      }
    }
    return numbers;
  }

  /** Inodes that have lost a name. */
  Set<Long> unnamed() {
    Set<Long> numbers = new HashSet<>();
    for (EntryChange change : entries.values()) {
      DirectoryEntry before = change.before();
      if (before != null) {
        numbers.add(before.inode());
      }
    }
    return numbers;
  }

  boolean deleted(long inode) {
    InodeChange change = inodes.get(inode);
    return change != null && change.after() == null;
  }

  /** Whether content or attributes of an inode of the base are others now. */
  boolean changedBody(long inode) {
    InodeChange change = inodes.get(inode);
    return change != null && change.before() != null && change.after() != null && change.body();
  }
}
