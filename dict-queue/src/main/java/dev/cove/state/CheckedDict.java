package dev.cove.state;

import dev.cove.state.DictBackend.Page;
import dev.cove.state.DictBackend.PutIf;
import dev.cove.state.DictBackend.Want;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the arguments to the limits and hands them to the backend. */
final class CheckedDict implements Dict {
  private static final Logger LOG = LoggerFactory.getLogger(Dict.class);

  private final String name;
  private final DictBackend backend;
  private final Limits limits;

  CheckedDict(String name, DictBackend backend, Limits limits) {
    this.name = name;
    this.backend = backend;
    this.limits = limits;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Bytes> get(Bytes key) {
    return backend.get(Checks.key(key));
  }

  @Override
  public void put(Bytes key, Bytes value) {
    put(key, value, PutIf.ALWAYS, DictBackend.FOREVER);
  }

  @Override
  public void put(Bytes key, Bytes value, Duration ttl) {
    put(key, value, PutIf.ALWAYS, ttl(ttl));
  }

  @Override
  public boolean putIfAbsent(Bytes key, Bytes value) {
    return put(key, value, PutIf.ABSENT, DictBackend.FOREVER);
  }

  @Override
  public boolean putIfAbsent(Bytes key, Bytes value, Duration ttl) {
    return put(key, value, PutIf.ABSENT, ttl(ttl));
  }

  @Override
  public boolean replace(Bytes key, Bytes value) {
    return put(key, value, PutIf.PRESENT, DictBackend.FOREVER);
  }

  @Override
  public boolean replace(Bytes key, Bytes value, Duration ttl) {
    return put(key, value, PutIf.PRESENT, ttl(ttl));
  }

  private boolean put(Bytes key, Bytes value, PutIf condition, long ttlMillis) {
    return backend.put(Checks.key(key), value(value), condition, ttlMillis);
  }

  @Override
  public boolean compareAndSet(Bytes key, Bytes expected, Bytes value) {
    return backend.compareAndSet(Checks.key(key), expected, value(value), DictBackend.FOREVER);
  }

  @Override
  public boolean compareAndSet(Bytes key, Bytes expected, Bytes value, Duration ttl) {
    return backend.compareAndSet(Checks.key(key), expected, value(value), ttl(ttl));
  }

  @Override
  public long increment(Bytes key, long delta) {
    return backend.increment(Checks.key(key), delta, DictBackend.FOREVER);
  }

  @Override
  public long increment(Bytes key, long delta, Duration ttl) {
    return backend.increment(Checks.key(key), delta, ttl(ttl));
  }

  @Override
  public boolean contains(Bytes key) {
    return backend.contains(Checks.key(key));
  }

  @Override
  public boolean remove(Bytes key) {
    return backend.remove(Checks.key(key));
  }

  @Override
  public Optional<Bytes> pop(Bytes key) {
    return backend.pop(Checks.key(key));
  }

  @Override
  public void putAll(Map<Bytes, Bytes> entries) {
    putAll(entries, DictBackend.FOREVER);
  }

  @Override
  public void putAll(Map<Bytes, Bytes> entries, Duration ttl) {
    putAll(entries, ttl(ttl));
  }

  private void putAll(Map<Bytes, Bytes> entries, long ttlMillis) {
    Map<Bytes, Bytes> copy = Map.copyOf(entries);
    if (copy.size() > Limits.MAX_BATCH) {
      throw new IllegalArgumentException(
          copy.size() + " entries at once are too many: the limit is " + Limits.MAX_BATCH);
    }
    long total = 0;
    for (Map.Entry<Bytes, Bytes> entry : copy.entrySet()) {
      total +=
          Checks.key(entry.getKey()).size() + (long) value(entry.getValue()).size();
    }
    if (total > limits.maxValueBytes()) {
      throw new IllegalArgumentException("the entries have " + Checks.size(total)
          + " together: the limit is " + Checks.size(limits.maxValueBytes()));
    }
    if (!copy.isEmpty()) {
      backend.putAll(copy, ttlMillis);
    }
  }

  private Bytes value(Bytes value) {
    Checks.atMost("the value", value, limits.maxValueBytes());
    if (value.size() > limits.warnValueBytes()) {
      LOG.warn(
          "dict '{}': a value of {} is large; dicts are made for values up to {}, a volume or bucket keeps more for less",
          name,
          Checks.size(value.size()),
          Checks.size(limits.warnValueBytes()));
    }
    return value;
  }

  private static long ttl(Duration ttl) {
    return Checks.millis("the time to live", ttl);
  }

  @Override
  public Iterable<Entry> entries() {
    return () -> new Pages<>(Want.ENTRIES, entry -> entry);
  }

  @Override
  public Iterable<Bytes> keys() {
    return () -> new Pages<>(Want.KEYS, Entry::key);
  }

  @Override
  public Iterable<Bytes> values() {
    return () -> new Pages<>(Want.ENTRIES, Entry::value);
  }

  @Override
  public long size() {
    return backend.size();
  }

  @Override
  public void clear() {
    backend.clear();
  }

  /** One iteration; holds one page at a time. Confined to a thread, as iterators are. */
  private final class Pages<T> implements Iterator<T> {
    private final Want want;
    private final Function<Entry, T> part;
    private Iterator<Entry> page = List.<Entry>of().iterator();
    private @Nullable Bytes cursor;
    private boolean begun;

    Pages(Want want, Function<Entry, T> part) {
      this.want = want;
      this.part = part;
    }

    @Override
    public boolean hasNext() {
      while (!page.hasNext() && (!begun || cursor != null)) {
        Page next = backend.page(cursor, want);
        begun = true;
        page = next.entries().iterator();
        cursor = next.next();
      }
      return page.hasNext();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return part.apply(page.next());
    }
  }
}
