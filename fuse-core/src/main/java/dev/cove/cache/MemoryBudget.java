package dev.cove.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bytes the process may hold for data: cached blocks, prefetch windows, parts being uploaded,
 * pages of lists. What is reserved never exceeds {@link #total()}.
 *
 * <p><b>Progress.</b> Waiters are served strictly in order, and while one waits {@link #tryReserve}
 * refuses everybody, so a caller that holds nothing gets what it asked for as soon as the others
 * give back enough. That holds as long as nobody keeps a reservation while it waits for another
 * one, or for something only a program can do (its next write): reserve all that a step needs at
 * once, do the step, release.
 *
 * <p>While somebody waits, {@link Reclaimer}s give back what is kept only to be quick.
 */
public final class MemoryBudget {

  /** What memory is held for. */
  public enum Use {
    /** Blocks of objects: cached, being sent, or fetched ahead. */
    BLOCKS,
    /** Parts on their way to the store. */
    UPLOADS,
    /** Pages of lists. */
    LISTINGS
  }

  /** Somebody who holds memory that can be given back at once. */
  @FunctionalInterface
  public interface Reclaimer {
    /**
     * Releases about {@code bytes}, or as much as it can without waiting. Called by any thread that
     * holds no lock of this package's users.
     */
    void reclaim(long bytes);
  }

  /** Below this no reader could hold one request of the kernel beside one part of an upload. */
  public static final long MINIMUM = 16L << 20;

  // How often a waiter asks for memory again that became reclaimable without being released.
  private static final long RECLAIM_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  // Leaf lock: nothing is called while it is held.
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();

  @GuardedBy("lock")
  private final long[] byUse = new long[Use.values().length];

  @GuardedBy("lock")
  private long used;

  @GuardedBy("lock")
  private long peak;

  private volatile long total;
  private volatile boolean wanted;
  private final List<Reclaimer> reclaimers = new CopyOnWriteArrayList<>();

  /**
   * A budget of {@code total} bytes.
   *
   * @throws IllegalArgumentException below {@link #MINIMUM}
   */
  public MemoryBudget(long total) {
    if (total < MINIMUM) {
      throw new IllegalArgumentException(
          "the memory budget is at least " + MINIMUM + " bytes, not " + total);
    }
    this.total = total;
  }

  /** A quarter of the memory this machine or container has, at least {@link #MINIMUM}. */
  public static long defaultBytes() {
    return Math.max(MINIMUM, new SystemMemory().bytes() / 4);
  }

  /** In bytes. */
  public long total() {
    return total;
  }

  /** Bytes held now. */
  public long used() {
    lock.lock();
    try {
      return used;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes that {@link #tryReserve} would grant now. */
  public long room() {
    lock.lock();
    try {
      return waiters.isEmpty() ? Math.max(0, total - used) : 0;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes held now for one use. */
  public long used(Use use) {
    lock.lock();
    try {
      return byUse[use.ordinal()];
    } finally {
      lock.unlock();
    }
  }

  /** The most bytes ever held at once. */
  public long peak() {
    lock.lock();
    try {
      return peak;
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody waits: what is kept only to be quick should be given back. */
  public boolean wanted() {
    return wanted;
  }

  public void addReclaimer(Reclaimer reclaimer) {
    reclaimers.add(reclaimer);
  }

  public void removeReclaimer(Reclaimer reclaimer) {
    reclaimers.remove(reclaimer);
  }

  /** Takes {@code bytes} if they are free and nobody waits; asks nobody to give any back. */
  public boolean tryReserve(Use use, long bytes) {
    lock.lock();
    try {
      if (!waiters.isEmpty() || used + bytes > total) {
        return false;
      }
      take(use, bytes);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes {@code bytes}, waiting in turn. The caller holds no reservation and no lock.
   *
   * @return false when it was not this caller's turn within {@code timeout}; nothing is held then
   * @throws IllegalArgumentException for more than {@link #total()}
   */
  public boolean reserve(Use use, long bytes, Duration timeout) throws InterruptedException {
    if (bytes > total) {
      throw new IllegalArgumentException(
          bytes + " bytes can never be had from a budget of " + total);
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    Waiter waiter;
    lock.lock();
    try {
      if (waiters.isEmpty() && used + bytes <= total) {
        take(use, bytes);
        return true;
      }
      waiter = new Waiter(use, bytes, lock.newCondition());
      waiters.add(waiter);
      wanted = true;
    } finally {
      lock.unlock();
    }
    boolean granted = false;
    try {
      granted = await(waiter, deadline);
      return granted;
    } finally {
      if (!granted) {
        leave(waiter);
      }
    }
  }

  /** Gives back what was reserved. */
  public void release(Use use, long bytes) {
    lock.lock();
    try {
      byUse[use.ordinal()] -= bytes;
      used -= bytes;
      if (byUse[use.ordinal()] < 0) {
        throw new IllegalStateException("more memory given back than taken: " + use);
      }
      grant();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes missing for all who wait now; what {@link Reclaimer}s should give back. */
  public long missing() {
    lock.lock();
    try {
      long sum = used - total;
      for (Waiter waiter : waiters) {
        sum += waiter.bytes;
      }
      return Math.max(0, sum);
    } finally {
      lock.unlock();
    }
  }

  /** The system refused memory: from now on the budget is what was had so far. */
  void lowerTotal(long bytes) {
    lock.lock();
    try {
      total = Math.max(MINIMUM / 2, Math.min(total, bytes));
    } finally {
      lock.unlock();
    }
  }

  private boolean await(Waiter waiter, long deadline) throws InterruptedException {
    while (true) {
      long missing = missing();
      if (missing > 0) {
        for (Reclaimer reclaimer : reclaimers) {
          reclaimer.reclaim(missing);
        }
      }
      lock.lockInterruptibly();
      try {
        if (!waiter.granted) {
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            return false;
          }
          long ignored = waiter.turn.awaitNanos(Math.min(left, RECLAIM_AGAIN_NANOS));
        }
        if (waiter.granted) {
          return true;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void leave(Waiter waiter) {
    lock.lock();
    try {
      if (waiter.granted) {
        byUse[waiter.use.ordinal()] -= waiter.bytes;
        used -= waiter.bytes;
      } else {
        waiters.remove(waiter);
        wanted = !waiters.isEmpty();
      }
      grant();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void grant() {
    Waiter head;
    while ((head = waiters.peek()) != null && used + head.bytes <= total) {
      waiters.remove();
      take(head.use, head.bytes);
      head.granted = true;
      head.turn.signal();
    }
    wanted = !waiters.isEmpty();
  }

  @GuardedBy("lock")
  private void take(Use use, long bytes) {
    byUse[use.ordinal()] += bytes;
    used += bytes;
    peak = Math.max(peak, used);
  }

  private static final class Waiter {
    final Use use;
    final long bytes;
    final Condition turn;
    boolean granted;

    Waiter(Use use, long bytes, Condition turn) {
      this.use = use;
      this.bytes = bytes;
      this.turn = turn;
    }
  }
}
