package dev.cove.fuse;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;

/**
 * Starts workers for those that are held up. A few workers serve quick requests best: more only get
 * in each other's way. But one that waits for the network is as good as gone, so for each request
 * under way for longer than a millisecond there is one worker more.
 */
final class WorkerGrowth implements Runnable {
  /** Enough for quick requests to keep every core busy. */
  static final int BASE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  private static final long HELD_UP_NANOS = 1_000_000;

  private final Interrupts interrupts;
  private final IntSupplier idle;
  private final IntConsumer ensureWorkers;
  private final AtomicBoolean wanted = new AtomicBoolean();
  private volatile Thread thread = Thread.currentThread();

  /**
   * @param idle how many workers wait for a request
   * @param ensureWorkers starts workers until there are so many, or as many as there may be
   */
  WorkerGrowth(Interrupts interrupts, IntSupplier idle, IntConsumer ensureWorkers) {
    this.interrupts = interrupts;
    this.idle = idle;
    this.ensureWorkers = ensureWorkers;
  }

  /** The last idle worker took a request. Costs next to nothing when that happens all the time. */
  void noneIdle() {
    if (!wanted.get() && wanted.compareAndSet(false, true)) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    while (!thread.isInterrupted()) {
      if (!wanted.get()) {
        LockSupport.park(this);
        continue;
      }
      LockSupport.parkNanos(this, HELD_UP_NANOS);
      int heldUp = heldUp();
      if (heldUp > 0) {
        ensureWorkers.accept(BASE + heldUp);
      }
      wanted.set(false);
      if (idle.getAsInt() == 0) {
        wanted.set(true);
      }
    }
  }

  private int heldUp() {
    long now = System.nanoTime();
    int count = 0;
    for (InFlight worker : interrupts.workers()) {
      if (worker.serving() != 0 && now - worker.sinceNanos() > HELD_UP_NANOS) {
        count++;
      }
    }
    return count;
  }
}
