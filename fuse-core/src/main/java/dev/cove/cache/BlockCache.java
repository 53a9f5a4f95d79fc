package dev.cove.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.cove.cache.BufferPool.Chunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of objects in memory, within the budget. It grows until the budget is used up and gives
 * way, coldest first, to whoever needs memory.
 *
 * <p>Blocks that a sequential reader has passed are kept only briefly: the kernel's page cache has
 * them too, and memory that is used again at once costs far less than fresh memory. A block that is
 * asked for again stays.
 */
public final class BlockCache implements AutoCloseable {

  /**
   * Bytes in a full block. 128 KiB is what the kernel asks for at random and the least that is worth
   * a request; larger blocks would make random readers pay for bytes nobody wants.
   */
  public static final int BLOCK_SIZE = BufferPool.RUN;

  /** Why a block is handed over. */
  public enum Retention {
    /** It was read once in passing. */
    BRIEF,
    /** It may be wanted again. */
    KEEP
  }

  // A sequential reader's kernel asks up to 4 MiB ahead on several threads: what was passed stays
  // long enough for the last of them.
  private static final long PASSED_BYTES = 32L << 20;
  // Evicting one block at a time would look for the coldest anew each time.
  private static final long LEAST_RECLAIM = 1L << 20;

  private final MemoryBudget budget;
  private final BufferPool pool;
  private final Cache<BlockKey, Block> cache;
  private final Policy.Eviction<BlockKey, Block> eviction;
  private final long passedLimit;
  private final ConcurrentLinkedQueue<Block> passed = new ConcurrentLinkedQueue<>();
  private final AtomicLong passedBytes = new AtomicLong();
  private final LongAdder evictions = new LongAdder();
  private final MemoryBudget.Reclaimer reclaimer = this::reclaim;

  public BlockCache(MemoryBudget budget) {
    this.budget = budget;
    this.pool = new BufferPool(budget);
    this.passedLimit = Math.min(PASSED_BYTES, budget.total() / 8);
    this.cache = Caffeine.newBuilder()
        .maximumWeight(budget.total())
        .weigher((BlockKey key, Block block) -> block.weight())
        // Eviction is cheap, and a hop to another thread is not.
        .executor(Runnable::run)
        .removalListener(this::removed)
        .build();
    this.eviction = cache.policy().eviction().orElseThrow();
    budget.addReclaimer(reclaimer);
  }

  public MemoryBudget budget() {
    return budget;
  }

  /** Bytes of blocks that are kept for later. */
  public long cachedBytes() {
    return eviction.weightedSize().orElse(0);
  }

  /** Bytes had from the system for blocks, in use or not. */
  public long residentBytes() {
    return pool.slabBytes();
  }

  /** Blocks thrown out to make room, ever. */
  public long evictions() {
    return evictions.sum();
  }

  /** The block, pinned; null when it is not there. */
  public @Nullable Block pin(ObjectId object, long index) {
    Block block = cache.getIfPresent(new BlockKey(object, index));
    if (block == null || !block.pin()) {
      return null;
    }
    block.askedAgain = true;
    return block;
  }

  /** Whether the block is there, without making it look used. */
  public boolean contains(ObjectId object, long index) {
    return cache.policy().getIfPresentQuietly(new BlockKey(object, index)) != null;
  }

  /**
   * Empty blocks for {@code length} bytes of an object, owned by the caller. All or none; colder
   * blocks are thrown out for them.
   *
   * @param first index of the first
   * @return null when the budget has no room
   */
  public @Nullable List<Block> tryAllocate(ObjectId object, long first, long length) {
    List<Chunk> chunks = pool.take(length, 0);
    if (chunks == null) {
      if (budget.wanted()) {
        return null;
      }
      makeRoom(reservation(length));
      chunks = pool.take(length, 0);
    }
    return chunks == null ? null : blocks(object, first, length, chunks);
  }

