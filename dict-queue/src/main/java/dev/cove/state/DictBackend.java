package dev.cove.state;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One dict as a backend keeps it. Times to live are milliseconds, {@link #FOREVER} for none. */
public interface DictBackend {
  long FOREVER = 0;

  /** What must hold for a put to be done. */
  enum PutIf {
    ALWAYS,
    ABSENT,
    PRESENT
  }

  /** What a page is fetched for. */
  enum Want {
    KEYS,
    ENTRIES
  }

  /** A bounded part of an iteration, possibly empty, and where the next begins; null at the end. */
  record Page(List<Dict.Entry> entries, @Nullable Bytes next) {}

  Optional<Bytes> get(Bytes key);

  boolean contains(Bytes key);

  boolean put(Bytes key, Bytes value, PutIf condition, long ttlMillis);

  boolean compareAndSet(Bytes key, Bytes expected, Bytes value, long ttlMillis);

  long increment(Bytes key, long delta, long ttlMillis);

  boolean remove(Bytes key);

  Optional<Bytes> pop(Bytes key);

  void putAll(Map<Bytes, Bytes> entries, long ttlMillis);

  /** @param cursor null to begin, else {@link Page#next} of the page before; with {@link Want#KEYS} the values are null */
  Page page(@Nullable Bytes cursor, Want want);

  long size();

  void clear();
}
