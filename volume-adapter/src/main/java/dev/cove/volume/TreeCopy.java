package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import dev.cove.volume.snapshot.Snapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Copies files and directories inside a volume: new inodes that share the chunks. */
final class TreeCopy {
  private final TreeEdits edits;
  private final WorkingTree tree;
  private final Recursive recursive;
  /** The first copy of each file with several names. */
  private final Map<Long, DirectoryEntry> copied = new HashMap<>();

  TreeCopy(TreeEdits edits, Recursive recursive) {
    this.edits = edits;
    this.tree = edits.tree();
    this.recursive = recursive;
  }

  void copy(List<VolumePath> sources, VolumePath target) throws StorageException {
    boolean into = edits.isDirectory(target);
    if (!into && sources.size() != 1) {
      throw VolumeView.notADirectory(target);
    }
    for (VolumePath source : sources) {
      VolumePath to = into && !source.isRoot() ? target.child(source.last()) : target;
      copy(source, to);
    }
  }

  private void copy(VolumePath from, VolumePath to) throws StorageException {
    Inode source = edits.view().resolve(from);
    if (from.equals(to) && !source.isDirectory()) {
      return;
    }
    if (source.isDirectory() && recursive == Recursive.NO) {
      throw new VolumeException(
          Reason.IS_A_DIRECTORY,
          from + " is a directory; copying it takes all that is in it",
          List.of(from.toString()),
          null);
    }
    if (source.isDirectory() && to.startsWith(from)) {
      throw TreeEdits.belowItself(from, to);
    }
    if (to.isRoot()) {
      children(source, Inode.ROOT, "");
      return;
    }
    long parent = edits.view().resolveDirectory(to.parent()).number();
    if (!source.isDirectory()) {
      file(source, parent, to.last(), to.toString());
    } else {
      children(source, directory(source, parent, to.last(), to.toString()), to.toString());
    }
  }

  /** Copies what is in a directory, and what is below it. */
  private void children(Inode directory, long into, String path) throws StorageException {
    Snapshot snapshot = edits.view().snapshot();
    Deque<Pair> waiting = new ArrayDeque<>();
    waiting.add(new Pair(directory.number(), into, path));
    while (!waiting.isEmpty()) {
      Pair pair = waiting.remove();
      Snapshot.Children children = snapshot.children(pair.source, null);
      for (DirectoryEntry child = children.next(); child != null; child = children.next()) {
        Inode inode = snapshot.inode(child);
        String below = pair.path + "/" + child.name();
        if (inode.isDirectory()) {
          long made = directory(inode, pair.target, child.name(), below);
          waiting.add(new Pair(inode.number(), made, below));
        } else {
          file(inode, pair.target, child.name(), below);
        }
      }
    }
  }

  /** A directory that is copied, and where to. */
  private record Pair(long source, long target, String path) {}

  private long directory(Inode source, long parent, Name name, String path)
      throws StorageException {
    DirectoryEntry there = tree.lookup(parent, name);
    if (there == null) {
      return tree.create(parent, name, source).number();
    }
    if (there.type() != FileType.DIRECTORY) {
      throw VolumeView.notADirectory(VolumePath.parse(path));
    }
    return there.inode();
  }

  private void file(Inode source, long parent, Name name, String path) throws StorageException {
    DirectoryEntry first = copied.get(source.number());
    if (first == null) {
      edits.put(parent, name, source, IfExists.REPLACE, () -> VolumePath.parse(path));
      if (source.links() > 1) {
        copied.put(source.number(), new DirectoryEntry(parent, name, 0, source.type()));
      }
      return;
    }
    DirectoryEntry existing = Objects.requireNonNull(tree.lookup(first.parent(), first.name()));
    DirectoryEntry there = tree.lookup(parent, name);
    if (there != null && there.type() == FileType.DIRECTORY) {
      throw TreeEdits.isADirectory(VolumePath.parse(path));
    }
    if (there != null) {
      tree.unlink(there);
    }
    tree.link(existing, parent, name);
  }
}
