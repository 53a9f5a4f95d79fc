package dev.cove.read;

import dev.cove.storage.ByteRange;
import org.jspecify.annotations.Nullable;

/** Reads that go towards the start of the file, each ending where the one before began. */
final class Backward extends Ahead {
  private static final long GAP = 2 * BLOCK;

  private long earned;

  /** The lowest byte anyone asked for. */
  private long frontier;

  /** Start of what was fetched ahead. */
  private long issued;

  Backward(long offset, long end) {
    this.frontier = offset;
    this.issued = offset;
    this.earned = 2 * (end - offset);
  }

  boolean continues(long offset, long end) {
    return offset < frontier ? end >= Math.min(frontier - GAP, issued) : end <= frontier + GAP;
  }

  void advance(long offset, long end) {
    if (offset < frontier) {
      earned += Math.min(end, frontier) - offset;
      frontier = offset;
    }
  }

  @Override
  long earned() {
    return earned;
  }

  @Override
  @Nullable
  ByteRange next(long size, Pace pace) {
    issued = Math.min(issued, frontier);
    long part = pace.part(window);
    long limit = Math.max(0, frontier - window);
    long room = issued - limit;
    if (room <= 0 || room < part && limit > 0) {
      return null;
    }
    long length = Math.min(room, part);
    return ByteRange.of(issued - length, length);
  }

  @Override
  void asked(ByteRange range) {
    issued = Math.min(issued, range.offset());
  }

  @Override
  boolean passed(Fetch fetch) {
    return fetch.start > frontier + GAP;
  }

  @Override
  void giveUp(Fetch fetch) {
    issued = Math.max(issued, fetch.end);
  }
}
