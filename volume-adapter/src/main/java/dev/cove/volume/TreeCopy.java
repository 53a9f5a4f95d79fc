package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Snapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    if (!source.isDirectory()) {
      if (!from.equals(to)) {
        file(source, edits.view().resolveDirectory(to.parent()).number(), to);
      }
      return;
    }
    if (recursive == Recursive.NO) {
      throw new VolumeException(
          Reason.IS_A_DIRECTORY,
          from + " is a directory; copying it takes all that is in it",
          List.of(from.toString()),
          null);
    }
    if (to.startsWith(from)) {
      throw TreeEdits.belowItself(from, to);
    }
    Deque<Pair> waiting = new ArrayDeque<>();
    waiting.add(new Pair(source.number(), directory(source, to), to));
    while (!waiting.isEmpty()) {
      Pair pair = waiting.remove();
      Snapshot.Children children = edits.view().snapshot().children(pair.source, null);
      for (DirectoryEntry child = children.next(); child != null; child = children.next()) {
        Inode inode = edits.view().snapshot().inode(child);
        VolumePath path = pair.path.child(child.name());
        if (inode.isDirectory()) {
          waiting.add(new Pair(inode.number(), directory(inode, path), path));
        } else {
          file(inode, pair.target, path);
        }
      }
    }
  }

  /** A directory that is copied, and where to. */
  private record Pair(long source, long target, VolumePath path) {}

  private long directory(Inode source, VolumePath to) throws StorageException {
    if (edits.isDirectory(to)) {
      return edits.view().resolve(to).number();
    }
    Inode parent = edits.view().resolveDirectory(to.parent());
    if (tree.lookup(parent.number(), to.last()) != null) {
      throw VolumeView.notADirectory(to);
    }
    return tree.create(parent.number(), to.last(), source).number();
  }

  private void file(Inode source, long parent, VolumePath to) throws StorageException {
    DirectoryEntry first = copied.get(source.number());
    DirectoryEntry there = tree.lookup(parent, to.last());
    if (first != null) {
      if (there != null) {
        edits.remove(to, Recursive.NO);
      }
      tree.link(first, parent, to.last());
      return;
    }
    edits.put(to, source, IfExists.REPLACE);
    DirectoryEntry made = tree.lookup(parent, to.last());
    if (source.links() > 1 && made != null) {
      copied.put(source.number(), made);
    }
  }
}
