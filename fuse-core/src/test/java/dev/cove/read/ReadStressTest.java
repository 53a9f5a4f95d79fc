package dev.cove.read;

import static dev.cove.read.PatternStore.mismatch;
import static dev.cove.read.PatternStore.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import dev.cove.cache.MemoryBudget.Use;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many readers, little memory, a store that breaks off: every byte is the right one. */
@Timeout(120)
final class ReadStressTest {
  private static final int MIB = 1 << 20;
  private static final long[] SIZES = {
    1, 4096, 16_384, 100_000, 131_072, 131_073, 700_000, MIB, 3 * MIB + 17, 9 * MIB, 40 * MIB + 1
  };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomOperationsReadWhatIsThereWhateverTheStoreDoes(long seed) throws Exception {
    MemoryBudget budget = new MemoryBudget(16L * MIB);
    PatternStore store = new PatternStore();
    store.during = (request, position) -> {
      if (ThreadLocalRandom.current().nextInt(400) == 0) {
        throw new StorageException(Kind.UNAVAILABLE, "cut");
      }
    };
    try (BlockCache cache = new BlockCache(budget)) {
      try (ObjectReaders readers =
          new ObjectReaders(store, cache, ReadOptions.DEFAULT, ReadMeter.NONE)) {
        for (int i = 0; i < SIZES.length; i++) {
          store.with("f" + i, SIZES[i]);
        }
        inParallel(12, number -> operate(readers, new Random(seed * 100 + number)));
        assertThat(readers.ahead).isEmpty();
      }
    }
    assertThat(budget.peak()).isLessThanOrEqualTo(budget.total());
    assertThat(budget.used()).isZero();
  }

  private static void operate(ObjectReaders readers, Random random) throws Exception {
    for (int round = 0; round < 12; round++) {
      int file = random.nextInt(SIZES.length);
      String key = "f" + file;
      long size = SIZES[file];
      try (ReadHandle handle = readers.reader(key, PatternStore.VERSION, size).open()) {
        long at = (long) (random.nextDouble() * size);
        int step = 1 << (9 + random.nextInt(12));
        int kind = random.nextInt(4);
        for (int i = 0; i < 30; i++) {
          int count = kind == 3 ? 1 + random.nextInt(MIB) : step;
          check(handle, key, size, at, count);
          at = switch (kind) {
            case 0 -> at + count;
            case 1 -> Math.max(0, at - count);
            case 2 -> (long) (random.nextDouble() * size);
            default -> (at + 3L * step) % (size + 1);
          };
        }
      }
    }
  }

  private static void check(ReadHandle handle, String key, long size, long at, int count)
      throws Exception {
    byte[] bytes = read(handle, at, count);
    assertThat(bytes).hasSize((int) Math.max(0, Math.min(count, size - at)));
    assertThat(mismatch(key, at, bytes)).isEqualTo(-1);
  }

  @Test
  void sixtyFourSequentialReadersAndGreedyWritersAllMoveOnInLittleMemory() throws Exception {
    MemoryBudget budget = new MemoryBudget(64L * MIB);
    PatternStore store = new PatternStore();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService writers = Executors.newCachedThreadPool();
    try (BlockCache cache = new BlockCache(budget);
        ObjectReaders readers =
            new ObjectReaders(store, cache, ReadOptions.DEFAULT, ReadMeter.NONE)) {
      List<Future<Integer>> parts = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        parts.add(writers.submit(() -> {
          int sent = 0;
          while (!over.get()) {
            if (budget.reserve(Use.UPLOADS, 5L * MIB, Duration.ofSeconds(60))) {
              Thread.sleep(1);
              budget.release(Use.UPLOADS, 5L * MIB);
              sent++;
            }
          }
          return sent;
        }));
      }
      inParallel(64, number -> {
        String key = "r" + number;
        store.with(key, 4L * MIB);
        try (ReadHandle handle =
            readers.reader(key, PatternStore.VERSION, 4L * MIB).open()) {
          for (int i = 0; i < 4; i++) {
            check(handle, key, 4L * MIB, (long) i * MIB, MIB);
          }
        }
      });
      over.set(true);
      int least = Integer.MAX_VALUE;
      for (Future<Integer> part : parts) {
        least = Math.min(least, part.get(60, TimeUnit.SECONDS));
      }
      assertThat(least).isPositive();
    } finally {
      writers.shutdownNow();
    }
    assertThat(budget.peak()).isLessThanOrEqualTo(64L * MIB);
    assertThat(budget.used()).isZero();
  }

  @Test
  void windowsOfIdleReadersGiveWayToThoseWhoRead() throws Exception {
    MemoryBudget budget = new MemoryBudget(32L * MIB);
    PatternStore store = new PatternStore().with("idle", 200L * MIB).with("busy", 200L * MIB);
    try (BlockCache cache = new BlockCache(budget);
        ObjectReaders readers =
            new ObjectReaders(store, cache, ReadOptions.DEFAULT, ReadMeter.NONE);
        ReadHandle idle =
            readers.reader("idle", PatternStore.VERSION, 200L * MIB).open();
        ReadHandle busy =
            readers.reader("busy", PatternStore.VERSION, 200L * MIB).open()) {
      for (int i = 0; i < 20; i++) {
        check(idle, "idle", 200L * MIB, (long) i * MIB, MIB);
      }
      assertThat(budget.reserve(Use.UPLOADS, 31L * MIB, Duration.ofSeconds(10))).isTrue();
      assertThat(readers.ahead).isEmpty();
      budget.release(Use.UPLOADS, 31L * MIB);
      for (int i = 0; i < 20; i++) {
        check(busy, "busy", 200L * MIB, (long) i * MIB, MIB);
        check(idle, "idle", 200L * MIB, (long) (20 + i) * MIB, MIB);
      }
    }
  }

  private interface Task {
    void run(int number) throws Exception;
  }

  private static void inParallel(int count, Task task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(threads.submit(() -> {
          task.run(number);
          return null;
        }));
      }
      for (Future<?> one : all) {
        one.get(100, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
