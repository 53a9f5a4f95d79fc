package dev.cove.volume;

import dev.cove.volume.snapshot.Overlay;
import dev.cove.volume.snapshot.Snapshot;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** Changes to a snapshot: for each key of its two trees the new value, null where it is to go. */
record Changes(
    NavigableMap<byte[], byte @Nullable []> inodes,
    NavigableMap<byte[], byte @Nullable []> entries) {

  static final Changes NONE =
      new Changes(Collections.emptyNavigableMap(), Collections.emptyNavigableMap());

  boolean isEmpty() {
    return inodes.isEmpty() && entries.isEmpty();
  }

  /** Whether both change the same in the same way. */
  boolean isSameAs(Changes other) {
    return same(inodes, other.inodes) && same(entries, other.entries);
  }

  private static boolean same(
      NavigableMap<byte[], byte @Nullable []> a, NavigableMap<byte[], byte @Nullable []> b) {
    Iterator<Map.Entry<byte[], byte @Nullable []>> right = b.entrySet().iterator();
    for (Map.Entry<byte[], byte @Nullable []> left : a.entrySet()) {
      Map.Entry<byte[], byte @Nullable []> other = right.hasNext() ? right.next() : null;
      if (other == null
          || !Arrays.equals(left.getKey(), other.getKey())
          || !Arrays.equals(left.getValue(), other.getValue())) {
        return false;
      }
    }
    return !right.hasNext();
  }

  /** The snapshot with these changes, read through to it. */
  Snapshot on(Snapshot base) {
    Overlay overInodes = new Overlay(base.inodes());
    overInodes.putAll(inodes);
    Overlay overEntries = new Overlay(base.entries());
    overEntries.putAll(entries);
    return new Snapshot(overInodes, overEntries);
  }
}
