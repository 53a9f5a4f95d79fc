package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** The bytes a spool may use, handed out in turn. */
final class Space {
  // How many bytes are handed out between two looks at the disk.
  private static final long LOOK_EVERY = 4L << 20;
  // How often the first in the queue asks again for what can be given up.
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final long limit;
  private final long floor;
  private final LongSupplier usable;

  // Leaf lock: nothing is called while it is held but the look at the disk.
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final ArrayDeque<Waiter> queue = new ArrayDeque<>();

  @GuardedBy("lock")
  private long used;

  @GuardedBy("lock")
  private long untilLook;

  @GuardedBy("lock")
  private boolean tight;

  /** Makes room. */
  @FunctionalInterface
  interface Relief {
    /**
     * Gives up what can be given up at once; called without a lock of this class.
     *
     * @return whether more may become free by itself, so that waiting makes sense
     */
    boolean relieve(long bytes);
  }

  private static final class Waiter {
    final Condition turn;

    Waiter(Condition turn) {
      this.turn = turn;
    }
  }

  Space(long limit, long floor, LongSupplier usable) {
    this.limit = limit;
    this.floor = floor;
    this.usable = usable;
  }

  long used() {
    lock.lock();
    try {
      return used;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the bytes if they are free and nobody waits. */
  boolean tryTake(long bytes) {
    if (bytes == 0) {
      return true;
    }
    lock.lock();
    try {
      return queue.isEmpty() && fits(bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Takes bytes that a step needs which itself makes room; the caller bounds how many there are. */
  void takeAnyway(long bytes) {
    lock.lock();
    try {
      used += bytes;
    } finally {
      lock.unlock();
    }
  }

  void give(long bytes) {
    if (bytes == 0) {
      return;
    }
    lock.lock();
    try {
      used -= bytes;
      if (used < 0) {
        throw new IllegalStateException("more spool space given back than taken");
      }
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  /** Something changed that may let the first one in the queue go on. */
  void stir() {
    lock.lock();
    try {
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the bytes, waiting in turn.
   *
   * @throws WriteException {@code NO_SPACE} when they are not to be had in time or at all
   */
  void take(long bytes, Duration patience, Relief relief) throws WriteException {
    long deadline = System.nanoTime() + patience.toNanos();
    Waiter waiter;
    lock.lock();
    try {
      waiter = new Waiter(lock.newCondition());
      queue.add(waiter);
    } finally {
      lock.unlock();
    }
    try {
      while (!tryInTurn(waiter, bytes)) {
        boolean hope = relief.relieve(bytes);
        if (tryInTurn(waiter, bytes)) {
          return;
        }
        long left = deadline - System.nanoTime();
        if (bytes > limit || left <= 0 || (!hope && isFirst(waiter))) {
          throw full();
        }
        await(waiter, Math.min(left, RETRY_NANOS));
      }
    } finally {
      leave(waiter);
    }
  }

  private boolean tryInTurn(Waiter waiter, long bytes) {
    lock.lock();
    try {
      // While somebody waits each try looks at the disk: others may have made room on it.
      untilLook = 0;
      return queue.peek() == waiter && fits(bytes);
    } finally {
      lock.unlock();
    }
  }

  private boolean isFirst(Waiter waiter) {
    lock.lock();
    try {
      return queue.peek() == waiter;
    } finally {
      lock.unlock();
    }
  }

  private void await(Waiter waiter, long nanos) throws WriteException {
    lock.lock();
    try {
      long ignored = waiter.turn.awaitNanos(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WriteException(
          WriteException.Kind.INTERRUPTED, "interrupted while waiting for room in the spool", e);
    } finally {
      lock.unlock();
    }
  }

  private void leave(Waiter waiter) {
    lock.lock();
    try {
      queue.remove(waiter);
      wakeFirst();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void wakeFirst() {
    Waiter first = queue.peek();
    if (first != null) {
      first.turn.signal();
    }
  }

  @GuardedBy("lock")
  private boolean fits(long bytes) {
    if (used > limit - bytes) {
      return false;
    }
    untilLook -= bytes;
    if (untilLook <= 0) {
      tight = floor > 0 && usable.getAsLong() - bytes < floor;
      untilLook = LOOK_EVERY;
    }
    if (tight) {
      return false;
    }
    used += bytes;
    return true;
  }

  private WriteException full() {
    lock.lock();
    try {
      return new WriteException(
          WriteException.Kind.NO_SPACE,
          tight
              ? "the disk of the spool is full: less than " + floor + " bytes would stay free"
              : "the spool is full: " + used + " of " + limit
                  + " bytes hold what is not stored yet;" + " raise --spool-size");
    } finally {
      lock.unlock();
    }
  }
}
