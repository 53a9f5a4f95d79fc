package dev.cove.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cache.MemoryBudget.Use;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MemoryBudgetTest {
  private static final long MIB = 1 << 20;
  private static final Duration LONG = Duration.ofSeconds(30);

  private final MemoryBudget budget = new MemoryBudget(64 * MIB);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void grantsNoMoreThanTheTotal() {
    assertThat(budget.tryReserve(Use.BLOCKS, 60 * MIB)).isTrue();
    assertThat(budget.tryReserve(Use.UPLOADS, 5 * MIB)).isFalse();
    assertThat(budget.tryReserve(Use.UPLOADS, 4 * MIB)).isTrue();
    assertThat(budget.used()).isEqualTo(64 * MIB);
    assertThat(budget.used(Use.BLOCKS)).isEqualTo(60 * MIB);
    budget.release(Use.BLOCKS, 60 * MIB);
    assertThat(budget.room()).isEqualTo(60 * MIB);
    assertThat(budget.peak()).isEqualTo(64 * MIB);
  }

  @Test
  void refusesWhatCanNeverBeHad() {
    assertThatThrownBy(() -> budget.reserve(Use.UPLOADS, 65 * MIB, LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("68157440");
    assertThatThrownBy(() -> new MemoryBudget(1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLargeRequestIsNotOvertakenBySmallOnes() throws Exception {
    assertThat(budget.tryReserve(Use.BLOCKS, 60 * MIB)).isTrue();
    Future<Boolean> large = threads.submit(() -> budget.reserve(Use.UPLOADS, 40 * MIB, LONG));
    while (!budget.wanted()) {
      Thread.sleep(1);
    }
    assertThat(budget.tryReserve(Use.BLOCKS, MIB)).isFalse();
    Future<Boolean> small = threads.submit(() -> budget.reserve(Use.BLOCKS, MIB, LONG));
    Thread.sleep(50);
    assertThat(small.isDone()).isFalse();
    budget.release(Use.BLOCKS, 60 * MIB);
    assertThat(large.get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(small.get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(budget.wanted()).isFalse();
  }

  @Test
  void aWaiterWhoseTimeIsUpHoldsNothingAndBlocksNobody() throws Exception {
    assertThat(budget.tryReserve(Use.BLOCKS, 60 * MIB)).isTrue();
    assertThat(budget.reserve(Use.UPLOADS, 40 * MIB, Duration.ofMillis(30))).isFalse();
    assertThat(budget.tryReserve(Use.UPLOADS, 4 * MIB)).isTrue();
  }

  @Test
  void anInterruptedWaiterHoldsNothing() throws Exception {
    assertThat(budget.tryReserve(Use.BLOCKS, 60 * MIB)).isTrue();
    Thread waiter = new Thread(() -> {
      try {
        budget.reserve(Use.UPLOADS, 40 * MIB, LONG);
      } catch (InterruptedException expected) {
        Thread.currentThread().interrupt();
      }
    });
    waiter.start();
    while (!budget.wanted()) {
      Thread.sleep(1);
    }
    waiter.interrupt();
    waiter.join();
    assertThat(budget.used()).isEqualTo(60 * MIB);
    assertThat(budget.wanted()).isFalse();
  }

  @Test
  void whatIsKeptOnlyToBeQuickIsGivenBackToAWaiter() throws Exception {
    AtomicLong kept = new AtomicLong(60 * MIB);
    assertThat(budget.tryReserve(Use.BLOCKS, kept.get())).isTrue();
    budget.addReclaimer(bytes -> {
      long part = Math.min(kept.get(), bytes);
      kept.addAndGet(-part);
      budget.release(Use.BLOCKS, part);
    });
    assertThat(budget.reserve(Use.UPLOADS, 10 * MIB, LONG)).isTrue();
    assertThat(kept.get()).isEqualTo(54 * MIB);
  }

  @Test
  void twoHundredWritersAndSixtyFourReadersAllGetTheirShare() throws Exception {
    AtomicLong held = new AtomicLong();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 264; i++) {
      Use use = i < 200 ? Use.UPLOADS : Use.BLOCKS;
      long bytes = i < 200 ? 5 * MIB : 9 << 17;
      Random random = new Random(i);
      all.add(threads.submit(() -> {
        for (int round = 0; round < 10; round++) {
          assertThat(budget.reserve(use, bytes, LONG)).isTrue();
          assertThat(held.addAndGet(bytes)).isLessThanOrEqualTo(64 * MIB);
          if (random.nextInt(20) == 0) {
            Thread.sleep(1);
          }
          held.addAndGet(-bytes);
          budget.release(use, bytes);
        }
        return null;
      }));
    }
    for (Future<?> one : all) {
      one.get(50, TimeUnit.SECONDS);
    }
    assertThat(budget.used()).isZero();
    assertThat(budget.peak()).isLessThanOrEqualTo(64 * MIB);
  }
}
