package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Goes from node to node of one level of a tree; not for use by several threads. */
final class TreeWalk {
  // Nodes fetched ahead of a walk, with one request where they lie together.
  private static final int AHEAD = 64;

  private final Tree tree;
  private final byte @Nullable [] end;
  private final List<Node> path = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();
  private Node node;
  private int steps;
  private int fetchedTo;

  /** Begins at the node the key belongs to: the last one for a key behind all. The tree is not empty. */
  TreeWalk(Tree tree, int level, byte[] key) throws StorageException {
    this(tree, level, key, null);
  }

  /** @param end a key that the walk goes up to; null when that is not known */
  TreeWalk(Tree tree, int level, byte[] key, byte @Nullable [] end) throws StorageException {
    this.tree = tree;
    this.end = end;
    this.node = Objects.requireNonNull(tree.root());
    while (node.level() > level) {
      int i = Math.min(node.ceiling(key), node.count() - 1);
      path.add(node);
      places.add(i);
      if (node.level() == level + 1) {
        prefetch();
      }
      node = tree.child(node, i);
    }
  }

  Node node() {
    return node;
  }

  /** What the level above has for the node; only below the root. */
  byte[] value() {
    int depth = path.size() - 1;
    return path.get(depth).value(places.get(depth));
  }

  /** Whether no node follows. */
  boolean atEnd() {
    for (int i = 0; i < path.size(); i++) {
      if (places.get(i) + 1 < path.get(i).count()) {
        return false;
      }
    }
    return true;
  }

  /** Moves to the next node; false, and stays, at the end. */
  boolean forward() throws StorageException {
    int depth = path.size() - 1;
    while (depth >= 0 && places.get(depth) + 1 == path.get(depth).count()) {
      depth--;
    }
    if (depth < 0) {
      return false;
    }
    if (depth < path.size() - 1) {
      fetchedTo = 0;
    }
    places.set(depth, places.get(depth) + 1);
    for (int below = depth + 1; below < path.size(); below++) {
      path.set(below, tree.child(path.get(below - 1), places.get(below - 1)));
      places.set(below, 0);
    }
    steps++;
    prefetch();
    int last = path.size() - 1;
    node = tree.child(path.get(last), places.get(last));
    return true;
  }

  private void prefetch() throws StorageException {
    int last = path.size() - 1;
    Node parent = path.get(last);
    int from = places.get(last);
    if (from < fetchedTo) {
      return;
    }
    int count = AHEAD;
    if (end != null) {
      count = Math.min(count, parent.ceiling(end) + 1 - from);
    } else if (steps < 2) {
      // Who goes past a second node is likely to go on; the first step may be a small directory
      // across two nodes.
      return;
    }
    tree.prefetch(parent, from, count);
    fetchedTo = from + count;
  }
}
