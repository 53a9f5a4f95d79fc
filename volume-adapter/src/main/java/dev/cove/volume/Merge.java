package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts our changes to a commit on top of another that was made from the same. What both sides have changed decides, by inode and by
 * entry, and {@link Clashes} finds what cannot be put together; {@code docs/VOLUMES.md} has the table of outcomes.
 */
final class Merge {
  private final CommitRecord base;
  private final CommitRecord theirs;
  private final Side ours;
  private final Side other;

  Merge(CommitRecord base, Changes changes, CommitRecord theirs) throws StorageException {
    this.base = base;
    this.theirs = theirs;
    this.ours = Side.of(base, changes);
    this.other = Side.between(base, theirs);
  }

  /**
   * Our changes as changes of their commit.
   *
   * @throws VolumeException {@code CONFLICT}, with all paths that clash
   */
  Changes run() throws StorageException {
    shareNewDirectories();
    Set<String> paths = new Clashes(base.snapshot(), ours, other).find();
    if (!paths.isEmpty()) {
      List<String> all = List.copyOf(paths);
      String shown = String.join(", ", all.subList(0, Math.min(5, all.size())));
      throw new VolumeException(
          Reason.CONFLICT,
          "changed here and by the commit " + theirs.number() + " of " + theirs.author() + ": "
              + shown + (all.size() > 5 ? " and " + (all.size() - 5) + " more" : "")
              + "; the changes are kept uncommitted",
          all,
          null);
    }
    NavigableMap<byte[], byte @Nullable []> entries = mergedEntries();
    return new Changes(mergedInodes(entries), entries);
  }

  /** A directory that both sides have made under the same name is one directory: theirs. */
  private void shareNewDirectories() throws StorageException {
    List<byte[]> waiting = new ArrayList<>(ours.entries.keySet());
    for (int i = 0; i < waiting.size(); i++) {
      byte[] key = waiting.get(i);
      DirectoryEntry mine = ours.added(key);
      DirectoryEntry yours = other.added(key);
      if (mine == null
          || yours == null
          || mine.type() != FileType.DIRECTORY
          || yours.type() != FileType.DIRECTORY
          || mine.inode() == yours.inode()
          || !isNew(mine.inode(), ours)
          || !isNew(yours.inode(), other)) {
        continue;
      }
      ours.entries.remove(key);
      ours.inodes.remove(mine.inode());
      waiting.addAll(moveInto(mine.inode(), yours.inode()));
    }
  }

  private static boolean isNew(long inode, Side side) {
    InodeChange change = side.inodes.get(inode);
    return change != null && change.before() == null;
  }

  /** Puts what we have made in one new directory into another; returns the keys it has there. */
  private List<byte[]> moveInto(long from, long to) throws StorageException {
    byte[] first = Inode.key(from);
    byte[] end = Inode.key(from + 1);
    Map<byte[], EntryChange> moving = new TreeMap<>(ours.entries.subMap(first, end));
    List<byte[]> keys = new ArrayList<>();
    for (Map.Entry<byte[], EntryChange> entry : moving.entrySet()) {
      ours.entries.remove(entry.getKey());
      DirectoryEntry after = entry.getValue().after();
      if (after != null) {
        DirectoryEntry moved = new DirectoryEntry(to, after.name(), after.inode(), after.type());
        byte[] key = DirectoryEntry.key(to, after.name());
        ours.entries.put(key, new EntryChange(null, moved));
        keys.add(key);
        InodeChange child = ours.inodes.get(after.inode());
        Inode inode = child == null ? null : child.after();
        if (child != null && inode != null && inode.parent() == from) {
          ours.inodes.put(
              after.inode(), new InodeChange(child.before(), inode.withHome(to, inode.name())));
        }
      }
    }
    return keys;
  }

  private NavigableMap<byte[], byte @Nullable []> mergedEntries() {
    NavigableMap<byte[], byte @Nullable []> merged = new TreeMap<>(Arrays::compareUnsigned);
    ours.entries.forEach((key, change) -> {
      if (!other.entries.containsKey(key)) { // Else both did the same.
        DirectoryEntry after = change.after();
        merged.put(key, after == null ? null : after.encode());
      }
    });
    return merged;
  }

  private NavigableMap<byte[], byte @Nullable []> mergedInodes(
      NavigableMap<byte[], byte @Nullable []> entries) throws StorageException {
    Map<Long, Integer> links = linkChanges(entries);
    NavigableMap<byte[], byte @Nullable []> merged = new TreeMap<>(Arrays::compareUnsigned);
    for (Map.Entry<Long, InodeChange> change : ours.inodes.entrySet()) {
      long number = change.getKey();
      Inode before = theirs.snapshot().inode(number);
      Inode after = merged(change.getValue(), before);
      if (after != null && before != null && !after.isDirectory()) {
        int count = before.links() + links.getOrDefault(number, 0);
        after = count == 0 ? null : after.withLinks(count);
      }
      if (!Objects.equals(before, after)) {
        merged.put(Inode.key(number), after == null ? null : after.encode());
      }
    }
    return merged;
  }

  /** One inode: what only one side has changed is as that side has it. */
  private static @Nullable Inode merged(InodeChange mine, @Nullable Inode yours) {
    Inode before = mine.before();
    Inode after = mine.after();
    if (before == null || after == null) {
      // Ours alone; or gone here, where the other side has changed nothing that counts. Links tell
      // whether names are left.
      return after != null ? after : stillLinked(before, yours);
    }
    if (yours == null) {
      return null; // Gone there, and here only its time or its count of names has changed.
    }
    Inode merged = Differences.sameBody(before, after) ? yours : body(after, yours);
    if (after.isDirectory() && after.mtime().isAfter(yours.mtime())) {
      merged = merged.withMtime(after.mtime());
    } else if (after.isDirectory()) {
      merged = merged.withMtime(yours.mtime());
    }
    boolean moved = before.parent() != after.parent() || !before.name().equals(after.name());
    return moved ? merged.withHome(after.parent(), after.name()) : merged;
  }

  private static @Nullable Inode stillLinked(@Nullable Inode before, @Nullable Inode yours) {
    boolean file = before != null && !before.isDirectory();
    return file ? yours : null;
  }

  private static Inode body(Inode from, Inode names) {
    return from.withLinks(names.links()).withHome(names.parent(), names.name());
  }

  /** How many names each inode gains or loses by what we do to their commit. */
  private Map<Long, Integer> linkChanges(NavigableMap<byte[], byte @Nullable []> entries)
      throws StorageException {
    Map<Long, Integer> changes = new HashMap<>();
    for (Map.Entry<byte[], byte @Nullable []> entry : entries.entrySet()) {
      byte[] before = theirs.entries().get(entry.getKey());
      byte[] after = entry.getValue();
      if (before != null) {
        changes.merge(DirectoryEntry.decode(entry.getKey(), before).inode(), -1, Integer::sum);
      }
      if (after != null) {
        changes.merge(DirectoryEntry.decode(entry.getKey(), after).inode(), 1, Integer::sum);
      }
    }
    return changes;
  }

  /** What one side did to an entry; null where it is not. */
  record EntryChange(
      @Nullable DirectoryEntry before, @Nullable DirectoryEntry after) {}

  /** What one side did to an inode; null where it is not. */
  record InodeChange(@Nullable Inode before, @Nullable Inode after) {
    /** Content or attributes are others, or it has come or gone. */
    boolean body() {
      return !Differences.sameBody(before, after);
    }
  }
}
