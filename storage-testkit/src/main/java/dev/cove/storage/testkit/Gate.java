package dev.cove.storage.testkit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds back whoever comes by until it is opened. */
public final class Gate {
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  Gate() {}

  /**
   * Waits until the first one stands at the gate.
   *
   * @throws AssertionError when nobody came for that long
   */
  public void awaitArrival(Duration patience) {
    try {
      if (!arrived.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("nobody came to the gate within " + patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting at the gate", e);
    }
  }

  /** Lets through everyone who waits and everyone who comes later. */
  public void open() {
    opened.countDown();
  }

  void pass() throws InterruptedException {
    arrived.countDown();
    opened.await();
  }
}
