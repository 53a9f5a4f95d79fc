package dev.cove.storage.testkit;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Holds back whoever comes by until it is opened. */
public final class Gate {
  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();

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
    opened.complete(true);
  }

  /** Comes to the gate and waits there. */
  public void pass() throws InterruptedException {
    arrived.countDown();
    try {
      opened.get();
    } catch (ExecutionException e) {
      throw new AssertionError("a gate only ever opens", e);
    }
  }

  /** Comes to the gate; the action runs when it is open, on the thread that opens it. */
  public void pass(Runnable action) {
    arrived.countDown();
    opened.thenRun(action).exceptionally(failure -> {
      throw new AssertionError("what waited at the gate failed", failure);
    });
  }
}
