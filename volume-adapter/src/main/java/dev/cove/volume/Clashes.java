package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.Merge.EntryChange;
import dev.cove.volume.Merge.InodeChange;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Finds what two sides have changed in a way that cannot be put together. */
final class Clashes {
  private final Snapshot base;
  private final Side ours;
  private final Side theirs;
  private final List<Paths> naming;
  private final Set<String> found = new TreeSet<>();

  Clashes(Snapshot base, Side ours, Side theirs) {
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    this.naming = List.of(new Paths(ours.result()), new Paths(theirs.result()), new Paths(base));
  }

  /** The paths that clash, in order. */
  Set<String> find() throws StorageException {
    sameEntry();
    sameInode();
    oneAgainstOther(ours, theirs);
    oneAgainstOther(theirs, ours);
    return found;
  }

  /** Both gave a name something else to lead to, or one of them took it away. */
  private void sameEntry() throws StorageException {
    Set<Long> oursNamed = ours.named();
    Set<Long> theirsNamed = theirs.named();
    for (Map.Entry<byte[], EntryChange> entry : ours.entries.entrySet()) {
      EntryChange mine = entry.getValue();
      EntryChange yours = theirs.entries.get(entry.getKey());
      if (yours == null) {
        continue;
      }
      DirectoryEntry before = mine.before();
      boolean same = Objects.equals(mine.after(), yours.after());
      if (before != null && mine.after() == null && same) {
        // Both took it away; but where it went elsewhere on a side, it did not go.
        boolean named = oursNamed.contains(before.inode()) || theirsNamed.contains(before.inode());
        same = !named || sameMove(before);
      }
      if (!same) {
        add(entry.getKey());
      }
    }
  }

  /** Both gave it the very same new name. */
  private boolean sameMove(DirectoryEntry before) {
    return newNames(ours, before.inode()).equals(newNames(theirs, before.inode()));
  }

  private static Set<DirectoryEntry> newNames(Side side, long inode) {
    Set<DirectoryEntry> names = new HashSet<>();
    for (EntryChange change : side.entries.values()) {
      DirectoryEntry after = change.after();
      if (after != null && after.inode() == inode) {
        names.add(after);
      }
    }
    return names;
  }

  /** Both changed content or attributes, and not to the same. */
  private void sameInode() throws StorageException {
    for (Map.Entry<Long, InodeChange> inode : ours.inodes.entrySet()) {
      InodeChange mine = inode.getValue();
      InodeChange yours = theirs.inodes.get(inode.getKey());
      if (yours == null || (mine.after() == null && yours.after() == null)) {
        continue;
      }
      boolean newOnBoth =
          mine.before() == null; // The same random number twice: never put together.
      boolean clash =
          mine.body() && yours.body() && !Differences.sameBody(mine.after(), yours.after());
      if (newOnBoth || clash) {
        add(inode.getKey());
      }
    }
  }

  private void oneAgainstOther(Side one, Side other) throws StorageException {
    Set<Long> movedDirectories = new HashSet<>();
    Set<Long> named = one.named();
    for (long inode : one.unnamed()) {
      Inode before = base.inode(inode);
      if (before != null && before.isDirectory() && named.contains(inode)) {
        movedDirectories.add(inode);
      }
      // What one renamed or removed, the other has written to.
      if (other.changedBody(inode)) {
        add(inode);
      }
    }
    for (Map.Entry<byte[], EntryChange> entry : one.entries.entrySet()) {
      DirectoryEntry after = entry.getValue().after();
      // A name in a directory, or for a file, that the other has removed.
      if (after != null && (other.deleted(after.parent()) || other.deleted(after.inode()))) {
        add(entry.getKey());
      }
    }
    if (!movedDirectories.isEmpty()) {
      inside(movedDirectories, other);
    }
  }

  /** A directory that one has renamed, and the other has changed something in. */
  private void inside(Set<Long> moved, Side other) throws StorageException {
    List<Paths> ways = List.of(new Paths(base), new Paths(other.result()));
    for (byte[] key : other.entries.keySet()) {
      for (Paths way : ways) {
        if (way.isBelow(DirectoryEntry.parent(key), moved)) {
          add(key);
        }
      }
    }
    for (Map.Entry<Long, InodeChange> inode : other.inodes.entrySet()) {
      Inode before = inode.getValue().before();
      if (before != null
          && inode.getValue().body()
          && ways.get(0).isBelow(before.parent(), moved)) {
        add(inode.getKey());
      }
    }
  }

  private void add(byte[] key) throws StorageException {
    for (Paths paths : naming) {
      try {
        found.add(paths.of(DirectoryEntry.parent(key), DirectoryEntry.name(key)));
        return;
      } catch (StorageException e) {
        if (e.kind() != StorageException.Kind.CORRUPT) {
          throw e;
        }
        // The directory is not on this side; it is on another.
      }
    }
  }

  private void add(long inode) throws StorageException {
    for (Snapshot side : List.of(ours.result(), theirs.result(), base)) {
      Inode there = side.inode(inode);
      if (there != null) {
        found.addAll(new Paths(side).of(there));
        return;
      }
    }
  }
}
