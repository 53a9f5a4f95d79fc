package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Applies changes to a tree, level by level from the leaves: the nodes that changes fall into are written anew, and what became of
 * them are the changes to the level above. A node whose end has gone runs on into its neighbour. From the lowest inner level of at most
 * {@link Tree#FEW} bytes on everything is written anew, in one pack: the next reader gets it with one request.
 */
final class TreeEditor {
  private final NodeStore nodes;
  private final BlobWriter blobs;

  /** @param blobs takes new nodes, and reads them before they are in the store */
  TreeEditor(NodeStore nodes, BlobWriter blobs) {
    this.nodes = nodes;
    this.blobs = blobs;
  }

  Tree edit(@Nullable Node root, NavigableMap<byte[], byte @Nullable []> changes)
      throws StorageException {
    List<Node.Entry> top;
    int level = 0;
    if (root == null) {
      top = new ArrayList<>();
      changes.forEach((key, value) -> {
        if (value != null) {
          top.add(new Node.Entry(key, value));
        }
      });
    } else {
      Tree tree = Tree.of(root, nodes, blobs);
      List<Node> whole = lowestOfFew(tree, root);
      NavigableMap<byte[], byte @Nullable []> rising = changes;
      for (; level < whole.get(0).level(); level++) {
        rising = new Level(tree, level, rising).run();
      }
      top = merged(whole, rising);
    }
    return Tree.of(build(top, level), nodes, blobs);
  }

  /**
   * The nodes of the lowest inner level that is small enough to be written as a whole with each change, so that it lies together in one
   * pack; the root where none is.
   */
  private List<Node> lowestOfFew(Tree tree, Node root) throws StorageException {
    List<Node> level = List.of(root);
    while (level.get(0).level() > 1) {
      int size = 0;
      for (Node node : level) {
        for (int i = 0; i < node.count(); i++) {
          size += node.child(i).length();
        }
        if (size > Tree.FEW) {
          return level;
        }
      }
      List<Node> below = new ArrayList<>();
      for (Node node : level) {
        tree.prefetch(node, 0, node.count());
        for (int i = 0; i < node.count(); i++) {
          below.add(tree.child(node, i));
        }
      }
      level = below;
    }
    return level;
  }

  /** All entries of a level, as they are to be. */
  private static List<Node.Entry> merged(
      List<Node> level, NavigableMap<byte[], byte @Nullable []> changes) {
    TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    for (Node node : level) {
      for (int i = 0; i < node.count(); i++) {
        entries.put(node.key(i), node.value(i));
      }
    }
    changes.forEach((key, value) -> {
      if (value == null) {
        entries.remove(key);
      } else {
        entries.put(key, value);
      }
    });
    List<Node.Entry> all = new ArrayList<>(entries.size());
    entries.forEach((key, value) -> all.add(new Node.Entry(key, value)));
    return all;
  }

  /** The root over entries of a level: as many levels more as it takes, and none that holds a single child. */
  private @Nullable Node build(List<Node.Entry> entries, int lowest) throws StorageException {
    List<Node.Entry> current = entries;
    int level = lowest;
    while (!current.isEmpty()) {
      if (level > 0 && current.size() == 1) {
        // The level below is a single node: it is the root, unless it, too, has one child only.
        BlobRef only = ref(current.get(0).value());
        Node node = nodes.load(only, blobs);
        if (node.level() == 0 || node.count() > 1) {
          return node;
        }
        current = List.of(new Node.Entry(node.key(0), node.value(0)));
        level = node.level();
        continue;
      }
      List<List<Node.Entry>> groups = groups(current, level);
      if (groups.size() == 1) {
        return Node.decode(Node.encode(level, current), "a new node");
      }
      current = level == 0 ? storeLeaves(groups) : storeTogether(level, groups);
      level++;
    }
    return null;
  }

  private static List<List<Node.Entry>> groups(List<Node.Entry> entries, int level) {
    List<List<Node.Entry>> groups = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (i + 1 == entries.size() || Boundaries.endsNode(entries.get(i).key(), level)) {
        groups.add(entries.subList(start, i + 1));
        start = i + 1;
      }
    }
    return groups;
  }

  private List<Node.Entry> storeLeaves(List<List<Node.Entry>> groups) throws StorageException {
    List<Node.Entry> above = new ArrayList<>(groups.size());
    for (List<Node.Entry> group : groups) {
      above.add(store(0, group));
    }
    return above;
  }

  /** Stores the nodes of a level side by side, also those that are elsewhere already. */
  private List<Node.Entry> storeTogether(int level, List<List<Node.Entry>> groups)
      throws StorageException {
    List<byte[]> raws = new ArrayList<>(groups.size());
    for (List<Node.Entry> group : groups) {
      raws.add(Node.encode(level, group));
    }
    List<BlobRef> refs = blobs.addTogether(raws);
    List<Node.Entry> above = new ArrayList<>(groups.size());
    for (int i = 0; i < refs.size(); i++) {
      above.add(entry(refs.get(i), raws.get(i), groups.get(i)));
    }
    return above;
  }

  private Node.Entry store(int level, List<Node.Entry> entries) throws StorageException {
    byte[] raw = Node.encode(level, entries);
    return entry(blobs.add(raw), raw, entries);
  }

  /** What the level above has for a node. */
  private Node.Entry entry(BlobRef ref, byte[] raw, List<Node.Entry> entries)
      throws StorageException {
    nodes.put(ref, Node.decode(raw, "a new node"));
    ByteWriter value = new ByteWriter(56);
    ref.write(value);
    return new Node.Entry(entries.get(entries.size() - 1).key(), value.toByteArray());
  }

  private static BlobRef ref(byte[] value) throws StorageException {
    return BlobRef.read(new ByteReader(value, "a tree's node"));
  }

  /** The changes of one level on their way. */
  private final class Level {
    private final Tree tree;
    private final int level;
    private final List<Map.Entry<byte[], byte @Nullable []>> changes;
    private final NavigableMap<byte[], byte @Nullable []> above =
        new TreeMap<>(Arrays::compareUnsigned);
    /** Nodes that were read in this run, by what their last key was: one that comes out the same stays. */
    private final Map<String, Node.Entry> before = new HashMap<>();

    private final List<Node.Entry> filling = new ArrayList<>();
    private int next;

    Level(Tree tree, int level, NavigableMap<byte[], byte @Nullable []> changes) {
      this.tree = tree;
      this.level = level;
      this.changes = List.copyOf(changes.entrySet().stream()
          .map(e -> new AbstractMap.SimpleImmutableEntry<>(e.getKey(), e.getValue()))
          .toList());
    }

    NavigableMap<byte[], byte @Nullable []> run() throws StorageException {
      while (next < changes.size()) {
        TreeWalk walk = new TreeWalk(tree, level, changes.get(next).getKey());
        do {
          consume(walk);
        } while (!filling.isEmpty() && walk.forward());
        close();
      }
      return above;
    }

    /** Takes the entries of one node with the changes that fall into it. */
    private void consume(TreeWalk walk) throws StorageException {
      Node node = walk.node();
      byte[] last = node.lastKey();
      above.put(last, null);
      before.put(key(last), new Node.Entry(last, walk.value()));
      int i = 0;
      while (i < node.count() || hasChange(walk, last)) {
        int order = i == node.count()
            ? 1
            : hasChange(walk, last)
                ? Arrays.compareUnsigned(node.key(i), changes.get(next).getKey())
                : -1;
        if (order < 0) {
          emit(node.key(i), node.value(i));
          i++;
        } else {
          Map.Entry<byte[], byte @Nullable []> change = changes.get(next++);
          byte[] value = change.getValue();
          if (value != null) {
            emit(change.getKey(), value);
          }
          i += order == 0 ? 1 : 0;
        }
      }
    }

    private boolean hasChange(TreeWalk walk, byte[] last) {
      return next < changes.size()
          && (walk.atEnd() || Arrays.compareUnsigned(changes.get(next).getKey(), last) <= 0);
    }

    private void emit(byte[] key, byte[] value) throws StorageException {
      filling.add(new Node.Entry(key, value));
      if (Boundaries.endsNode(key, level)) {
        close();
      }
    }

    private void close() throws StorageException {
      if (!filling.isEmpty()) {
        Node.Entry stored = store(level, filling);
        Node.Entry old = before.get(key(stored.key()));
        boolean same =
            old != null && ref(old.value()).hash().equals(ref(stored.value()).hash());
        above.put(stored.key(), same ? Objects.requireNonNull(old).value() : stored.value());
        filling.clear();
      }
    }

    private static String key(byte[] key) {
      return new String(key, StandardCharsets.ISO_8859_1);
    }
  }
}
