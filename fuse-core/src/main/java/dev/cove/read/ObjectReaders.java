package dev.cove.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import dev.cove.cache.ObjectId;
import dev.cove.disk.DiskBlocks;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Version;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Readers of the objects of one store. They share a cache, a budget and the threads that fetch. */
public final class ObjectReaders implements AutoCloseable {
  final ObjectStore store;
  final BlockCache cache;
  final @Nullable DiskBlocks disk;
  final ReadOptions options;
  final ReadMeter meter;
  final Ticker ticker;
  final FetchPool pool;
  final Pace pace;

  /** Handles that may have something fetched ahead. */
  final Set<ReadHandle> ahead = ConcurrentHashMap.newKeySet();

  // Weak: a reader nobody holds has nothing to share.
  private final Cache<ObjectId, ObjectReader> readers =
      Caffeine.newBuilder().weakValues().build();
  private final MemoryBudget.Reclaimer reclaimer = this::shrink;

  public ObjectReaders(ObjectStore store, BlockCache cache, ReadOptions options, ReadMeter meter) {
    this(store, cache, null, options, meter);
  }

  /** @param disk where blocks are looked for before the store is asked, and kept; null for nowhere */
  public ObjectReaders(
      ObjectStore store,
      BlockCache cache,
      @Nullable DiskBlocks disk,
      ReadOptions options,
      ReadMeter meter) {
    this(store, cache, disk, options, meter, Ticker.systemTicker());
  }

  ObjectReaders(
      ObjectStore store,
      BlockCache cache,
      @Nullable DiskBlocks disk,
      ReadOptions options,
      ReadMeter meter,
      Ticker ticker) {
    this.store = store;
    this.cache = cache;
    this.disk = disk;
    this.options = options;
    this.meter = meter;
    this.ticker = ticker;
    this.pool = new FetchPool(options.fetchThreads());
    this.pace = new Pace(options);
    cache.budget().addReclaimer(reclaimer);
  }

  /**
   * The reader of one version of an object: the same one for all who ask while anyone uses it. Makes
   * no request.
   *
   * @param size the object's, in bytes
   */
  public ObjectReader reader(String key, Version version, long size) {
    return readers.get(new ObjectId(key, version), id -> new ObjectReader(this, id, size));
  }

  private void shrink(long bytes) {
    for (ReadHandle handle : ahead) {
      if (cache.budget().missing() == 0) {
        return;
      }
      handle.reader().shrink(handle);
    }
  }

  /** Stops what is fetched ahead; a read that waits for it asks the store itself once more. */
  @Override
  public void close() {
    cache.budget().removeReclaimer(reclaimer);
    pool.close();
    for (ReadHandle handle : ahead) {
      handle.close();
    }
  }
}
