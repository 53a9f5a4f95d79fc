package dev.cove.state;

import java.util.List;
import java.util.Optional;

/** One queue as a backend keeps it. The main partition's key is empty; times are milliseconds. */
public interface QueueBackend {
  /** An offer that leaves the partition's expiry as it is. */
  long KEEP = 0;

  /** No lease ends by itself before somebody rings. */
  long NOTHING_TO_WAIT_FOR = Long.MAX_VALUE;

  /** What was taken, or nothing and the time until a lease ends and its item is back. */
  record Taken(List<Bytes> items, long retryMillis) {}

  /** An item on lease; the ticket names this lease and no other. */
  record Ticket(Bytes item, int delivery, Bytes ticket) {}

  /** The lease, or nothing and the time until another one ends. */
  record Leased(Optional<Ticket> ticket, long retryMillis) {}

  /** Adds all or none; false if there is no room. */
  boolean offer(Bytes partition, List<Bytes> items, long ttlMillis);

  /** As many as there are up to {@code max}, stopping with the item that brings the total to {@code maxBytes}. */
  Taken take(Bytes partition, int max, long maxBytes);

  Leased lease(Bytes partition, long leaseMillis);

  boolean acknowledge(Bytes partition, Bytes ticket);

  boolean extend(Bytes partition, Bytes ticket, long leaseMillis);

  boolean giveBack(Bytes partition, Bytes ticket);

  List<Bytes> peek(Bytes partition, int max, long maxBytes);

  long size(Bytes partition);

  long totalSize();

  List<Bytes> partitions();

  void clear(Bytes partition);

  void clearAll();

  /** 0 for no bound. */
  int capacity();

  /** Begins to listen for puts to the partition and for room in it. */
  Bell listen(Bytes partition);

  /** Wakes who waits. It may ring without need and, rarely, not ring: look again from time to time. */
  interface Bell extends AutoCloseable {
    /** How often it has rung. */
    long strokes();

    /**
     * Returns when it has rung more than {@code seen} times, or the time is over.
     *
     * @throws StateException {@link StateException.Reason#CLOSED} when the store is closed
     */
    void await(long seen, long nanos) throws InterruptedException;

    @Override
    void close();
  }
}
