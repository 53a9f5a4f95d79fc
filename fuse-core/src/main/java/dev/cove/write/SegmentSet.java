package dev.cove.write;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files that hold the local bytes of one staged file; guarded by that file's lock. */
final class SegmentSet {
  private final Spool spool;
  private final String id;
  private final int blockSize;
  private final int segmentSize;
  private final TreeMap<Integer, Segment> segments = new TreeMap<>();

  SegmentSet(Spool spool, String id) {
    this.spool = spool;
    this.id = id;
    this.blockSize = spool.options().blockSize();
    this.segmentSize = spool.options().segmentSize();
  }

  /** Takes segments that an earlier process left; their space is counted already. */
  void restore(Map<Integer, Blocks> blocks) {
    blocks.forEach((index, some) ->
        segments.put(index, new Segment(spool, path(index), SegmentBytes.Place.FILE, some)));
  }

  private Path path(int index) {
    return spool.file(id + "." + index);
  }

  int indexOf(long offset) {
    return (int) (offset / segmentSize);
  }

  /** Where the segment that holds this byte begins. */
  long startOf(long offset) {
    return offset - offset % segmentSize;
  }

  @Nullable
  Segment find(int index) {
    return segments.get(index);
  }

  Segment get(int index) {
    return segments.computeIfAbsent(
        index, i -> new Segment(spool, path(i), SegmentBytes.Place.MEMORY, new Blocks()));
  }

  SortedMap<Integer, Segment> all() {
    return segments;
  }

  /** Bytes of the spool that writing here would take. */
  long missing(long start, long end) {
    long missing = 0;
    for (long at = start; at < end; ) {
      long base = startOf(at);
      long stop = Math.min(end, base + segmentSize);
      int from = (int) (at - base);
      int to = (int) (stop - base);
      Segment segment = segments.get(indexOf(at));
      missing += segment == null
          ? (long) ((to + blockSize - 1) / blockSize - from / blockSize) * blockSize
          : segment.missing(from, to);
      at = stop;
    }
    return missing;
  }

  /** Removes these segments and gives back their space. */
  void drop(List<Integer> indexes) {
    for (int index : indexes) {
      Segment segment = segments.remove(index);
      if (segment != null) {
        long allocated = segment.allocated();
        segment.delete();
        spool.space().give(allocated);
      }
    }
  }

  void dropFrom(int index) {
    drop(new ArrayList<>(segments.tailMap(index, true).keySet()));
  }

  void close() {
    segments.values().forEach(Segment::close);
  }
}
