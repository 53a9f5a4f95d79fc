package dev.cove.read;

import static dev.cove.read.PatternStore.mismatch;
import static dev.cove.read.PatternStore.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ObjectReaderTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  private final MemoryBudget budget = new MemoryBudget(64L * MIB);
  private final BlockCache cache = new BlockCache(budget);
  private final PatternStore store = new PatternStore();
  private final ObjectReaders readers =
      new ObjectReaders(store, cache, ReadOptions.DEFAULT, ReadMeter.NONE);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    threads.shutdownNow();
    readers.close();
    cache.close();
    assertThat(budget.peak()).isLessThanOrEqualTo(budget.total());
  }

  private ReadHandle open(String key, long size) {
    store.with(key, size);
    return readers.reader(key, PatternStore.VERSION, size).open();
  }

  private static void check(ReadHandle handle, String key, long offset, int size)
      throws IOException {
    byte[] bytes = read(handle, offset, size);
    long expected = Math.max(0, Math.min(size, handle.reader().size() - offset));
    assertThat(bytes).hasSize((int) expected);
    assertThat(mismatch(key, offset, bytes)).isEqualTo(-1);
  }

  @Test
  void anEmptyFileAnswersWithoutARequest() throws Exception {
    check(open("empty", 0), "empty", 0, 4096);
    assertThat(store.requests()).isEmpty();
  }

  @Test
  void readsEndAtTheEndOfTheFile() throws Exception {
    ReadHandle handle = open("a", 3 * MIB + 5);
    check(handle, "a", 3 * MIB - 7, 4096);
    check(handle, "a", 3 * MIB + 5, 4096);
    check(handle, "a", 9 * MIB, 4096);
    assertThat(store.requests()).containsExactly("a 3014656-3145732");
  }

  @Test
  void aBlockWhoseBeginningManyReadIsNotTakenForWholeBeforeItsEndIsThere() throws Exception {
    ReadHandle[] handles = {
      open("a", 3 * MIB), open("a", 3 * MIB), open("a", 3 * MIB), open("a", 3 * MIB)
    };
    // One permit is 50,000 bytes.
    Semaphore permits = new Semaphore(1);
    store.during = (request, position) -> permits.acquireUninterruptibly();
    FutureTask<Void> whole = waiting(handles[0], 0, 128 * KIB);
    while (store.requests().isEmpty() || permits.availablePermits() > 0) {
      Thread.sleep(1);
    }
    List<FutureTask<Void>> beginnings =
        List.of(waiting(handles[1], 0, 90_000), waiting(handles[2], 0, 90_000));
    permits.release();
    for (FutureTask<Void> beginning : beginnings) {
      beginning.get();
    }
    FutureTask<Void> end = waiting(handles[3], 110_000, 8 * KIB);
    permits.release(1_000);
    end.get();
    whole.get();
  }

  /** Begins to read and check what is not there yet; returns when that waits, or is over. */
  private static FutureTask<Void> waiting(ReadHandle handle, long offset, int size)
      throws InterruptedException {
    FutureTask<Void> check = new FutureTask<>(() -> {
      check(handle, "a", offset, size);
      return null;
    });
    Thread thread = new Thread(check);
    thread.start();
    while (!isWaiting(thread.getState()) && !check.isDone()) {
      Thread.sleep(1);
    }
    return check;
  }

  private static boolean isWaiting(Thread.State state) {
    return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
  }

  @Test
  void aSmallFileIsFetchedWholeInOneRequestAndRereadWithoutOne() throws Exception {
    ReadHandle handle = open("small", 300_000);
    check(handle, "small", 200_000, 4096);
    check(handle, "small", 0, 300_000);
    check(readers.reader("small", PatternStore.VERSION, 300_000).open(), "small", 0, 300_000);
    assertThat(store.requests()).containsExactly("small");
  }

  @Test
  void aRandomReadAsksForItsBlocksOnly() throws Exception {
    ReadHandle handle = open("big", 1 << 30);
    check(handle, "big", 100 * MIB, 128 * KIB);
    check(handle, "big", 7 * MIB, 128 * KIB);
    check(handle, "big", 900 * MIB + 4096, 4096);
    check(handle, "big", 500 * MIB, 128 * KIB);
    check(handle, "big", 30 * MIB, 256 * KIB);
    assertThat(store.requests())
        .containsExactly(
            "big 104857600-104988671",
            "big 7340032-7471103",
            "big 943718400-943849471",
            "big 524288000-524419071",
            "big 31457280-31719423");
  }

  @Test
  void readsAtRandomThatLieCloseTogetherAreSoonServedByRequestsForWhatLiesAround()
      throws Exception {
    int size = 16 * MIB;
    ReadHandle handle = open("dense", size);
    List<Long> places = shuffled(size);
    for (long at : places) {
      check(handle, "dense", at, 128 * KIB);
    }
    assertThat(places).hasSize(128);
    assertThat(store.requests()).hasSizeBetween(30, 100);
    assertThat(store.bytes.get()).isEqualTo(size);
  }

  @Test
  void readsAtRandomOverMoreThanCanBeKeptAskForTheirBlocksOnly() throws Exception {
    ReadHandle handle = open("scattered", 128 * MIB);
    List<Long> places = shuffled(128 * MIB);
    for (long at : places) {
      check(handle, "scattered", at, 128 * KIB);
    }
    // A few of them follow one another by chance, which looks like a stream for a moment.
    assertThat(store.requests()).hasSizeGreaterThan(places.size() * 9 / 10);
  }

  /** The places of a file's blocks, in an order that has no pattern. */
  private static List<Long> shuffled(int size) {
    List<Long> places = new ArrayList<>();
    for (long at = 0; at < size; at += 128 * KIB) {
      places.add(at);
    }
    java.util.Collections.shuffle(places, new Random(3));
    return places;
  }

  @Test
  void aSequentialReadAsksForEveryByteOnceAndGrowsItsRequests() throws Exception {
    int size = 200 * MIB + 12345;
    ReadHandle handle = open("seq", size);
    for (long at = 0; at < size; at += 512 * KIB) {
      check(handle, "seq", at, 512 * KIB);
    }
    assertThat(store.bytes.get()).isEqualTo(size);
    assertThat(store.requests()).hasSizeLessThan(60);
    assertThat(store.mostOpen.get()).isLessThanOrEqualTo(3);
  }

  @Test
  void requestsOfOneStreamThatOvertakeOneAnotherStillAskForEveryByteOnce() throws Exception {
    int size = 96 * MIB;
    ReadHandle handle = open("ra", size);
    check(handle, "ra", 0, 512 * KIB);
    Random random = new Random(7);
    for (long at = 512 * KIB; at < size; ) {
      List<Future<?>> burst = new ArrayList<>();
      List<Long> offsets = new ArrayList<>();
      for (int i = 0; i < 4 && at < size; i++, at += MIB) {
        offsets.add(at);
      }
      java.util.Collections.shuffle(offsets, random);
      for (long offset : offsets) {
        burst.add(threads.submit(() -> {
          check(handle, "ra", offset, MIB);
          return null;
        }));
      }
      for (Future<?> one : burst) {
        one.get();
      }
    }
    assertThat(store.bytes.get()).isEqualTo(size);
    assertThat(store.requests()).hasSizeLessThan(45);
  }

  @Test
  void twoReadersOfOneBlockMakeOneRequest() throws Exception {
    Semaphore gate = store.gate();
    ReadHandle one = open("shared", 1 << 30);
    ReadHandle two = open("shared", 1 << 30);
    List<Future<?>> reads = new ArrayList<>();
    for (ReadHandle handle : List.of(one, two, one, two)) {
      reads.add(threads.submit(() -> {
        check(handle, "shared", 10 * MIB, 128 * KIB);
        return null;
      }));
    }
    Thread.sleep(100);
    gate.release();
    for (Future<?> read : reads) {
      read.get();
    }
    assertThat(store.requests()).containsExactly("shared 10485760-10616831");
  }

  @Test
  void nothingOfAWholeObjectIsShownBeforeItsChecksumHolds() throws Exception {
    AtomicInteger damaged = new AtomicInteger();
    store.during = (request, position) -> {
      if (position >= 250_000 && damaged.getAndIncrement() == 0) {
        throw new StorageException(Kind.CORRUPT, "another checksum");
      }
    };
    check(open("small", 300_000), "small", 0, 4096);
    assertThat(store.requests()).containsExactly("small", "small");
  }

  @Test
  void aBodyThatBreaksOffIsTakenUpWhereItStopped() throws Exception {
    AtomicInteger cuts = new AtomicInteger();
    store.during = (request, position) -> {
      if (position >= 150_000 && cuts.getAndIncrement() == 0) {
        throw new StorageException(Kind.UNAVAILABLE, "cut");
      }
    };
    check(open("cut", 10 * MIB), "cut", 0, 512 * KIB);
    // 131,072 is not among the places: the 50,000 byte pieces before the break all count.
    assertThat(store.requests()).containsExactly("cut 0-524287", "cut 181072-524287");
  }

  @Test
  void aStoreThatDeliversNothingFailsTheReadAfterBoundedTries() throws Exception {
    store.during = (request, position) -> {
      throw new StorageException(Kind.UNAVAILABLE, "cut");
    };
    ReadHandle handle = open("dead", 10 * MIB);
    assertThatThrownBy(() -> read(handle, 0, 4096))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE));
    assertThat(store.requests()).hasSizeLessThanOrEqualTo(9);
    store.during = (request, position) -> {};
    check(handle, "dead", 0, 4096);
  }

  @Test
  void aVersionThatIsGoneIsReportedWithWhetherAByteOfItWasSeen() throws Exception {
    store.with("gone", 10 * MIB);
    ObjectReader reader = readers.reader("gone", new Version("old"), 10 * MIB);
    assertThatThrownBy(() -> read(reader.open(), 0, 4096))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PRECONDITION_FAILED));
    assertThat(reader.delivered()).isFalse();
    assertThat(store.requests()).hasSize(1);
    ReadHandle fresh = open("gone", 10 * MIB);
    check(fresh, "gone", 0, 4096);
    assertThat(fresh.reader().delivered()).isTrue();
  }

  @Test
  void anInterruptedReaderLeavesAndHarmsNobody() throws Exception {
    Semaphore gate = store.gate();
    ReadHandle handle = open("int", 1 << 30);
    Future<?> first = threads.submit(() -> {
      check(handle, "int", 0, 128 * KIB);
      return null;
    });
    Thread.sleep(50);
    Thread[] waiting = new Thread[1];
    Future<Kind> second = threads.submit(() -> {
      waiting[0] = Thread.currentThread();
      try {
        read(handle, 0, 128 * KIB);
        return null;
      } catch (StorageException e) {
        return e.kind();
      }
    });
    Thread.sleep(50);
    waiting[0].interrupt();
    assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo(Kind.INTERRUPTED);
    gate.release();
    first.get(5, TimeUnit.SECONDS);
    assertThat(store.requests()).containsExactly("int 0-131071");
  }

  @Test
  void aReadThatGetsNothingInTimeFails() throws Exception {
    ReadOptions quick = new ReadOptions(MIB, MIB, 2, 4, MIB, Duration.ofMillis(100));
    try (ObjectReaders impatient = new ObjectReaders(store, cache, quick, ReadMeter.NONE)) {
      Semaphore gate = store.gate();
      store.with("slow", 10 * MIB);
      ReadHandle handle =
          impatient.reader("slow", PatternStore.VERSION, 10 * MIB).open();
      Future<?> first = threads.submit(() -> read(handle, 0, 4096));
      Thread.sleep(50);
      assertThatThrownBy(() -> read(handle, 0, 4096))
          .isInstanceOfSatisfying(
              StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
      gate.release();
      first.get(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void closingDropsWhatWasFetchedAhead() throws Exception {
    ReadHandle handle = open("left", 1 << 30);
    for (int i = 0; i < 20; i++) {
      check(handle, "left", (long) i * MIB, MIB);
    }
    handle.close();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (store.open.get() > 0 && System.nanoTime() < until) {
      Thread.sleep(5);
    }
    assertThat(store.open.get()).isZero();
    assertThat(readers.ahead).isEmpty();
    assertThat(budget.used()).isLessThanOrEqualTo(cache.cachedBytes());
  }

  @Test
  void closingTheReadersLeavesNobodyWaiting() throws Exception {
    ReadHandle handle = open("end", 1 << 30);
    for (int i = 0; i < 4; i++) {
      check(handle, "end", (long) i * MIB, MIB);
    }
    List<Future<?>> reads = new ArrayList<>();
    for (int i = 4; i < 40; i++) {
      long offset = (long) i * MIB;
      reads.add(threads.submit(() -> {
        check(handle, "end", offset, MIB);
        return null;
      }));
    }
    readers.close();
    for (Future<?> read : reads) {
      read.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aDamagedFileIsFetchedAnewAndNeverCached() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    store.during = (request, position) -> {
      if (position > 50_000 && tries.getAndIncrement() == 0) {
        throw new StorageException(Kind.CORRUPT, "damaged");
      }
    };
    check(open("bad", 200_000), "bad", 0, 200_000);
    assertThat(store.requests()).containsExactly("bad", "bad");
  }
}
