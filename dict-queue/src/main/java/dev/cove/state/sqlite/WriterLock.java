package dev.cove.state.sqlite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread of all processes write at a time, and nobody twice while others wait: SQLite's own lock is polled, so that
 * whoever has just let go wins it again.
 *
 * <p>Two locks on the bytes of one file. Who wants to write takes the gate, waits inside it for the turn, and opens the gate
 * again. Who has just finished finds the next one inside the gate and queues behind it; the kernel wakes those who queue in
 * the order they came. It drops the locks of a process that dies, however it dies.
 *
 * <p>Order: {@code threads}, gate, turn. Nothing else is locked while waiting.
 */
final class WriterLock implements AutoCloseable {
  private static final long GATE = 0;
  private static final long TURN = 1;
  private static final long PRESENT = 2;

  private final Path file;
  private final Duration timeout;
  private final ReentrantLock threads = new ReentrantLock(true);

  @GuardedBy("threads")
  private FileChannel channel;

  @GuardedBy("threads")
  private @Nullable FileLock turn;

  /** Interrupts a thread that has waited in the kernel for too long: there is no lock call with a deadline. */
  private final Watchdog watchdog = new Watchdog();

  WriterLock(Path file, Duration timeout) throws IOException {
    this.file = file;
    this.timeout = timeout;
    this.channel = open();
  }

  private FileChannel open() throws IOException {
    FileChannel opened = OwnerOnly.open(file);
    try {
      // Says that a process has the store open; who moves its files aside asks for this byte alone.
      if (opened.tryLock(PRESENT, 1, true) == null) {
        throw new StateException(
            Reason.BUSY,
            "the store beside " + file + " is being moved aside by another process: try again");
      }
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Takes the turn. Waits through interruption, which the thread finds pending afterwards.
   *
   * @throws StateException {@link Reason#BUSY} when the timeout is over
   */
  void acquire() throws IOException {
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        try {
          if (!threads.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw busy();
          }
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      boolean acquired = false;
      try {
        while (!acquired) {
          try {
            FileLock gate = lock(GATE, deadline);
            turn = lock(TURN, deadline);
            gate.release();
            acquired = true;
          } catch (FileLockInterruptionException | ClosedChannelException e) {
            // The interruption has closed the channel, and so opened the gate if we were inside.
            interrupted |= Thread.interrupted() && !watchdog.fired();
            channel.close();
            channel = open();
            if (System.nanoTime() - deadline >= 0) {
              throw busy();
            }
          }
        }
      } finally {
        if (!acquired) {
          threads.unlock();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @GuardedBy("threads")
  private FileLock lock(long position, long deadline) throws IOException {
    FileLock lock = channel.tryLock(position, 1, false);
    if (lock != null) {
      return lock;
    }
    watchdog.watch(deadline);
    try {
      return channel.lock(position, 1, false);
    } finally {
      watchdog.unwatch();
    }
  }

  private StateException busy() {
    return new StateException(
        Reason.BUSY,
        "another process has kept the store beside " + file + " locked for " + timeout.toSeconds()
            + " s: look for one that is stopped");
  }

  void release() throws IOException {
    try {
      FileLock held = turn;
      turn = null;
      if (held != null) {
        held.release();
      }
    } finally {
      threads.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    watchdog.close();
    threads.lock();
    try {
      channel.close();
    } finally {
      threads.unlock();
    }
  }

  /** Takes the store for this process alone, or returns null if any other has it open. Closing the channel lets go. */
  static @Nullable FileChannel alone(Path file) throws IOException {
    FileChannel opened = OwnerOnly.open(file);
    try {
      if (opened.tryLock(PRESENT, 1, false) != null) {
        return opened;
      }
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
    opened.close();
    return null;
  }

  private static final class Watchdog implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;

    @GuardedBy("this")
    private @Nullable Thread watched;

    @GuardedBy("this")
    private long deadline;

    @GuardedBy("this")
    private boolean fired;

    @GuardedBy("this")
    private @Nullable Thread guard;

    @GuardedBy("this")
    private boolean closed;

    synchronized void watch(long until) {
      watched = Thread.currentThread();
      deadline = until;
      fired = false;
      if (guard == null && !closed) {
        guard = new Thread(this::look, "cove-state-watchdog");
        guard.setDaemon(true);
        guard.start();
      }
    }

    /** The interruption of a wait that ended just in time must not reach the caller. */
    synchronized void unwatch() {
      watched = null;
      if (fired) {
        Thread.interrupted();
      }
    }

    synchronized boolean fired() {
      return fired;
    }

    private synchronized void look() {
      try {
        while (!closed) {
          wait(LOOK_MILLIS);
          if (watched != null && !fired && System.nanoTime() - deadline >= 0) {
            fired = true;
            watched.interrupt();
          }
        }
      } catch (InterruptedException e) {
        closed = true; // nobody interrupts it but a runtime that ends
      }
    }

    @Override
    public synchronized void close() {
      closed = true;
      notifyAll();
    }
  }
}
