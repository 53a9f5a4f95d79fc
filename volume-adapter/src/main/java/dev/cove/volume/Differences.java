package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import dev.cove.volume.snapshot.Snapshot;
import dev.cove.volume.snapshot.TreeDiff;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells the difference between two commits by path. */
final class Differences {
  private final Snapshot before;
  private final Snapshot after;
  private final Paths pathsBefore;
  private final Paths pathsAfter;
  private final List<Difference> found = new ArrayList<>();

  private Differences(CommitRecord before, CommitRecord after) {
    this.before = before.snapshot();
    this.after = after.snapshot();
    this.pathsBefore = new Paths(this.before);
    this.pathsAfter = new Paths(this.after);
  }

  /** All differences, in the order of their paths. */
  static List<Difference> between(CommitRecord before, CommitRecord after) throws StorageException {
    Differences differences = new Differences(before, after);
    differences.entries(before, after);
    differences.inodes(before, after);
    differences.found.sort(Comparator.comparing(Difference::path).thenComparing(Difference::kind));
    return differences.found;
  }

  private void entries(CommitRecord from, CommitRecord to) throws StorageException {
    List<DirectoryEntry> added = new ArrayList<>();
    Map<Long, DirectoryEntry> removed = new HashMap<>();
    List<DirectoryEntry> gone = new ArrayList<>();
    TreeDiff.compare(from.entries(), to.entries(), (key, old, young) -> {
      if (old != null) {
        DirectoryEntry entry = DirectoryEntry.decode(key, old);
        gone.add(entry);
        removed.putIfAbsent(entry.inode(), entry);
      }
      if (young != null) {
        added.add(DirectoryEntry.decode(key, young));
      }
    });
    Set<DirectoryEntry> moved = new HashSet<>();
    for (DirectoryEntry entry : added) {
      DirectoryEntry source = removed.remove(entry.inode());
      String path = pathsAfter.of(entry.parent(), entry.name());
      FileInfo info = FileInfo.of(path, after.inode(entry));
      if (source == null) {
        found.add(new Difference(Difference.Kind.ADDED, path, path, info));
      } else {
        moved.add(source);
        String was = pathsBefore.of(source.parent(), source.name());
        found.add(new Difference(Difference.Kind.RENAMED, path, was, info));
      }
    }
    for (DirectoryEntry entry : gone) {
      if (!moved.contains(entry)) {
        String path = pathsBefore.of(entry.parent(), entry.name());
        found.add(new Difference(
            Difference.Kind.REMOVED, path, path, FileInfo.of(path, before.inode(entry))));
      }
    }
  }

  private void inodes(CommitRecord from, CommitRecord to) throws StorageException {
    SortedMap<Long, Inode> changed = new TreeMap<>();
    TreeDiff.compare(from.inodes(), to.inodes(), (key, old, young) -> {
      long number = Inode.number(key);
      if (old != null
          && young != null
          && !sameBody(Inode.decode(number, old), Inode.decode(number, young))) {
        changed.put(number, Inode.decode(number, young));
      }
    });
    for (Inode inode : changed.values()) {
      for (String path : pathsAfter.of(inode)) {
        found.add(new Difference(Difference.Kind.MODIFIED, path, path, FileInfo.of(path, inode)));
      }
    }
  }

  /** Whether two states of an inode are the same but for its names and, of a directory, the time its names changed. */
  static boolean sameBody(@Nullable Inode a, @Nullable Inode b) {
    return Objects.equals(body(a), body(b));
  }

  private static @Nullable Inode body(@Nullable Inode inode) {
    if (inode == null) {
      return null;
    }
    Inode body = inode.withLinks(1).withHome(Inode.ROOT, Name.EMPTY);
    return inode.isDirectory() ? body.withMtime(Instant.EPOCH) : body;
  }
}