  /**
   * Waits in turn for memory for {@code length} bytes in one piece. The caller holds no other memory
   * and no lock.
   *
   * @return false when the time was up
   */
  public boolean reserve(long length, Duration timeout) throws InterruptedException {
    return budget.reserve(MemoryBudget.Use.BLOCKS, reservation(length), timeout);
  }

  /** Gives back what {@link #reserve} took. */
  public void unreserve(long length) {
    budget.release(MemoryBudget.Use.BLOCKS, reservation(length));
  }

  /**
   * As {@link #tryAllocate}, paid from an earlier {@link #reserve} of {@code reserved} bytes, which
   * is used up in any case.
   */
  public @Nullable List<Block> allocateReserved(
      ObjectId object, long first, long length, long reserved) {
    List<Chunk> chunks = pool.take(length, reservation(reserved));
    return chunks == null ? null : blocks(object, first, length, chunks);
  }

  /** Takes over a block that is filled, and with it the caller's ownership. */
  public void insert(Block block, Retention retention) {
    if (retention == Retention.BRIEF) {
      if (budget.wanted()) {
        block.unpin();
        return;
      }
      block.askedAgain = false;
      cache.put(block.key, block);
      passed.add(block);
      if (passedBytes.addAndGet(block.weight()) > passedLimit) {
        dropPassed(passedLimit);
      }
    } else {
      cache.put(block.key, block);
    }
    // Checked after the block can be found, or a waiter that looked just before would miss it.
    if (budget.wanted()) {
      reclaim(budget.missing());
    }
  }

  private void dropPassed(long limit) {
    while (passedBytes.get() > limit) {
      Block oldest = passed.poll();
      if (oldest == null) {
        return;
      }
      passedBytes.addAndGet(-oldest.weight());
      if (!oldest.askedAgain) {
        cache.asMap().remove(oldest.key, oldest);
      }
    }
  }

  /** Throws out the coldest blocks until {@code bytes} are free or none is left. */
  private void makeRoom(long bytes) {
    reclaimWhile(() -> budget.room() < bytes, bytes);
  }

  /** As {@link #makeRoom}, for those who wait: what is freed is theirs at once. */
  private void reclaim(long bytes) {
    reclaimWhile(() -> budget.missing() > 0, bytes);
  }

  private void reclaimWhile(BooleanSupplier needed, long bytes) {
    long step = Math.max(bytes, LEAST_RECLAIM);
    dropPassed(Math.max(0, passedBytes.get() - step));
    // Small blocks share runs, so throwing out n bytes may free fewer: go on until it suffices.
    while (needed.getAsBoolean()) {
      Map<BlockKey, Block> coldest = eviction.coldestWeighted(step);
      if (coldest.isEmpty()) {
        break;
      }
      for (Map.Entry<BlockKey, Block> entry : coldest.entrySet()) {
        if (cache.asMap().remove(entry.getKey(), entry.getValue())) {
          evictions.increment();
        }
      }
    }
    pool.trim();
  }

  private void removed(@Nullable BlockKey key, @Nullable Block block, RemovalCause cause) {
    if (block != null) {
      if (cause == RemovalCause.SIZE) {
        evictions.increment();
      }
      block.unpin();
    }
  }

  private List<Block> blocks(ObjectId object, long first, long length, List<Chunk> chunks) {
    List<Block> blocks = new ArrayList<>(chunks.size());
    long left = length;
    for (int i = 0; i < chunks.size(); i++) {
      long index = first + i;
      int size = (int) Math.min(BLOCK_SIZE, left);
      blocks.add(new Block(new BlockKey(object, index), index, size, pool, chunks.get(i)));
      left -= size;
    }
    return blocks;
  }

  private static long reservation(long length) {
    return (length + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
  }

  /** Drops everything; nothing may be asked of the cache any more. */
  @Override
  public void close() {
    budget.removeReclaimer(reclaimer);
    cache.invalidateAll();
    cache.cleanUp();
    pool.close();
  }
}
