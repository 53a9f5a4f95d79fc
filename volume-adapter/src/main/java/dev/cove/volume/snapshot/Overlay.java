package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A map with changes on top that only this process sees. One thread changes at a time; any number may read meanwhile. */
public final class Overlay implements OrderedMap {
  private static final byte[] REMOVED = new byte[0];

  private final OrderedMap base;
  private final ConcurrentSkipListMap<byte[], byte[]> changes =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

  public Overlay(OrderedMap base) {
    this.base = base;
  }

  /** No value that is stored is empty. */
  public void put(byte[] key, byte[] value) {
    changes.put(key, value);
  }

  public void remove(byte[] key) {
    changes.put(key, REMOVED);
  }

  /** Makes all of these changes: a value to store under each key, null to remove it. */
  public void putAll(Map<byte[], byte @Nullable []> all) {
    all.forEach((key, value) -> changes.put(key, value == null ? REMOVED : value));
  }

  public boolean isUntouched() {
    return changes.isEmpty();
  }

  /** What differs from the base: each key with its new value, null where it is gone. */
  public NavigableMap<byte[], byte @Nullable []> differences() throws StorageException {
    return differencesFrom(base);
  }

  /** The keys that were changed and whose value is another than in that map. */
  public NavigableMap<byte[], byte @Nullable []> differencesFrom(OrderedMap other)
      throws StorageException {
    NavigableMap<byte[], byte @Nullable []> real = new TreeMap<>(Arrays::compareUnsigned);
    for (Map.Entry<byte[], byte[]> change : changes.entrySet()) {
      byte[] after = present(change.getValue());
      if (!Arrays.equals(other.get(change.getKey()), after)) {
        real.put(change.getKey(), after);
      }
    }
    return real;
  }

  private static byte @Nullable [] present(byte[] value) {
    return value.length == 0 ? null : value;
  }

  @Override
  public byte @Nullable [] get(byte[] key) throws StorageException {
    byte[] changed = changes.get(key);
    if (changed == null) {
      return base.get(key);
    }
    return present(changed);
  }

  @Override
  public Cursor seek(byte[] from, byte @Nullable [] end) throws StorageException {
    return new Merged(
        base.seek(from, end),
        end == null ? changes.tailMap(from, true) : changes.subMap(from, true, end, false));
  }

  @Override
  public void prefetch(Collection<byte[]> keys) throws StorageException {
    base.prefetch(keys.stream().filter(key -> !changes.containsKey(key)).toList());
  }

  /** Both in order; at the same key the change wins. */
  private static final class Merged implements Cursor {
    private final Cursor below;
    private final Iterator<Map.Entry<byte[], byte[]>> above;
    private boolean belowHas;
    private Map.@Nullable Entry<byte[], byte[]> change;
    private byte[] key = REMOVED;
    private byte[] value = REMOVED;

    Merged(Cursor below, NavigableMap<byte[], byte[]> changes) throws StorageException {
      this.below = below;
      this.above = changes.entrySet().iterator();
      belowHas = below.next();
      change = above.hasNext() ? above.next() : null;
    }

    @Override
    public boolean next() throws StorageException {
      while (belowHas || change != null) {
        Map.Entry<byte[], byte[]> top = change;
        int order =
            top == null ? -1 : belowHas ? Arrays.compareUnsigned(below.key(), top.getKey()) : 1;
        if (order < 0 || top == null) {
          key = below.key();
          value = below.value();
          belowHas = below.next();
          return true;
        }
        if (order == 0) {
          belowHas = below.next();
        }
        change = above.hasNext() ? above.next() : null;
        if (present(top.getValue()) != null) {
          key = top.getKey();
          value = top.getValue();
          return true;
        }
      }
      return false;
    }

    @Override
    public byte[] key() {
      return key;
    }

    @Override
    public byte[] value() {
      return value;
    }
  }
}
