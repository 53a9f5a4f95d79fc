package dev.cove.read;

import dev.cove.storage.ByteRange;
import org.jspecify.annotations.Nullable;

/** Reads of one length at a constant distance from one another, forward or backward. */
final class Stride extends Ahead {
  private static final int MOST_AHEAD = 16;

  private final long step;
  private final long length;
  private long earned;

  /** Start of the read last seen. */
  private long current;

  /** Steps fetched beyond {@link #current}. */
  private int issued;

  Stride(long start, long step, long length) {
    this.current = start;
    this.step = step;
    this.length = length;
    this.earned = 3 * length;
  }

  /** Whether the read is the next one, one a few steps on, or part of the current one. */
  boolean continues(long offset, long end) {
    long steps = steps(offset);
    long place = current + steps * step;
    return steps >= -1 && steps <= MOST_AHEAD && end <= place + length;
  }

  void advance(long offset) {
    long steps = steps(offset);
    if (steps > 0) {
      current += steps * step;
      issued = (int) Math.max(0, issued - steps);
      earned += steps * length;
    }
  }

  /** The step whose place is at or before the offset, counted from the current one. */
  private long steps(long offset) {
    return step > 0
        ? Math.floorDiv(offset - current, step)
        : -Math.floorDiv(offset - current, -step);
  }

  @Override
  long earned() {
    return earned;
  }

  @Override
  @Nullable
  ByteRange next(long size, Pace pace) {
    // Each is a request, so a few suffice; long ones are bounded by their bytes.
    long most = Math.max(1, Math.min(MOST_AHEAD, window / length));
    long start = current + (issued + 1) * step;
    if (issued >= most || start < 0 || start >= size) {
      return null;
    }
    return ByteRange.of(start, Math.min(length, size - start));
  }

  @Override
  void asked(ByteRange range) {
    issued++;
  }

  @Override
  boolean passed(Fetch fetch) {
    return step > 0 ? fetch.end < current - BLOCK : fetch.start > current + length + BLOCK;
  }

  @Override
  void giveUp(Fetch fetch) {
    issued = 0;
  }
}
