package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.BlobSource;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.Hash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An immutable ordered map whose nodes are blobs; see {@link Boundaries} for its shape. Safe for use by many threads. */
public final class Tree implements OrderedMap {
  private final @Nullable Node root;
  private final @Nullable BlobRef rootRef;
  private final NodeStore nodes;
  private final BlobSource source;

  private Tree(@Nullable Node root, @Nullable BlobRef rootRef, NodeStore nodes, BlobSource source) {
    this.root = root;
    this.rootRef = rootRef;
    this.nodes = nodes;
    this.source = source;
  }

  public static Tree empty(NodeStore nodes, BlobSource source) {
    return new Tree(null, null, nodes, source);
  }

  static Tree of(@Nullable Node root, NodeStore nodes, BlobSource source) {
    return new Tree(root, null, nodes, source);
  }

  /** The tree whose root {@link #writeRoot} has written. */
  public static Tree readRoot(ByteReader in, NodeStore nodes, BlobSource source)
      throws StorageException {
    int form = in.octet();
    return switch (form) {
      case EMPTY -> empty(nodes, source);
      case INLINE -> new Tree(Node.decode(in.sized(), "a tree's root"), null, nodes, source);
      case INLINE_UPPER -> readUpper(in, nodes, source);
      case STORED -> {
        BlobRef ref = BlobRef.read(in);
        yield new Tree(nodes.load(ref, source), ref, nodes, source);
      }
      default -> throw in.damaged("an unknown kind of root");
    };
  }

  private static Tree readUpper(ByteReader in, NodeStore nodes, BlobSource source)
      throws StorageException {
    Node root = Node.decode(in.sized(), "a tree's root");
    List<Node> above = List.of(root);
    while (above.get(0).level() > LOWEST_UPPER) {
      List<Node> level = new ArrayList<>();
      for (Node node : above) {
        for (int i = 0; i < node.count(); i++) {
          BlobRef ref = node.child(i);
          byte[] raw = in.sized();
          if (!Hash.of(raw).equals(ref.hash())) {
            throw in.damaged("a tree's node that is not below the root");
          }
          Node child = Node.decode(raw, "a tree's node");
          nodes.put(ref, child);
          level.add(child);
        }
      }
      above = level;
    }
    return new Tree(root, null, nodes, source);
  }

  private static final int EMPTY = 0;
  private static final int INLINE = 1;
  private static final int STORED = 2;
  private static final int INLINE_UPPER = 3;
  private static final int LOWEST_UPPER = 2;
  // A root up to here travels with the commit, which saves a request for each tree. Most are 10 to
  // 20 KiB.
  private static final int LARGEST_INLINE = 48 << 10;
  private static final int NEAR = 64 << 10;
  /**
   * As many bytes of inner nodes of one level are written anew with each change, so that one request fetches them all: those over
   * 130,000 keys with names of 100 bytes, over 380,000 with short ones.
   */
  static final int FEW = 192 << 10;

  /** Writes the root itself, with what is above the last two levels, or where it is when it is large. */
  public void writeRoot(ByteWriter out, BlobWriter blobs) throws StorageException {
    List<Node> upper = root == null ? List.of() : upper(root);
    if (root == null) {
      out.octet(EMPTY);
    } else if (upper.size() > 1) {
      out.octet(INLINE_UPPER);
      upper.forEach(node -> out.sized(node.raw()));
    } else if (root.raw().length <= LARGEST_INLINE) {
      out.octet(INLINE).sized(root.raw());
    } else {
      out.octet(STORED);
      blobs.add(root.raw()).write(out);
    }
  }

  /** The nodes of the levels above the last two, if they are small enough to travel with the commit; else the root alone. */
  private List<Node> upper(Node root) throws StorageException {
    List<Node> upper = new ArrayList<>(List.of(root));
    int size = root.raw().length;
    for (int i = 0; i < upper.size(); i++) {
      Node node = upper.get(i);
      for (int j = 0; node.level() > LOWEST_UPPER && j < node.count(); j++) {
        size += node.child(j).length();
        if (size > LARGEST_INLINE) {
          return List.of(root);
        }
        upper.add(child(node, j));
      }
    }
    return upper;
  }

  /** Whether both hold the same; what they hold alone decides how they look. */
  public boolean isSameAs(Tree other) {
    return root == null || other.root == null
        ? root == other.root
        : Arrays.equals(root.raw(), other.root.raw());
  }

  public boolean isEmpty() {
    return root == null;
  }

  @Override
  public byte @Nullable [] get(byte[] key) throws StorageException {
    Node node = root;
    while (node != null && node.level() > 0) {
      int i = node.ceiling(key);
      node = i == node.count() ? null : child(node, i);
    }
    int i = node == null ? -1 : node.find(key);
    return i < 0 ? null : Objects.requireNonNull(node).value(i);
  }

