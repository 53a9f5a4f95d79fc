package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Tree;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Publishes the changes of one user as commits, one at a time. */
final class Committer {
  private final VolumeStore store;
  private final String volume;
  private final Line line;
  private final BlobWriter blobs;
  private @Nullable Unsettled unsettled;

  /** A commit of which it is not known whether it was published, and the changes it was made of. */
  private record Unsettled(CommitRecord commit, Changes changes) {}

  Committer(VolumeStore store, String volume, Line line, BlobWriter blobs) {
    this.store = store;
    this.volume = volume;
    this.line = line;
    this.blobs = blobs;
  }

  /**
   * Publishes what the tree has changed in its base.
   *
   * @return the new commit; the base when nothing has changed
   * @throws VolumeException {@code CONFLICT}
   */
  CommitRecord commit(CommitRecord base, WorkingTree tree, String message, Merging merging)
      throws StorageException {
    Changes all = tree.changes();
    CommitRecord below = base;
    Changes changes = all;
    CommitRecord landed = settle();
    while (true) {
      if (landed != null) {
        // An earlier try was published after all: only what was changed since then is left to do.
        Changes done = forget(landed);
        if (done.isSameAs(all)) {
          return landed;
        }
        CommitRecord virtual = next(base, done, message);
        changes = new Merge(virtual, tree.changesFrom(virtual.snapshot()), landed).run();
        below = landed;
      }
      if (changes.isEmpty()) {
        return below;
      }
      CommitRecord next = next(below, changes, message);
      CommitRecord first = publish(next, all);
      if (first == null) {
        return next;
      }
      landed = isUnsettled(first) ? first : null;
      if (landed == null) {
        CommitRecord theirs = newest(below);
        refuseMerge(base, theirs, merging);
        changes = new Merge(below, changes, theirs).run();
        below = theirs;
      }
    }
  }

  private @Nullable CommitRecord publish(CommitRecord next, Changes all) throws StorageException {
    try {
      blobs.flush();
      CommitRecord first = line.publish(next, store.nodes(), blobs);
      if (first == null) {
        unsettled = null;
      }
      return first;
    } catch (StorageException e) {
      if (e.mayHaveBeenApplied()) {
        unsettled = new Unsettled(next, all);
      }
      throw e;
    }
  }

  /** The commit of an earlier try, if it was published. */
  private @Nullable CommitRecord settle() throws StorageException {
    Unsettled earlier = unsettled;
    if (earlier == null) {
      return null;
    }
    CommitRecord there = line.find(earlier.commit().number(), store.nodes(), blobs);
    return there != null && isUnsettled(there) ? there : null;
  }

  private boolean isUnsettled(CommitRecord commit) {
    return unsettled != null && unsettled.commit().write().equals(commit.write());
  }

  /** The changes that the commit was made of; what became of it is known now. */
  private Changes forget(CommitRecord landed) {
    Unsettled earlier = unsettled;
    if (earlier == null || !isUnsettled(landed)) {
      throw new IllegalStateException("only an unsettled commit lands late");
    }
    unsettled = null;
    return earlier.changes();
  }

  /** The changes at hand are dropped, and with them what became of an earlier try. */
  void forget() {
    unsettled = null;
  }

  private void refuseMerge(CommitRecord base, CommitRecord theirs, Merging merging) {
    if (merging == Merging.REFUSED || base.merging() == Merging.REFUSED) {
      throw new VolumeException(
          Reason.CONFLICT,
          "the commit " + theirs.number() + " by " + theirs.author()
              + " came first, and merging is refused "
              + (merging == Merging.REFUSED ? "for this commit" : "for this volume")
              + "; the changes are kept uncommitted");
    }
  }

  private CommitRecord next(CommitRecord below, Changes changes, String message)
      throws StorageException {
    Totals totals = new Totals(below);
    for (Map.Entry<byte[], byte @Nullable []> change : changes.inodes().entrySet()) {
      totals.replace(change.getKey(), change.getValue());
    }
    return new CommitRecord(
        below.number() + 1,
        CommitRecord.Kind.CHANGE,
        store.newId(),
        below.number(),
        store.options().clock().instant(),
        store.options().author(),
        message,
        totals.files,
        totals.bytes,
        below.merging(),
        "",
        below.inodes().with(changes.inodes(), blobs),
        below.entries().with(changes.entries(), blobs));
  }

  /**
   * Publishes the state of {@code old} on top of {@code newest}; nothing when that has this state already. An earlier try whose answer
   * was lost is found again.
   *
   * @throws VolumeException {@code CONFLICT} when another commit came first
   */
  CommitRecord rollback(CommitRecord newest, CommitRecord old, String message)
      throws StorageException {
    CommitRecord landed = settle();
    if (landed != null && landed.hasStateOf(old)) {
      unsettled = null;
      return landed;
    }
    if (newest.hasStateOf(old)) {
      return newest;
    }
    CommitRecord next = new CommitRecord(
        newest.number() + 1,
        CommitRecord.Kind.CHANGE,
        store.newId(),
        newest.number(),
        store.options().clock().instant(),
        store.options().author(),
        message,
        old.files(),
        old.bytes(),
        newest.merging(),
        "",
        old.inodes(),
        old.entries());
    if (publish(next, Changes.NONE) != null) {
      throw new VolumeException(
          Reason.CONFLICT,
          "another commit came first: look at it, then roll back again if it is to go, too");
    }
    return next;
  }

  /** The newest commit, which may be the one that is known. */
  CommitRecord newest(CommitRecord known) throws StorageException {
    long number = line.newest();
    CommitRecord newest =
        number == known.number() ? known : line.read(number, store.nodes(), blobs);
    if (newest.kind() == CommitRecord.Kind.END) {
      throw new VolumeException(
          Reason.UNKNOWN_VOLUME, "the volume '" + volume + "' has been deleted");
    }
    return newest;
  }

  /** How many files there are and how large they are, counted on from a commit. */
  private static final class Totals {
    private final Tree before;
    private long files;
    private long bytes;

    Totals(CommitRecord base) {
      before = base.inodes();
      files = base.files();
      bytes = base.bytes();
    }

    void replace(byte[] key, byte @Nullable [] value) throws StorageException {
      count(key, before.get(key), -1);
      count(key, value, 1);
    }

    private void count(byte[] key, byte @Nullable [] value, int sign) throws StorageException {
      if (value != null) {
        Inode inode = Inode.decode(Inode.number(key), value);
        if (inode.type() != FileType.DIRECTORY) {
          files += sign;
          bytes += sign * (inode.type() == FileType.FILE ? inode.size() : 0);
        }
      }
    }
  }
}
