package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two trees. Nodes that both have are never read: the cost grows with the difference, not with the trees.
 */
public final class TreeDiff {
  // Nodes fetched at a time, with few requests.
  private static final int AHEAD = 64;

  private TreeDiff() {}

  /** Receives each key whose value differs, in order; null where there is none. */
  public interface Visitor {
    void differs(byte[] key, byte @Nullable [] before, byte @Nullable [] after)
        throws StorageException;
  }

  public static void compare(Tree before, Tree after, Visitor visitor) throws StorageException {
    Side a = new Side(before);
    Side b = new Side(after);
    while (a.level > b.level) {
      a.descend();
    }
    while (b.level > a.level) {
      b.descend();
    }
    Side.dropCommon(a, b);
    while (a.level > 0) {
      a.descend();
      b.descend();
      Side.dropCommon(a, b);
    }
    Leaves left = new Leaves(a);
    Leaves right = new Leaves(b);
    while (left.node != null || right.node != null) {
      int order = left.node == null
          ? 1
          : right.node == null ? -1 : Arrays.compareUnsigned(left.key(), right.key());
      byte[] key = order <= 0 ? left.key() : right.key();
      byte[] old = order <= 0 ? left.take() : null;
      byte[] young = order >= 0 ? right.take() : null;
      if (!Arrays.equals(old, young)) {
        visitor.differs(key, old, young);
      }
    }
  }

  /** A node by what its parent says of it, or the root itself. */
  private record Child(
      byte[] last, @Nullable BlobRef ref, @Nullable Node node) {
    /** Equal for nodes that are the same. */
    Object identity() {
      return ref == null ? this : ref.hash();
    }
  }

  /** The nodes of one level of one tree that may differ from the other's. */
  private static final class Side {
    private final Tree tree;
    private List<Child> children = new ArrayList<>();
    private int level;

    Side(Tree tree) {
      this.tree = tree;
      Node root = tree.root();
      if (root != null) {
        children.add(new Child(root.lastKey(), null, root));
        level = root.level();
      }
    }

    Node load(int i) throws StorageException {
      Child child = children.get(i);
      if (child.node() != null) {
        return child.node();
      }
      if (i % AHEAD == 0) {
        List<BlobRef> ahead = new ArrayList<>();
        for (Child next : children.subList(i, Math.min(children.size(), i + AHEAD))) {
          ahead.add(Objects.requireNonNull(next.ref()));
        }
        tree.nodes().prefetch(ahead, tree.source());
      }
      return tree.load(Objects.requireNonNull(child.ref()), child.last(), level);
    }

    void descend() throws StorageException {
      List<Child> below = new ArrayList<>();
      for (int i = 0; i < children.size(); i++) {
        Node node = load(i);
        for (int j = 0; j < node.count(); j++) {
          below.add(new Child(node.key(j), node.child(j), null));
        }
      }
      children = below;
      level--;
    }

    /** A node with the same hash holds the same keys, wherever it stands: what is left differs. */
    static void dropCommon(Side a, Side b) {
      Map<Object, Integer> seen = new HashMap<>();
      a.children.forEach(child -> seen.merge(child.identity(), 1, Integer::sum));
      b.children.forEach(child -> seen.merge(child.identity(), 2, Integer::sum));
      a.children.removeIf(child -> Objects.equals(seen.get(child.identity()), 3));
      b.children.removeIf(child -> Objects.equals(seen.get(child.identity()), 3));
    }
  }

  /** The entries of the leaves of one side, in order. */
  private static final class Leaves {
    private final Side side;
    private int next;
    private int place;
    private @Nullable Node node;

    Leaves(Side side) throws StorageException {
      this.side = side;
      load();
    }

    private void load() throws StorageException {
      node = next < side.children.size() ? side.load(next) : null;
      next++;
      place = 0;
    }

    byte[] key() {
      return Objects.requireNonNull(node).key(place);
    }

    byte[] take() throws StorageException {
      Node current = Objects.requireNonNull(node);
      byte[] value = current.value(place);
      if (++place == current.count()) {
        load();
      }
      return value;
    }
  }
}
