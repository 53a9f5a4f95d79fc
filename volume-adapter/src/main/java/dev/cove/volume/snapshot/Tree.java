package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.BlobSource;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
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
      case STORED -> {
        BlobRef ref = BlobRef.read(in);
        yield new Tree(nodes.load(ref, source), ref, nodes, source);
      }
      default -> throw in.damaged("an unknown kind of root");
    };
  }

  private static final int EMPTY = 0;
  private static final int INLINE = 1;
  private static final int STORED = 2;
  // A root up to here travels with the commit, which saves a request for each tree. Most are 10 to
  // 20 KiB.
  private static final int LARGEST_INLINE = 48 << 10;
  private static final int NEAR = 64 << 10;

  /** Writes the root itself, or where it is when it is large. */
  public void writeRoot(ByteWriter out, BlobWriter blobs) throws StorageException {
    if (root == null) {
      out.octet(EMPTY);
    } else if (root.raw().length <= LARGEST_INLINE) {
      out.octet(INLINE).sized(root.raw());
    } else {
      out.octet(STORED);
      blobs.add(root.raw()).write(out);
    }
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
  public Cursor seek(byte[] from) throws StorageException {
    return new TreeCursor(this, from);
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
    if (parent.level() > 1) {
      prefetchNear(parent, parent.child(i));
    }
    return load(parent.child(i), parent.key(i), parent.level() - 1);
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

  /** The inner nodes of a tree are few, and stored one after the other: those beside a missing one cost no request of their own. */
  private void prefetchNear(Node parent, BlobRef wanted) throws StorageException {
    if (nodes.has(wanted)) {
      return;
    }
    List<BlobRef> near = new ArrayList<>();
    for (int i = 0; i < parent.count(); i++) {
      BlobRef ref = parent.child(i);
      if (ref.pack().equals(wanted.pack())
          && Math.abs(ref.offset() - (long) wanted.offset()) <= NEAR) {
        near.add(ref);
      }
    }
    nodes.prefetch(near, source);
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
    private @Nullable Node leaf;
    private int place;

    TreeCursor(Tree tree, byte[] from) throws StorageException {
      walk = tree.isEmpty() ? null : new TreeWalk(tree, 0, from);
      leaf = walk == null ? null : walk.node();
      place = leaf == null ? 0 : leaf.ceiling(from) - 1;
    }

    @Override
    public boolean next() throws StorageException {
      while (leaf != null) {
        if (++place < leaf.count()) {
          return true;
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
