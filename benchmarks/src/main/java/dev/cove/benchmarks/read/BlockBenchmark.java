package dev.cove.benchmarks.read;

import dev.cove.cache.Block;
import dev.cove.cache.BlockCache;
import dev.cove.cache.BlockCache.Retention;
import dev.cove.cache.MemoryBudget;
import dev.cove.cache.ObjectId;
import dev.cove.storage.Version;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** Blocks of the memory cache: one that is there, and one that comes and goes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Threads(2)
public class BlockBenchmark {
  private static final int BLOCKS = 256;
  private static final long BLOCK = BlockCache.BLOCK_SIZE;

  private final ObjectId object = new ObjectId("key", new Version("1"));
  private final BlockCache cache = new BlockCache(new MemoryBudget(4 * BLOCKS * BLOCK));

  @Setup
  public void fill() {
    List<Block> blocks = Objects.requireNonNull(cache.tryAllocate(object, 0, BLOCKS * BLOCK));
    blocks.forEach(block -> cache.insert(block, Retention.KEEP));
  }

  @TearDown
  public void close() {
    cache.close();
  }

  /** What a read costs that finds its block. */
  @Benchmark
  public int lookUp() {
    Block block = Objects.requireNonNull(cache.pin(object, BLOCKS / 2));
    int length = block.length();
    block.unpin();
    return length;
  }

  /** What a block costs besides its bytes. */
  @Benchmark
  public int takeAndGiveBack() {
    List<Block> blocks = Objects.requireNonNull(cache.tryAllocate(object, BLOCKS, BLOCK));
    Block block = blocks.get(0);
    int length = block.length();
    block.unpin();
    return length;
  }
}
