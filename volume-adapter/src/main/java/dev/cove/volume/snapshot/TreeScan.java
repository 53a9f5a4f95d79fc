package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Goes through all nodes and entries of a tree, past those that cannot be read. */
public final class TreeScan {

  /** Told what is met. */
  public interface Visitor {
    /** A node is at this place, whether it can be read or not. */
    void node(BlobRef ref);

    void entry(byte[] key, byte[] value) throws StorageException;

    /** A node that cannot be read; its keys lie behind {@code after} (null: from the first) and go up to {@code last}. */
    void unreadable(BlobRef ref, byte @Nullable [] after, byte[] last, StorageException why);
  }

  private TreeScan() {}

  /**
   * Scans what is not in {@code seen} yet, and adds it there.
   *
   * @throws StorageException the visitor's own
   */
  public static void scan(Tree tree, Set<BlobRef> seen, Visitor visitor) throws StorageException {
    Node root = tree.root();
    BlobRef place = tree.rootRef();
    if (place != null) {
      visitor.node(place);
    }
    if (root != null && (place == null || seen.add(place))) {
      scan(tree, root, null, seen, visitor);
    }
  }

  private static void scan(
      Tree tree, Node node, byte @Nullable [] before, Set<BlobRef> seen, Visitor visitor)
      throws StorageException {
    byte @Nullable [] after = before;
    for (int i = 0; i < node.count(); i++) {
      byte[] key = node.key(i);
      if (node.level() == 0) {
        visitor.entry(key, node.value(i));
      } else {
        child(tree, node, i, after, seen, visitor);
      }
      after = key;
    }
  }

  private static void child(
      Tree tree, Node parent, int i, byte @Nullable [] after, Set<BlobRef> seen, Visitor visitor)
      throws StorageException {
    BlobRef ref = parent.child(i);
    if (!seen.add(ref)) {
      return;
    }
    visitor.node(ref);
    Node child;
    try {
      if (i % 64 == 0) {
        tree.prefetch(parent, i, 64);
      }
      child = tree.child(parent, i);
    } catch (StorageException e) {
      if (!isDamage(e)) {
        throw e;
      }
      visitor.unreadable(ref, after, parent.key(i), e);
      return;
    }
    scan(tree, child, after, seen, visitor);
  }

  /** Whether a failure says something about the bytes rather than about the way to them. */
  public static boolean isDamage(StorageException e) {
    return switch (e.kind()) {
      case NOT_FOUND, CORRUPT, INVALID_RANGE -> true;
      case NO_SUCH_BUCKET,
          PRECONDITION_FAILED,
          UNAUTHENTICATED,
          ACCESS_DENIED,
          READ_ONLY,
          ARCHIVED,
          INVALID,
          UNSUPPORTED,
          NO_SPACE,
          THROTTLED,
          TIMEOUT,
          UNAVAILABLE,
          INTERRUPTED -> false;
    };
  }
}
