package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Tree;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** Publishes the changes of one user as commits, one at a time. */
final class Committer {
  private final VolumeStore store;
  private final String volume;
  private final Line line;
  private final BlobWriter blobs;

  Committer(VolumeStore store, String volume, Line line, BlobWriter blobs) {
    this.store = store;
    this.volume = volume;
    this.line = line;
    this.blobs = blobs;
  }

  CommitRecord commit(CommitRecord base, WorkingTree tree, String message, Merging merging)
      throws StorageException {
    Changes changes = Changes.of(tree);
    if (changes.isEmpty()) {
      return base;
    }
    blobs.flush();
    Id id = store.newId();
    CommitRecord next = next(base, changes, id, message);
    CommitRecord first = line.publish(next, store.nodes(), blobs);
    if (first == null) {
      return next;
    }
    throw new VolumeException(Reason.CONFLICT, "another commit came first", List.of(), null);
  }

  private CommitRecord next(CommitRecord base, Changes changes, Id id, String message)
      throws StorageException {
    Tree inodes = base.inodes().with(changes.inodes(), blobs);
    Tree entries = base.entries().with(changes.entries(), blobs);
    Totals totals = new Totals(base);
    for (Map.Entry<byte[], byte @Nullable []> change : changes.inodes().entrySet()) {
      totals.replace(change.getKey(), change.getValue());
    }
    return new CommitRecord(
        base.number() + 1,
        CommitRecord.Kind.CHANGE,
        id,
        base.number(),
        store.options().clock().instant(),
        store.options().author(),
        message,
        totals.files,
        totals.bytes,
        base.merging(),
        "",
        inodes,
        entries);
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

  /** What differs from the base, in both trees. */
  record Changes(
      NavigableMap<byte[], byte @Nullable []> inodes,
      NavigableMap<byte[], byte @Nullable []> entries) {
    static Changes of(WorkingTree tree) throws StorageException {
      return new Changes(tree.inodeChanges(), tree.entryChanges());
    }

    boolean isEmpty() {
      return inodes.isEmpty() && entries.isEmpty();
    }
  }
}
