package dev.cove.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cache.BlockCache.Retention;
import dev.cove.cache.MemoryBudget.Use;
import dev.cove.storage.Version;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BlockCacheTest {
  private static final int BLOCK = BlockCache.BLOCK_SIZE;
  private static final long TOTAL = 16L << 20;

  private final MemoryBudget budget = new MemoryBudget(TOTAL);
  private final BlockCache cache = new BlockCache(budget);

  @AfterEach
  void nothingIsLost() {
    cache.close();
    assertThat(budget.used()).isZero();
    assertThat(cache.residentBytes()).isZero();
    assertThat(budget.peak()).isLessThanOrEqualTo(TOTAL);
  }

  private static ObjectId id(String key) {
    return new ObjectId(key, new Version("1"));
  }

  private static List<Block> some(List<Block> blocks) {
    assertThat(blocks).isNotNull();
    return blocks;
  }

  private static void fill(Block block, long value) {
    ByteBuffer target = block.target();
    while (target.remaining() >= 8) {
      target.putLong(value);
    }
  }

  private static boolean holds(Block block, long value) {
    ByteBuffer view = block.view(0, block.length());
    while (view.remaining() >= 8) {
      if (view.getLong() != value) {
        return false;
      }
    }
    return true;
  }

  @Test
  void keepsABlockUntilMemoryIsNeeded() {
    for (Block block : some(cache.tryAllocate(id("a"), 0, 3L * BLOCK))) {
      fill(block, block.index());
      cache.insert(block, Retention.KEEP);
    }
    for (int i = 0; i < 3; i++) {
      Block block = cache.pin(id("a"), i);
      assertThat(block).isNotNull();
      assertThat(holds(block, i)).isTrue();
      block.unpin();
    }
    assertThat(cache.pin(id("a"), 3)).isNull();
    assertThat(cache.pin(new ObjectId("a", new Version("2")), 0)).isNull();
    assertThat(cache.cachedBytes()).isEqualTo(3L * BLOCK);
  }

  @Test
  void smallObjectsTakeSmallBlocks() {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 8 * 100; i++) {
      blocks.addAll(some(cache.tryAllocate(id("s" + i), 0, 16 << 10)));
    }
    assertThat(budget.used()).isEqualTo(100L * BLOCK);
    for (Block block : blocks) {
      fill(block, block.hashCode());
    }
    for (Block block : blocks) {
      assertThat(holds(block, block.hashCode())).isTrue();
      block.unpin();
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void theLastBlockOfAFileIsAsSmallAsItsRest() {
    List<Block> blocks = some(cache.tryAllocate(id("tail"), 7, 2L * BLOCK + 5000));
    assertThat(blocks).extracting(Block::index).containsExactly(7L, 8L, 9L);
    assertThat(blocks).extracting(Block::length).containsExactly(BLOCK, BLOCK, 5000);
    assertThat(blocks.get(2).weight()).isEqualTo(8192);
    blocks.forEach(Block::unpin);
  }

  @Test
  void colderBlocksGiveWayToNewOnes() {
    long blocks = TOTAL / BLOCK;
    for (int i = 0; i < 4 * blocks; i++) {
      cache.insert(some(cache.tryAllocate(id("b"), i, BLOCK)).get(0), Retention.KEEP);
    }
    assertThat(cache.evictions()).isGreaterThanOrEqualTo(3 * blocks);
    assertThat(cache.cachedBytes()).isLessThanOrEqualTo(TOTAL);
  }

  @Test
  void aBlockPassedInASequentialReadIsKeptBrieflyUnlessItIsAskedForAgain() {
    for (int i = 0; i < 64; i++) {
      cache.insert(some(cache.tryAllocate(id("p"), i, BLOCK)).get(0), Retention.BRIEF);
      if (i == 3) {
        Block again = cache.pin(id("p"), 3);
        assertThat(again).isNotNull();
        again.unpin();
      }
    }
    assertThat(cache.contains(id("p"), 3)).isTrue();
    assertThat(cache.contains(id("p"), 4)).isFalse();
    assertThat(cache.contains(id("p"), 63)).isTrue();
    assertThat(cache.cachedBytes()).isLessThanOrEqualTo(TOTAL / 8 + BLOCK);
  }

  @Test
  void aPinnedBlockKeepsItsBytesWhileItIsEvicted() {
    Block pinned = some(cache.tryAllocate(id("pin"), 0, BLOCK)).get(0);
    fill(pinned, 42);
    assertThat(pinned.pin()).isTrue();
    cache.insert(pinned, Retention.KEEP);
    for (int i = 1; i < 1000; i++) {
      Block other = some(cache.tryAllocate(id("pin"), i, BLOCK)).get(0);
      fill(other, i);
      cache.insert(other, Retention.KEEP);
    }
    assertThat(holds(pinned, 42)).isTrue();
    pinned.unpin();
  }

  @Test
  void memoryThatOthersReserveIsGivenBackToTheSystem() throws Exception {
    some(cache.tryAllocate(id("x"), 0, TOTAL))
        .forEach(block -> cache.insert(block, Retention.KEEP));
    assertThat(cache.residentBytes()).isEqualTo(TOTAL);
    assertThat(budget.reserve(Use.UPLOADS, TOTAL / 2, Duration.ofSeconds(5))).isTrue();
    // Not all of it: slabs in which a single block lives on stay.
    assertThat(cache.residentBytes()).isLessThanOrEqualTo(TOTAL * 3 / 4);
    budget.release(Use.UPLOADS, TOTAL / 2);
  }

  @Tag("long")
  @Test
  void noByteIsOverwrittenWhileItIsLookedAt() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    AtomicLong looked = new AtomicLong();
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      Random random = new Random(t);
      all.add(threads.submit(() -> {
        for (int i = 0; i < 4_000; i++) {
          int file = random.nextInt(60);
          int size = 1 << (12 + file % 6);
          long value = file * 1000L;
          Block block = cache.pin(id("f" + file), 0);
          if (block == null) {
            List<Block> fresh = cache.tryAllocate(id("f" + file), 0, size);
            if (fresh == null) {
              continue;
            }
            block = fresh.get(0);
            fill(block, value);
            assertThat(block.pin()).isTrue();
            cache.insert(block, random.nextBoolean() ? Retention.KEEP : Retention.BRIEF);
          }
          assertThat(holds(block, value)).isTrue();
          looked.incrementAndGet();
          if (random.nextInt(50) == 0) {
            // Large ones drive the small ones out.
            List<Block> large = cache.tryAllocate(id("large"), 0, 4L << 20);
            if (large != null) {
              large.forEach(each -> fill(each, -1));
              large.forEach(Block::unpin);
            }
          }
          assertThat(holds(block, value)).isTrue();
          block.unpin();
        }
        return null;
      }));
    }
    for (Future<?> one : all) {
      one.get(50, TimeUnit.SECONDS);
    }
    threads.shutdownNow();
    assertThat(looked.get()).isGreaterThan(1000);
  }
}
