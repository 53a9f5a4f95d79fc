package dev.cove.state;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A map from keys to values that many processes share and that outlives them.
 *
 * <p>Every method is one atomic step, {@link #putAll} included, and linearizable: once a write has returned, every read
 * that begins later, in any process, sees it. Only iteration is not one step. A dict is found by its name at each use:
 * after a delete, a handle fails or creates the dict anew, as {@link IfMissing} told it to.
 *
 * <p>A time to live counts from the write that carries it; a write without one makes the entry stay until it is removed.
 * An expired entry is as if it had been removed: no method shows, counts or compares it. Times to live are kept in whole
 * milliseconds, rounded up.
 *
 * <p>Keys hold 0 to 64 KiB and are never null; values up to {@link Limits#maxValueBytes}, or {@link Bytes#NULL}. What breaks
 * a limit is an {@link IllegalArgumentException} before anything is sent; what the store refuses is a {@link StateException}.
 * Safe for use by several threads.
 */
public interface Dict {
  /** A key and its value as an iteration found them. */
  record Entry(Bytes key, Bytes value) {}

  /** The dict of that name in the {@linkplain StateStore#standard() standard store}; looked up at first use, not here. */
  static Dict fromName(String name, IfMissing ifMissing) {
    return StateStore.standard().dict(name, ifMissing);
  }

  /** As {@link #fromName(String, IfMissing)} with {@link IfMissing#FAIL}. */
  static Dict fromName(String name) {
    return fromName(name, IfMissing.FAIL);
  }

  /** The dicts of the standard store. */
  static StateObjects objects() {
    return StateStore.standard().dicts();
  }

  String name();

  /** The value, or empty if there is none. */
  Optional<Bytes> get(Bytes key);

  /** The value, or {@code fallback} if there is none. Stores nothing. */
  default Bytes get(Bytes key, Bytes fallback) {
    return get(key).orElse(fallback);
  }

  /** Stores the value, replacing any other, until it is removed. */
  void put(Bytes key, Bytes value);

  /**
   * Stores the value, replacing any other, for {@code ttl}.
   *
   * @throws IllegalArgumentException unless {@code ttl} is positive
   */
  void put(Bytes key, Bytes value, Duration ttl);

  /** Stores the value if the key has none; false if it has one, which stays with its own time to live. */
  boolean putIfAbsent(Bytes key, Bytes value);

  /** As {@link #putIfAbsent(Bytes, Bytes)}, for {@code ttl}. */
  boolean putIfAbsent(Bytes key, Bytes value, Duration ttl);

  /** Stores the value if the key has one; false if it has none. */
  boolean replace(Bytes key, Bytes value);

  /** As {@link #replace(Bytes, Bytes)}, for {@code ttl}. */
  boolean replace(Bytes key, Bytes value, Duration ttl);

  /** Stores the value if the key has exactly the bytes of {@code expected}; false if it has others or none. */
  boolean compareAndSet(Bytes key, Bytes expected, Bytes value);

  /** As {@link #compareAndSet(Bytes, Bytes, Bytes)}, for {@code ttl}. */
  boolean compareAndSet(Bytes key, Bytes expected, Bytes value, Duration ttl);

  /**
   * Adds {@code delta} to the number at the key and returns the sum; a key without a value counts as 0. Numbers are stored
   * as decimal text, so that {@link #get} reads what this wrote and this adds to what {@link #put} wrote.
   *
   * @throws StateException {@link StateException.Reason#NOT_A_NUMBER} if the value is not a whole number of 64 bits, or the
   *     sum would not be; the value stays
   */
  long increment(Bytes key, long delta);

  /**
   * As {@link #increment(Bytes, long)}; an entry that this call creates lives for {@code ttl}, one that exists keeps what it
   * has. So a counter made by the first call of a window ends with the window, however often it is called.
   */
  long increment(Bytes key, long delta, Duration ttl);

  boolean contains(Bytes key);

  /** Removes the entry; false if there was none. */
  boolean remove(Bytes key);

  /** Removes the entry and returns its value: of several callers one gets it. */
  Optional<Bytes> pop(Bytes key);

  /**
   * Stores all of them in one step: a reader sees none or all.
   *
   * @throws IllegalArgumentException past 100,000 entries, or keys and values of more than {@link Limits#maxValueBytes} together
   */
  void putAll(Map<Bytes, Bytes> entries);

  /** As {@link #putAll(Map)}, each for {@code ttl}. */
  void putAll(Map<Bytes, Bytes> entries, Duration ttl);

  /**
   * The entries, fetched in bounded pages as they are asked for, in no order that may be relied on. Tolerates change: an
   * entry that is there from the first step to the last is seen, once if nobody adds entries meanwhile, at least once if
   * somebody does; one that comes or goes meanwhile may be seen or not; none is seen after its expiry or with a value it
   * never had. Each iterator starts anew.
   */
  Iterable<Entry> entries();

  /** As {@link #entries()}, without fetching the values. */
  Iterable<Bytes> keys();

  /** As {@link #entries()}, the values only. */
  Iterable<Bytes> values();

  /** The number of entries, without reading them. */
  long size();

  /** Removes every entry in one step, whose cost does not grow with their number. */
  void clear();
}
