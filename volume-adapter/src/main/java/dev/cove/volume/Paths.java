package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import dev.cove.volume.snapshot.OrderedMap;
import dev.cove.volume.snapshot.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Where the inodes of a snapshot are, as paths; for one thread. */
final class Paths {
  private final Snapshot snapshot;
  private final Map<Long, String> directories = new HashMap<>();

  Paths(Snapshot snapshot) {
    this.snapshot = snapshot;
    directories.put(Inode.ROOT, "");
  }

  /** The path of an entry whose directory is there. */
  String of(long parent, Name name) throws StorageException {
    return directory(parent) + "/" + name;
  }

  /** All paths of an inode. */
  List<String> of(Inode inode) throws StorageException {
    if (inode.isDirectory()) {
      String path = directory(inode.number());
      return List.of(path.isEmpty() ? "/" : path);
    }
    DirectoryEntry home = snapshot.lookup(inode.parent(), inode.name());
    if (inode.links() == 1 && home != null && home.inode() == inode.number()) {
      return List.of(of(home.parent(), home.name()));
    }
    return scan(Map.of(inode.number(), inode)).getOrDefault(inode.number(), List.of());
  }

  /** All paths of inodes, found by looking at every entry: for those whose home does not say it. */
  Map<Long, List<String>> scan(Map<Long, ?> wanted) throws StorageException {
    Map<Long, List<String>> found = new TreeMap<>();
    OrderedMap.Cursor cursor = snapshot.entries().seek(new byte[0]);
    while (cursor.next()) {
      DirectoryEntry entry = DirectoryEntry.decode(cursor.key(), cursor.value());
      if (wanted.containsKey(entry.inode())) {
        found
            .computeIfAbsent(entry.inode(), number -> new ArrayList<>())
            .add(of(entry.parent(), entry.name()));
      }
    }
    return found;
  }

  /** Without a slash at its end; empty for the root. */
  String directory(long number) throws StorageException {
    Deque<Inode> unknown = new ArrayDeque<>();
    long at = number;
    while (!directories.containsKey(at)) {
      Inode inode = snapshot.inode(at);
      if (inode == null || unknown.size() > 1_000_000) {
        throw new StorageException(
            StorageException.Kind.CORRUPT, "the directory " + number + " hangs below nothing");
      }
      unknown.push(inode);
      at = inode.parent();
    }
    for (Inode inode : unknown) {
      directories.put(inode.number(), directories.get(inode.parent()) + "/" + inode.name());
    }
    return String.valueOf(directories.get(number));
  }

  /** Whether a directory is, or lies below, one of those. */
  boolean isBelow(long directory, Set<Long> tops) throws StorageException {
    for (long at = directory; ; ) {
      if (tops.contains(at)) {
        return true;
      }
      Inode inode = at == Inode.ROOT ? null : snapshot.inode(at);
      if (inode == null) {
        return false;
      }
      at = inode.parent();
    }
  }
}