  @Override
  public Cursor seek(byte[] from, byte @Nullable [] end) throws StorageException {
    return new TreeCursor(this, from, end);
  }

  @Override
  public void prefetch(Collection<byte[]> keys) throws StorageException {
    Set<BlobRef> leaves = new LinkedHashSet<>();
    for (byte[] key : keys) {
      Node node = root;
      while (node != null && node.level() > 0) {
        int i = node.ceiling(key);
        if (i < node.count() && node.level() == 1) {
          leaves.add(node.child(i));
        }
        node = i == node.count() || node.level() == 1 ? null : child(node, i);
      }
    }
    nodes.prefetch(leaves, source);
  }

  /** This tree with changes: a value to store under each key, null to remove it. New nodes are added to {@code blobs}. */
  public Tree with(NavigableMap<byte[], byte @Nullable []> changes, BlobWriter blobs)
      throws StorageException {
    return changes.isEmpty() ? this : new TreeEditor(nodes, blobs).edit(root, changes);
  }

  /** Where the root was read from; null where it travelled with the commit, or is new. */
  @Nullable
  BlobRef rootRef() {
    return rootRef;
  }

  @Nullable
  Node root() {
    return root;
  }

  Node child(Node parent, int i) throws StorageException {
    int level = parent.level() - 1;
    BlobRef ref = parent.child(i);
    if (level > 0 && !nodes.has(ref)) {
      prefetchInner(level, ref);
    }
    return load(ref, parent.key(i), level);
  }

  /** The node of a level that ends with a key. */
  Node load(BlobRef ref, byte[] last, int level) throws StorageException {
    Node node = nodes.load(ref, source);
    if (node.level() != level || !Arrays.equals(node.lastKey(), last)) {
      throw new StorageException(
          StorageException.Kind.CORRUPT,
          ref.pack().key() + " is damaged: a tree's node in the wrong place");
    }
    return node;
  }

  /**
   * The inner nodes of a level are few and stored one after the other, {@linkplain TreeEditor always} where they are {@link #FEW}: those
   * beside a missing one cost no request of their own.
   */
  private void prefetchInner(int level, BlobRef wanted) throws StorageException {
    List<BlobRef> known = new ArrayList<>();
    if (root != null) {
      known(root, level, known);
    }
    int near = known.stream().mapToInt(BlobRef::length).sum() <= FEW ? FEW : NEAR;
    known.removeIf(ref -> !ref.pack().equals(wanted.pack())
        || Math.abs(ref.offset() - (long) wanted.offset()) > near);
    nodes.prefetch(known, source);
  }

  /** The nodes of a level, as far as those above are in memory. */
  private void known(Node above, int level, List<BlobRef> found) throws StorageException {
    for (int i = 0; i < above.count(); i++) {
      BlobRef ref = above.child(i);
      if (above.level() == level + 1) {
        found.add(ref);
      } else {
        Node node = nodes.find(ref);
        if (node != null) {
          known(node, level, found);
        }
      }
    }
  }

  void prefetch(Node parent, int from, int count) throws StorageException {
    List<BlobRef> refs = new ArrayList<>();
    for (int i = from; i < Math.min(parent.count(), from + count); i++) {
      refs.add(parent.child(i));
    }
    nodes.prefetch(refs, source);
  }

  NodeStore nodes() {
    return nodes;
  }

  BlobSource source() {
    return source;
  }

  private static final class TreeCursor implements Cursor {
    private final @Nullable TreeWalk walk;
    private final byte @Nullable [] end;
    private @Nullable Node leaf;
    private int place;

    TreeCursor(Tree tree, byte[] from, byte @Nullable [] end) throws StorageException {
      this.end = end;
      walk = tree.isEmpty() ? null : new TreeWalk(tree, 0, from, end);
      leaf = walk == null ? null : walk.node();
      place = leaf == null ? 0 : leaf.ceiling(from) - 1;
    }

    @Override
    public boolean next() throws StorageException {
      while (leaf != null) {
        if (++place < leaf.count()) {
          return end == null || Arrays.compareUnsigned(leaf.key(place), end) < 0;
        }
        if (end != null && Arrays.compareUnsigned(leaf.lastKey(), end) >= 0) {
          return false;
        }
        leaf = walk != null && walk.forward() ? walk.node() : null;
        place = -1;
      }
      return false;
    }

    @Override
    public byte[] key() {
      return Objects.requireNonNull(leaf).key(place);
    }

    @Override
    public byte[] value() {
      return Objects.requireNonNull(leaf).value(place);
    }
  }
}
