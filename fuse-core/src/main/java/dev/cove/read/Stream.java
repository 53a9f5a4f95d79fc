package dev.cove.read;

import dev.cove.storage.ByteRange;
import org.jspecify.annotations.Nullable;

/** Reads that go forward through the file, with small gaps, overtaking one another a little. */
final class Stream extends Ahead {
  // The kernel reads up to 4 MiB ahead on several threads, so requests of one stream overtake one
  // another by as much.
  static final long OVERTAKING = 4L << 20;
  // A request that waits its turn may arrive when others are two of the kernel's windows further
  // on.
  private static final long BEHIND = 4 * OVERTAKING;
  // A gap this short is read through: a request of its own costs more.
  private static final long GAP = 2 * BLOCK;
  // Past this the early part of the stream no longer counts for its density.
  private static final long MEMORY = 16L << 20;

  /** Where it began; moved forward so that old history fades. */
  private long start;

  /** Bytes read since {@link #start}. */
  private long bytes;

  private long earned;
  private int hits;
  private final long first;
  private final long firstEnd;

  /** The furthest byte anyone asked for. */
  private long frontier;

  /** End of what was fetched ahead. */
  private long issued;

  /** Reads in runs of about this length go before it: do not fetch past such a run for now. */
  private long expectedEnd;

  Stream(long offset, long end, long expectedLength) {
    this.start = offset;
    this.first = offset;
    this.firstEnd = end;
    this.frontier = end;
    this.issued = end;
    this.bytes = end - offset;
    this.earned = bytes;
    this.expectedEnd =
        offset > Long.MAX_VALUE - expectedLength ? Long.MAX_VALUE : offset + expectedLength;
  }

  /** How far a read is from going on here; {@code Long.MAX_VALUE} when it does not. */
  long distance(long offset, long end) {
    long gap = offset - frontier;
    if (hits == 0) {
      return offset >= start && gap <= GAP ? Math.abs(gap) : Long.MAX_VALUE;
    }
    if (gap < -BEHIND || offset < first || offset > Math.max(issued, frontier + OVERTAKING)) {
      return Long.MAX_VALUE;
    }
    // Jumps that leave out more than they read are a stride, however long the stream was before.
    boolean dense = gap <= GAP || (bytes + end - offset) * 2 >= end - start;
    return dense ? Math.abs(gap) : Long.MAX_VALUE;
  }

  void advance(long offset, long end) {
    if (end <= frontier) {
      return;
    }
    long fresh = end - Math.max(offset, frontier);
    bytes += fresh;
    earned += fresh;
    frontier = end;
    hits++;
    if (frontier > expectedEnd) {
      expectedEnd = Long.MAX_VALUE;
    }
    if (bytes > MEMORY) {
      start += (frontier - start) / 2;
      bytes /= 2;
    }
  }

  boolean sequential() {
    return hits > 0;
  }

  long first() {
    return first;
  }

  /** The first read's length: a stride repeats it. */
  long firstLength() {
    return firstEnd - first;
  }

  /** From its first byte to the furthest. */
  long length() {
    return frontier - first;
  }

  @Override
  long earned() {
    return earned;
  }

  @Override
  @Nullable
  ByteRange next(long size, Pace pace) {
    issued = Math.max(issued, frontier);
    long part = pace.part(window);
    long end = Math.min(size, expectedEnd);
    long limit = Math.min(end, frontier + window);
    long room = limit - issued;
    if (room <= 0 || room < part && limit < end) {
      return null;
    }
    return ByteRange.of(issued, Math.min(room, part));
  }

  @Override
  void asked(ByteRange range) {
    issued = Math.max(issued, range.end());
  }

  @Override
  boolean passed(Fetch fetch) {
    return fetch.end + BEHIND < frontier;
  }

  @Override
  void giveUp(Fetch fetch) {
    issued = Math.min(issued, fetch.start);
  }
}
