package dev.cove.write;

import java.util.Map;
import java.util.TreeMap;

/** A set of bytes of a file, as few ranges as can be; not for use by several threads. */
final class Extents {
  private final TreeMap<Long, Long> ends = new TreeMap<>();

  /** Takes a range without its overlap. */
  @FunctionalInterface
  interface RangeConsumer {
    void accept(long start, long end);
  }

  Extents() {}

  Extents(Extents other) {
    ends.putAll(other.ends);
  }

  void add(long start, long end) {
    if (start >= end) {
      return;
    }
    Map.Entry<Long, Long> before = ends.floorEntry(start);
    if (before != null && before.getValue() >= start) {
      if (before.getValue() >= end) {
        return;
      }
      start = before.getKey();
    }
    Map.Entry<Long, Long> after = ends.higherEntry(start);
    while (after != null && after.getKey() <= end) {
      end = Math.max(end, after.getValue());
      ends.remove(after.getKey());
      after = ends.higherEntry(start);
    }
    ends.put(start, end);
  }

  void addAll(Extents other) {
    other.forEach(this::add);
  }

  void remove(long start, long end) {
    if (start >= end) {
      return;
    }
    Map.Entry<Long, Long> before = ends.lowerEntry(start);
    if (before != null && before.getValue() > start) {
      long cut = before.getValue();
      ends.put(before.getKey(), start);
      if (cut > end) {
        ends.put(end, cut);
        return;
      }
    }
    Map.Entry<Long, Long> within = ends.ceilingEntry(start);
    while (within != null && within.getKey() < end) {
      ends.remove(within.getKey());
      if (within.getValue() > end) {
        ends.put(end, within.getValue());
        return;
      }
      within = ends.ceilingEntry(start);
    }
  }

  void clear() {
    ends.clear();
  }

  boolean isEmpty() {
    return ends.isEmpty();
  }

  int ranges() {
    return ends.size();
  }

  boolean contains(long start, long end) {
    return start >= end || endAt(start) >= end;
  }

  boolean intersects(long start, long end) {
    return start < end && (endAt(start) > start || nextStart(start) < end);
  }

  /** The end of the range that holds this byte; the offset itself when none does. */
  long endAt(long offset) {
    Map.Entry<Long, Long> before = ends.floorEntry(offset);
    return before != null && before.getValue() > offset ? before.getValue() : offset;
  }

  /** Where the first range after this byte begins; {@code Long.MAX_VALUE} when there is none. */
  long nextStart(long offset) {
    Long start = ends.higherKey(offset);
    return start == null ? Long.MAX_VALUE : start;
  }

  /** Where the first range begins; {@code Long.MAX_VALUE} when there is none. */
  long firstStart() {
    return ends.isEmpty() ? Long.MAX_VALUE : ends.firstKey();
  }

  /** Where the last range ends; 0 when there is none. */
  long end() {
    return ends.isEmpty() ? 0 : ends.lastEntry().getValue();
  }

  long bytes() {
    long sum = 0;
    for (Map.Entry<Long, Long> range : ends.entrySet()) {
      sum += range.getValue() - range.getKey();
    }
    return sum;
  }

  void forEach(RangeConsumer consumer) {
    ends.forEach(consumer::accept);
  }

  /** The parts of the ranges that lie within these bounds. */
  void forEachIn(long start, long end, RangeConsumer consumer) {
    long at = endAt(start) > start ? start : nextStart(start);
    while (at < end) {
      long until = Math.min(endAt(at), end);
      consumer.accept(at, until);
      at = nextStart(at);
    }
  }

  /** Keeps only what the other has, too. */
  void retain(Extents other) {
    Extents kept = new Extents();
    other.forEach((start, end) -> forEachIn(start, end, kept::add));
    ends.clear();
    ends.putAll(kept.ends);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Extents extents && ends.equals(extents.ends);
  }

  @Override
  public int hashCode() {
    return ends.hashCode();
  }

  @Override
  public String toString() {
    return ends.toString();
  }
}
