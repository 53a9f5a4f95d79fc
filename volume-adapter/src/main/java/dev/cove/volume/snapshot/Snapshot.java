package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One state of a volume, by inode number: what a mount needs, without paths. Safe for use by as many threads as its maps are.
 *
 * @param inodes {@link Inode#key} to {@link Inode#encode}
 * @param entries {@link DirectoryEntry#key} to {@link DirectoryEntry#encode}
 */
public record Snapshot(OrderedMap inodes, OrderedMap entries) {

  public @Nullable Inode inode(long number) throws StorageException {
    byte[] value = inodes.get(Inode.key(number));
    return value == null ? null : Inode.decode(number, value);
  }

  /**
   * The inode that an entry leads to.
   *
   * @throws StorageException {@code CORRUPT} when it is not there
   */
  public Inode inode(DirectoryEntry entry) throws StorageException {
    Inode inode = inode(entry.inode());
    if (inode == null) {
      throw new StorageException(
          StorageException.Kind.CORRUPT,
          "the name '" + entry.name() + "' leads to the inode " + entry.inode()
              + ", which does not exist");
    }
    return inode;
  }

  public @Nullable DirectoryEntry lookup(long parent, Name name) throws StorageException {
    byte[] key = DirectoryEntry.key(parent, name);
    byte[] value = entries.get(key);
    return value == null ? null : DirectoryEntry.decode(key, value);
  }

  /**
   * The names of a directory in order.
   *
   * @param after the last name that is not wanted any more; null from the beginning
   */
  public Children children(long directory, @Nullable Name after) throws StorageException {
    byte[] from = DirectoryEntry.key(directory, after == null ? Name.EMPTY : after);
    if (after != null) {
      from = Arrays.copyOf(from, from.length + 1); // The least key behind it.
    }
    // No directory has the greatest number, so there is a next one.
    return new Children(
        directory, entries.seek(from, DirectoryEntry.key(directory + 1, Name.EMPTY)));
  }

  public boolean hasChildren(long directory) throws StorageException {
    byte[] from = DirectoryEntry.key(directory, Name.EMPTY);
    return new Children(directory, entries.seek(from)).next() != null;
  }

  /** Fetches the inodes that entries lead to, with few requests where they were made together. */
  public void prefetch(List<DirectoryEntry> all) throws StorageException {
    inodes.prefetch(all.stream().map(entry -> Inode.key(entry.inode())).toList());
  }

  /** The entries of one directory, one at a time. */
  public static final class Children {
    private final long directory;
    private final OrderedMap.Cursor cursor;

    private Children(long directory, OrderedMap.Cursor cursor) {
      this.directory = directory;
      this.cursor = cursor;
    }

    /** Null at the end. */
    public @Nullable DirectoryEntry next() throws StorageException {
      if (!cursor.next()) {
        return null;
      }
      byte[] key = cursor.key();
      return DirectoryEntry.parent(key) == directory
          ? DirectoryEntry.decode(key, cursor.value())
          : null;
    }
  }
}
