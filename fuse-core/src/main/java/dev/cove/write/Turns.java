package dev.cove.write;

import dev.cove.write.WriteException.Kind;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whose turn it is with a staged file: its writers', a publish's that they wait for, or nobody's once
 * it is closed. Guarded by the file's lock, which is held by whoever calls.
 */
final class Turns {
  // Signalled when a part arrives, a publish ends or writers may go on.
  private final Condition changed;

  private boolean publishing;
  private boolean frozen;
  private boolean closed;

  Turns(ReentrantLock lock) {
    this.changed = lock.newCondition();
  }

  boolean isPublishing() {
    return publishing;
  }

  boolean isFrozen() {
    return frozen;
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends all waiting. */
  void close() {
    closed = true;
    changed.signalAll();
  }

  void requireOpen() throws WriteException {
    if (closed) {
      throw new WriteException(Kind.CLOSED, "the staged file is closed");
    }
  }

  /** Waits for the publish before, of which there is one at a time. */
  void beginPublish() throws WriteException {
    requireOpen();
    while (publishing) {
      awaitChange();
      requireOpen();
    }
    publishing = true;
  }

  void endPublish() {
    publishing = false;
    thaw();
  }

  /** From now to the end of the publish, writers wait. */
  void freeze() {
    frozen = true;
  }

  void thaw() {
    frozen = false;
    changed.signalAll();
  }

  /** Waits until writers may go on. */
  void awaitThaw() throws WriteException {
    requireOpen();
    while (frozen) {
      awaitChange();
      requireOpen();
    }
  }

  void signal() {
    changed.signalAll();
  }

  /** Waits until something changes; holds the lock before and after. */
  void awaitChange() throws WriteException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WriteException(Kind.INTERRUPTED, "interrupted while waiting for the store", e);
    }
  }

  /** As {@link #awaitChange}, for what must be brought to its end. */
  void awaitChangeWhatever() {
    changed.awaitUninterruptibly();
  }
}
