package dev.cove.state;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/**
 * A first-in-first-out queue that many processes share and that outlives them.
 *
 * <p>Every method is one atomic step and linearizable; the waiting ones wait, then take one such step. {@link #get},
 * {@link #poll} and {@link #getMany} remove what they return and so deliver at most once: a process that dies with the item
 * has lost it. {@link #lease} delivers at least once. {@link Bytes#NULL} is an item like any other.
 *
 * <p>A queue has partitions, each a queue of its own that comes with its first item and goes with its last; a handle speaks
 * of one of them, at first the main one. A queue found by {@link IfMissing} as in {@link Dict}. A capacity, if the queue was
 * created with one, bounds the items of each partition, those on lease included.
 *
 * <p>Items hold up to {@link Limits#maxItemBytes}. What breaks a limit is an {@link IllegalArgumentException} before anything
 * is sent; what the store refuses is a {@link StateException}. Waiting ends with {@link InterruptedException} when the thread
 * is interrupted, and then nothing has been put or taken. Safe for use by several threads.
 */
public interface NamedQueue {
  /** The queue of that name in the {@linkplain StateStore#standard() standard store}; looked up at first use, not here. */
  static NamedQueue fromName(String name, IfMissing ifMissing) {
    return StateStore.standard().queue(name, ifMissing);
  }

  /** As {@link #fromName(String, IfMissing)} with {@link IfMissing#FAIL}. */
  static NamedQueue fromName(String name) {
    return fromName(name, IfMissing.FAIL);
  }

  /** The queues of the standard store. */
  static StateObjects objects() {
    return StateStore.standard().queues();
  }

  String name();

  /**
   * The partition of that key, which need not have items yet.
   *
   * @param key 1 to 64 bytes
   */
  NamedQueue partition(Bytes key);

  /** The partition whose key is the UTF-8 of {@code key}. */
  default NamedQueue partition(String key) {
    return partition(Bytes.utf8(key));
  }

  /**
   * The same partition through a handle whose every put makes the partition, with all its items, expire {@code ttl} after
   * that put unless another put follows. A put through a handle without a time to live leaves the partition's as it is.
   */
  NamedQueue expiring(Duration ttl);

  /** Adds an item, waiting while the partition is full. */
  void put(Bytes item) throws InterruptedException;

  /** As {@link #put(Bytes)}, but waits no longer than {@code timeout}, and then has added nothing. */
  void put(Bytes item, Duration timeout) throws InterruptedException, TimeoutException;

  /** Adds an item unless the partition is full; false if it is. */
  boolean offer(Bytes item);

  /**
   * Adds all of them in one step, next to one another and in order, waiting until there is room for all.
   *
   * @throws IllegalArgumentException past 100,000 items, 100 MiB together, or the capacity
   */
  void putMany(List<Bytes> items) throws InterruptedException;

  /** As {@link #putMany(List)}, but waits no longer than {@code timeout}, and then has added nothing. */
  void putMany(List<Bytes> items, Duration timeout) throws InterruptedException, TimeoutException;

  /** As {@link #putMany(List)}, but adds nothing and returns false if there is no room for all. */
  boolean offerMany(List<Bytes> items);

  /** Takes the oldest item, waiting for one. */
  Bytes get() throws InterruptedException;

  /** Takes the oldest item, waiting for one no longer than {@code timeout}. */
  Bytes get(Duration timeout) throws InterruptedException, TimeoutException;

  /** Takes the oldest item, or nothing. */
  Optional<Bytes> poll();

  /**
   * Takes the oldest items in one step, waiting until there is one: as many as there are, up to {@code max}, and no more than
   * the first that bring the total to 64 MiB.
   */
  List<Bytes> getMany(int max) throws InterruptedException;

  /** As {@link #getMany(int)}, waiting no longer than {@code timeout} for the first. */
  List<Bytes> getMany(int max, Duration timeout) throws InterruptedException, TimeoutException;

  /** As {@link #getMany(int)} without waiting: empty if there are none. */
  List<Bytes> pollMany(int max);

  /** Takes the oldest item on a lease of that length, or nothing. */
  Optional<Lease> lease(Duration lease);

  /** Takes the oldest item on a lease of that length, waiting for one no longer than {@code timeout}. */
  Lease lease(Duration lease, Duration timeout) throws InterruptedException, TimeoutException;

  /** The oldest item, which stays. */
  Optional<Bytes> peek();

  /** The oldest items, which stay; bounded as {@link #getMany(int)} is. */
  List<Bytes> peekMany(int max);

  /** The number of items that wait in this partition; those on lease do not count. */
  long size();

  /** The number of items that wait in all partitions together. */
  long totalSize();

  /** The keys of the partitions that hold items (on lease or not), in byte order; the main one has none and is left out. */
  List<Bytes> partitions();

  /** Removes every item of this partition in one step, whose cost does not grow with their number. Leases are void. */
  void clear();

  /** As {@link #clear()}, of all partitions in one step. */
  void clearAll();
}
