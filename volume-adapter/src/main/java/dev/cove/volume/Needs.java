package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.BlobSource;
import dev.cove.volume.snapshot.Content;
import dev.cove.volume.snapshot.ContentReader;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Tree;
import dev.cove.volume.snapshot.TreeScan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which blobs a commit needs, and which of its files need which. */
final class Needs {
  private final CommitRecord commit;
  private final BlobSource source;
  private final Consumer<BlobRef> wanted;
  private final Paths paths;

  /** Keys of a node that cannot be read. */
  private record Range(BlobRef node, byte @Nullable [] after, byte[] last) {
    boolean holds(byte[] key) {
      return (after == null || Arrays.compareUnsigned(after, key) < 0)
          && Arrays.compareUnsigned(key, last) <= 0;
    }
  }

  /** @param wanted told each blob that is needed, some more than once */
  Needs(CommitRecord commit, BlobSource source, Consumer<BlobRef> wanted) {
    this.commit = commit;
    this.source = source;
    this.wanted = wanted;
    this.paths = new Paths(commit.snapshot());
  }

  /** Tells all blobs but those of nodes seen before. */
  void collect(Set<BlobRef> seen) throws StorageException {
    scan(commit.entries(), seen, (key, value) -> {}, new ArrayList<>());
    scan(
        commit.inodes(),
        seen,
        (key, value) -> blobs(Inode.decode(Inode.number(key), value)).forEach(wanted),
        new ArrayList<>());
  }

  /** Tells the paths of files that need bad blobs, but for those of nodes seen before. */
  void name(Set<BlobRef> bad, Set<BlobRef> seen, BiConsumer<BlobRef, String> named)
      throws StorageException {
    List<Range> lostEntries = new ArrayList<>();
    List<Range> lostInodes = new ArrayList<>();
    scan(commit.entries(), seen, (key, value) -> {}, lostEntries);
    scan(
        commit.inodes(),
        seen,
        (key, value) -> {
          Inode inode = Inode.decode(Inode.number(key), value);
          for (BlobRef blob : blobs(inode)) {
            if (bad.contains(blob)) {
              pathsOf(inode).forEach(path -> named.accept(blob, path));
            }
          }
        },
        lostInodes);
    if (!lostInodes.isEmpty()) {
      // What their inodes were is lost, but not what they were called.
      scan(
          commit.entries(),
          new HashSet<>(),
          (key, value) -> {
            DirectoryEntry entry = DirectoryEntry.decode(key, value);
            name(lostInodes, Inode.key(entry.inode()), entry.parent(), entry, named);
          },
          new ArrayList<>());
    }
    if (!lostEntries.isEmpty()) {
      // Inodes know the name they go by.
      scan(
          commit.inodes(),
          new HashSet<>(),
          (key, value) -> {
            Inode inode = Inode.decode(Inode.number(key), value);
            DirectoryEntry entry =
                new DirectoryEntry(inode.parent(), inode.name(), inode.number(), inode.type());
            byte[] home = DirectoryEntry.key(inode.parent(), inode.name());
            name(lostEntries, home, inode.parent(), entry, named);
          },
          new ArrayList<>());
    }
  }

  private void name(
      List<Range> lost,
      byte[] key,
      long parent,
      DirectoryEntry entry,
      BiConsumer<BlobRef, String> named)
      throws StorageException {
    for (Range range : lost) {
      if (range.holds(key)) {
        named.accept(range.node(), path(parent, entry));
      }
    }
  }

  private String path(long parent, DirectoryEntry entry) throws StorageException {
    try {
      return paths.of(parent, entry.name());
    } catch (StorageException e) {
      if (!TreeScan.isDamage(e)) {
        throw e;
      }
      return "/…/" + entry.name(); // The directories above are lost, too.
    }
  }

  private List<String> pathsOf(Inode inode) throws StorageException {
    try {
      return paths.of(inode);
    } catch (StorageException e) {
      if (!TreeScan.isDamage(e)) {
        throw e;
      }
      return List.of("/…/" + inode.name());
    }
  }

  /** The chunks of a file and the lists of them, as far as these can be read. */
  private List<BlobRef> blobs(Inode inode) throws StorageException {
    List<BlobRef> all = new ArrayList<>();
    add(inode.content().extents(), inode.content().level(), all);
    return all;
  }

  private void add(List<Content.Extent> extents, int level, List<BlobRef> all)
      throws StorageException {
    for (Content.Extent extent : extents) {
      BlobRef blob = extent.blob();
      if (blob == null) {
        continue;
      }
      all.add(blob);
      if (level > 0) {
        List<Content.Extent> below;
        try {
          below = ContentReader.list(source.read(blob), blob, extent.length());
        } catch (StorageException e) {
          if (!TreeScan.isDamage(e)) {
            throw e;
          }
          continue; // The list itself is told to be needed, and found to be bad.
        }
        add(below, level - 1, all);
      }
    }
  }

  /** Told each entry of a tree. */
  private interface Entries {
    void entry(byte[] key, byte[] value) throws StorageException;
  }

  private void scan(Tree tree, Set<BlobRef> seen, Entries entries, List<Range> lost)
      throws StorageException {
    TreeScan.scan(tree, seen, new TreeScan.Visitor() {
      @Override
      public void node(BlobRef ref) {
        wanted.accept(ref);
      }

      @Override
      public void entry(byte[] key, byte[] value) throws StorageException {
        entries.entry(key, value);
      }

      @Override
      public void unreadable(
          BlobRef ref, byte @Nullable [] after, byte[] last, StorageException why) {
        lost.add(new Range(ref, after, last));
      }
    });
  }
}
