package dev.cove.fuse;

import dev.cove.fuse.RequestDispatcher.FuseMetrics;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks after requests that take long: logs them, and gives up those of programs being killed. */
final class Watchdog implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  /** How long a killed program lingers at most because of a request that can be given up. */
  private static final long TICK_MILLIS = 250;

  /** Slow requests logged one by one within one tick. */
  private static final int LINES = 4;

  private static final int STACK_DEPTH = 30;

  private final String name;
  private final FuseDevice device;
  private final Interrupts interrupts;
  private final FuseMetrics metrics;
  private final long slowNanos;

  Watchdog(
      String name,
      FuseDevice device,
      Interrupts interrupts,
      FuseMetrics metrics,
      Duration slowAfter) {
    this.name = name;
    this.device = device;
    this.interrupts = interrupts;
    this.metrics = metrics;
    this.slowNanos = slowAfter.toNanos();
  }

  @Override
  public void run() {
    NativeBuffer buffer = new NativeBuffer(NativeBuffer.PAGE);
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(TICK_MILLIS);
        try {
          interrupts.abandonKilled(device, buffer);
          reportSlow();
        } catch (RuntimeException | Error e) {
          // Out of memory, for one: killed programs wait for this thread even so.
          metrics.failures.increment();
        }
      }
    } catch (InterruptedException e) {
      log.trace("{} is gone", name);
    } finally {
      buffer.free();
    }
  }

  private void reportSlow() {
    long now = System.nanoTime();
    int lines = 0;
    for (InFlight worker : interrupts.workers()) {
      long unique = worker.serving();
      if (unique == 0
          || worker.reported == unique
          || now - worker.sinceNanos() < slowNanos
          || worker.serving() != unique) {
        continue;
      }
      worker.reported = unique;
      metrics.slowRequests.increment();
      if (++lines <= LINES) {
        log.warn(
            "{} of inode {} in {} has taken {} s so far{}",
            FuseProtocol.opcodeName(worker.opcode()),
            worker.node(),
            name,
            Duration.ofNanos(now - worker.sinceNanos()).toSeconds(),
            stackOf(worker.thread()));
      }
    }
    if (lines > LINES) {
      log.warn("and {} more slow requests in {}", lines - LINES, name);
    }
  }

  private static String stackOf(@Nullable Thread thread) {
    StringBuilder text = new StringBuilder();
    if (thread != null) {
      StackTraceElement[] frames = thread.getStackTrace();
      for (int i = 0; i < Math.min(STACK_DEPTH, frames.length); i++) {
        text.append("\n    at ").append(frames[i]);
      }
    }
    return text.toString();
  }
}
