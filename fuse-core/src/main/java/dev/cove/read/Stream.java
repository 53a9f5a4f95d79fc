package dev.cove.read;

import java.util.ArrayDeque;

/**
 * One sequential reader of a file, as far as its requests tell. All fields are guarded by the
 * object reader's lock.
 */
final class Stream {
  // The kernel reads up to 4 MiB ahead on several threads, so requests of one stream overtake one
  // another by as much.
  static final long OVERTAKING = 4L << 20;
  // Past this the early part of the stream no longer counts for its density.
  private static final long MEMORY = 16L << 20;

  /** Where it began, moved forward so that old history fades. */
  private long start;

  /** Bytes read since {@link #start}. */
  private long bytes;

  /** The furthest byte anyone asked for. */
  long frontier;

  /** End of what was asked of the store ahead of the reader. */
  long issued;

  /** How far ahead of the frontier to ask, in bytes; 0 until the stream is known to be one. */
  long window;

  /** Requests ahead under way. */
  int active;

  /** Reads that went on where another ended. */
  private int hits;

  boolean closed;

  /** What was fetched ahead and is not yet passed, in order. */
  final ArrayDeque<Fetch> fetches = new ArrayDeque<>();

  Stream(long offset, long end) {
    this.start = offset;
    this.frontier = end;
    this.issued = end;
    this.bytes = end - offset;
  }

  /** How far a read is from going on here; {@code Long.MAX_VALUE} when it does not. */
  long distance(long offset, long end) {
    long gap = offset - frontier;
    if (!sequential()) {
      return offset >= start && gap <= ObjectReader.BLOCK ? Math.abs(gap) : Long.MAX_VALUE;
    }
    if (gap < -2 * OVERTAKING || offset > Math.max(issued, frontier + OVERTAKING)) {
      return Long.MAX_VALUE;
    }
    // Jumps that leave out more than they read are a stride, however long the stream was before.
    boolean dense = gap <= 0 || (bytes + end - offset) * 2 >= end - start;
    return dense ? Math.abs(gap) : Long.MAX_VALUE;
  }

  void advance(long offset, long end) {
    if (end <= frontier) {
      return;
    }
    bytes += end - Math.max(offset, Math.min(frontier, end));
    frontier = end;
    hits++;
    if (bytes > MEMORY) {
      start += (frontier - start) / 2;
      bytes /= 2;
    }
  }

  boolean sequential() {
    return hits > 0;
  }

  /** The most this stream has earned: its window stays in proportion to what it has read. */
  long earned() {
    return bytes * 4;
  }
}
