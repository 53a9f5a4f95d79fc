package dev.cove.volume.snapshot;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.BlobSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads nodes and keeps those used last in memory, up to a bound; safe for use by many threads. */
public final class NodeStore {
  private final Cache<BlobRef, Node> cache;

  /** @param bytes how much the kept nodes take at most */
  public NodeStore(long bytes) {
    // One lock stripe is enough, and evicting in the caller keeps the bound while threads are busy.
    this.cache = Caffeine.newBuilder()
        .maximumWeight(bytes)
        .weigher((BlobRef ref, Node node) -> node.weight())
        .executor(Runnable::run)
        .build();
  }

  Node load(BlobRef ref, BlobSource source) throws StorageException {
    Node node = cache.getIfPresent(ref);
    if (node == null) {
      node = Node.decode(source.read(ref), ref.pack().key());
      cache.put(ref, node);
    }
    return node;
  }

  boolean has(BlobRef ref) {
    return find(ref) != null;
  }

  /** Null when it is not in memory. */
  @Nullable
  Node find(BlobRef ref) {
    return cache.getIfPresent(ref);
  }

  /**
   * Fetches those of the nodes that are not in memory, with as few requests as possible. Where one of them is damaged, none may have
   * come: each is read by itself, then, so that only what needs that one fails.
   */
  void prefetch(Collection<BlobRef> refs, BlobSource source) throws StorageException {
    try {
      fetch(refs, source);
    } catch (StorageException e) {
      if (!TreeScan.isDamage(e)) {
        throw e;
      }
    }
  }

  private void fetch(Collection<BlobRef> refs, BlobSource source) throws StorageException {
    List<BlobRef> missing = new ArrayList<>();
    for (BlobRef ref : refs) {
      if (!has(ref)) {
        missing.add(ref);
      }
    }
    if (missing.size() > 1) {
      for (Map.Entry<BlobRef, byte[]> read : source.readAll(missing).entrySet()) {
        cache.put(
            read.getKey(), Node.decode(read.getValue(), read.getKey().pack().key()));
      }
    }
  }

  void put(BlobRef ref, Node node) {
    cache.put(ref, node);
  }
}
