package dev.cove.state.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Numbers changes so that the server knows one it has done when the client, its connection having dropped, sends it again. A
 * lane carries one change at a time and the server keeps the reply to the last: so many lanes, so much is kept.
 */
final class Lanes {
  // As many changes can be under way at once; more wait.
  private static final int MOST = 256;

  /** One lane; used by whoever has taken it. */
  static final class Lane {
    private final byte[] suffix;
    private long last;

    private Lane(String suffix) {
      this.suffix = suffix.getBytes(StandardCharsets.US_ASCII);
    }

    /** The key under which the server keeps the lane of that object. */
    byte[] key(byte[] meta) {
      byte[] key = Arrays.copyOf(meta, meta.length + suffix.length);
      System.arraycopy(suffix, 0, key, meta.length, suffix.length);
      return key;
    }

    /** The next number, above 0. */
    long next() {
      return ++last;
    }
  }

  private final String client;
  private final Semaphore free = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<Lane> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger made = new AtomicInteger();

  /** @param client differs from that of every other client there ever was */
  Lanes(String client) {
    this.client = client;
  }

  Lane take() {
    free.acquireUninterruptibly();
    Lane lane = idle.pollFirst();
    return lane != null ? lane : new Lane(":lane:" + client + ":" + made.getAndIncrement());
  }

  void give(Lane lane) {
    idle.addFirst(lane);
    free.release();
  }
}
