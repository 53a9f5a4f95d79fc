package dev.cove.read;

import static dev.cove.read.PatternStore.mismatch;
import static dev.cove.read.PatternStore.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is asked of the store for each way of reading. */
@Timeout(60)
final class PatternsTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final String KEY = "file";

  private final MemoryBudget budget = new MemoryBudget(256L * MIB);
  private final BlockCache cache = new BlockCache(budget);
  private final PatternStore store = new PatternStore().with(KEY, 1L << 30);
  private final ObjectReaders readers =
      new ObjectReaders(store, cache, ReadOptions.DEFAULT, ReadMeter.NONE);
  private final ReadHandle handle =
      readers.reader(KEY, PatternStore.VERSION, 1L << 30).open();

  @AfterEach
  void close() throws Exception {
    handle.close();
    quiet();
    readers.close();
    cache.close();
    assertThat(budget.used()).isZero();
    assertThat(budget.peak()).isLessThanOrEqualTo(budget.total());
  }

  private void reads(long offset, int size) throws Exception {
    byte[] bytes = read(handle, offset, size);
    assertThat(bytes).hasSize(size);
    assertThat(mismatch(KEY, offset, bytes)).isEqualTo(-1);
  }

  /** Reads, and lets all that is asked for because of it come in: a busy machine starts threads late. */
  private void readsInPeace(long offset, int size) throws Exception {
    reads(offset, size);
    while (!readers.pool.isIdle()) {
      Thread.sleep(0, 100_000);
    }
  }

  /** Waits until nothing was being fetched for a while: a busy machine starts threads late. */
  private void quiet() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    int calm = 0;
    while (calm < 100 && System.nanoTime() < until) {
      calm = store.open.get() == 0 ? calm + 1 : 0;
      Thread.sleep(2);
    }
  }

  /** Bytes asked for beyond what was read. */
  private double taxed(long read) {
    return (double) (store.bytes.get() - read) / read;
  }

  @Test
  void randomReadsCostWhatTheyRead() throws Exception {
    List<Long> places = new ArrayList<>();
    for (long i = 0; i < 8192; i += 3) {
      places.add(i * 128 * KIB);
    }
    Collections.shuffle(places, new Random(1));
    for (long place : places.subList(0, 400)) {
      reads(place, 128 * KIB);
    }
    quiet();
    assertThat(store.requests()).hasSizeBetween(390, 400);
    assertThat(taxed(400L * 128 * KIB)).isLessThan(0.05);
  }

  @Test
  void randomRunsOfSomeRequestsAreNotTaxedForLong() throws Exception {
    Random random = new Random(2);
    long total = 0;
    for (int i = 0; i < 60; i++) {
      long at = (long) random.nextInt(1000) * MIB;
      for (int k = 0; k < 4; k++) {
        reads(at + (long) k * 128 * KIB, 128 * KIB);
        total += 128 * KIB;
      }
    }
    quiet();
    assertThat(taxed(total)).isLessThan(0.5);
  }

  @Test
  void twoSequentialReadersOfOneFileEachHaveTheirWindow() throws Exception {
    for (int i = 0; i < 60; i++) {
      readsInPeace((long) i * 512 * KIB, 512 * KIB);
      readsInPeace(512L * MIB + (long) i * 512 * KIB, 512 * KIB);
    }
    // One for each of the 120 reads without windows.
    assertThat(store.requests()).hasSizeLessThan(40);
    store.forget();
    // What is ahead of both is here or on its way.
    reads(30L * MIB, 512 * KIB);
    reads(542L * MIB, 512 * KIB);
    assertThat(store.requests().stream().filter(r -> r.matches("file (31457280|568328192)-.*")))
        .isEmpty();
  }

  @Test
  void aBackwardReaderIsFetchedAheadOf() throws Exception {
    long top = 400L * MIB;
    for (int i = 1; i <= 400; i++) {
      readsInPeace(top - (long) i * 128 * KIB, 128 * KIB);
    }
    quiet();
    // One for each of the 400 reads without it; some two dozen when the machine is idle.
    assertThat(store.requests()).hasSizeLessThan(30);
    assertThat(taxed(50L * MIB)).isLessThan(1.5);
  }

  @Test
  void aStridedReaderIsFetchedAheadOfAndPaysNoGaps() throws Exception {
    for (int i = 0; i < 100; i++) {
      readsInPeace((long) i * 5 * MIB + 4096, 64 * KIB);
    }
    quiet();
    store.forget();
    reads(500L * MIB + 4096, 64 * KIB);
    reads(505L * MIB + 4096, 64 * KIB);
    assertThat(store.requests()).noneMatch(r -> r.startsWith("file 524288000-"));
    assertThat(store.bytes.get()).isLessThan(130L * 128 * KIB);
  }

  @Test
  void aBackwardStrideIsFetchedAheadOf() throws Exception {
    for (int i = 100; i > 40; i--) {
      readsInPeace((long) i * 5 * MIB, 128 * KIB);
    }
    quiet();
    store.forget();
    reads(200L * MIB, 128 * KIB);
    assertThat(store.requests()).noneMatch(r -> r.startsWith("file 209715200-"));
    assertThat(store.bytes.get()).isLessThan(85L * 128 * KIB);
  }

  @Test
  void aSmallGapIsReadThrough() throws Exception {
    for (int i = 0; i < 40; i++) {
      readsInPeace((long) i * 192 * KIB, 128 * KIB);
    }
    // One for each of the 40 reads without it. A reader that never waits keeps a small window: 16.
    assertThat(store.requests()).hasSizeLessThan(17);
  }

  @Test
  void aSeekIntoWhatIsOnItsWayAsksForNothing() throws Exception {
    for (int i = 0; i < 30; i++) {
      reads((long) i * MIB, MIB);
    }
    quiet();
    store.forget();
    reads(30L * MIB + 2 * MIB, 128 * KIB);
    reads(30L * MIB + 100 * KIB, 128 * KIB);
    assertThat(store.requests())
        .as("requests for what was read, not ahead of it")
        .noneMatch(r -> Long.parseLong(r.split("[ -]")[1]) < 30L * MIB + 2 * MIB + 128 * KIB);
  }

  @Test
  void aReaderThatSeeksAwayStopsWhatWasFetchedForIt() throws Exception {
    for (int i = 0; i < 30; i++) {
      reads((long) i * MIB, MIB);
    }
    Semaphore gate = store.gate();
    reads(30L * MIB, 128 * KIB);
    for (int i = 0; i < 14; i++) {
      gate.release();
      // Far apart, each a stream of its own: the first is forgotten.
      long place = 500L * MIB + (long) i * i * 3 * MIB / 2;
      store.during = (request, position) -> {};
      reads(place, 4 * KIB);
    }
    quiet();
    assertThat(store.open.get()).isZero();
    assertThat(readers.ahead).isEmpty();
  }

  @Test
  void theWindowGrowsWithTheDelayOfTheStore() {
    Pace pace = new Pace(ReadOptions.DEFAULT);
    long part = 16L * MIB;
    pace.transferred(part, TimeUnit.MILLISECONDS.toNanos(40));
    pace.firstByte(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(pace.parallel(part)).isEqualTo(2);
    for (int i = 0; i < 100; i++) {
      pace.firstByte(TimeUnit.MILLISECONDS.toNanos(30));
    }
    assertThat(pace.parallel(part)).isEqualTo(4);
    assertThat(pace.parallel(MIB)).isEqualTo(16);
    pace.firstByte(TimeUnit.MILLISECONDS.toNanos(1));
    pace.firstByte(TimeUnit.MILLISECONDS.toNanos(1));
    pace.firstByte(TimeUnit.MILLISECONDS.toNanos(1));
    pace.firstByte(TimeUnit.MILLISECONDS.toNanos(1));
    pace.firstByte(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(pace.parallel(part)).isEqualTo(2);
  }
}
