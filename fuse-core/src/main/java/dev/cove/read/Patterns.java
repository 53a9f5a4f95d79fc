package dev.cove.read;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the reads of one open file have in common. Tells several sequential readers, strides and
 * backward readers from reads at random, which are left alone. Guarded by the object reader's lock.
 */
final class Patterns {
  // As many streams in one open file as a merge or a few threads have; the least recent gives way.
  private static final int STREAMS = 12;
  // Equal distances in a row before they are no accident.
  private static final int STEPS = 2;
  // A few short runs in a row foretell another.
  private static final int RUNS = 3;
  private static final long SHORT_RUN = 4L << 20;
  private static final long ANY_LENGTH = Long.MAX_VALUE / 2;

  /** Most recent first. */
  private final List<Stream> streams = new ArrayList<>();

  private @Nullable Stride stride;
  private @Nullable Backward backward;

  private long lastStart;
  private long lastEnd;
  private long lastStep;
  private int equalSteps;

  /** Lengths of the last runs that ended, in turn. */
  private final long[] runs = new long[RUNS];

  private int runsEnded;

  /** Patterns that no longer hold; whoever takes them out drops what was fetched for them. */
  private final List<Ahead> over = new ArrayList<>(1);

  /** Finds or begins the pattern a read belongs to and moves it on; null when it is a single read. */
  @Nullable
  Ahead note(long offset, long end) {
    if (backward != null && backward.continues(offset, end)) {
      backward.advance(offset, end);
      return backward;
    }
    if (stride != null && stride.continues(offset, end)) {
      stride.advance(offset);
      return stride;
    }
    Stream stream = nearest(offset, end);
    if (stream != null) {
      stream.advance(offset, end);
      streams.remove(stream);
      streams.add(0, stream);
      return stream.sequential() ? stream : null;
    }
    return begin(offset, end);
  }

  private @Nullable Stream nearest(long offset, long end) {
    Stream best = null;
    long nearest = Long.MAX_VALUE;
    for (Stream stream : streams) {
      long distance = stream.distance(offset, end);
      if (distance < nearest) {
        nearest = distance;
        best = stream;
      }
    }
    return best;
  }

  private @Nullable Ahead begin(long offset, long end) {
    if (!streams.isEmpty()) {
      runs[runsEnded++ % RUNS] = streams.get(0).length();
    }
    long expected = expectedRun();
    Stream stream = new Stream(offset, end, expected);
    long length = Math.max(lastEnd - lastStart, end - offset);
    if (!streams.isEmpty() && streams.get(0).first() == lastStart) {
      length = Math.max(length, streams.get(0).length());
    }
    if (streams.size() == STREAMS) {
      over.add(streams.remove(STREAMS - 1));
    }
    streams.add(0, stream);
    long step = offset - lastStart;
    equalSteps = step == lastStep ? equalSteps + 1 : 0;
    lastStart = offset;
    lastEnd = end;
    lastStep = step;
    if (equalSteps < STEPS || step == 0) {
      return null;
    }
    if (step < 0 && -step <= length + 2 * Ahead.BLOCK) {
      retire(backward);
      backward = new Backward(offset, end);
      return backward;
    }
    retire(stride);
    stride = new Stride(offset, step, length);
    return stride;
  }

  /** How far a new run is likely to go: when the last ones were short, as far as they. */
  private long expectedRun() {
    long longest = 0;
    for (long run : runs) {
      longest = Math.max(longest, run);
    }
    return runsEnded < RUNS || longest > SHORT_RUN ? ANY_LENGTH : longest;
  }

  private void retire(@Nullable Ahead pattern) {
    if (pattern != null) {
      over.add(pattern);
    }
  }

  /** Takes one of the patterns that no longer hold. */
  @Nullable
  Ahead pollOver() {
    return over.isEmpty() ? null : over.remove(over.size() - 1);
  }

  /** The pattern with something ahead that was idle the longest. */
  @Nullable
  Ahead idlest() {
    for (int i = streams.size() - 1; i >= 0; i--) {
      if (!streams.get(i).fetches.isEmpty()) {
        return streams.get(i);
      }
    }
    if (stride != null && !stride.fetches.isEmpty()) {
      return stride;
    }
    return backward != null && !backward.fetches.isEmpty() ? backward : null;
  }

  /** Ends every pattern: they are all over. */
  void endAll() {
    over.addAll(streams);
    streams.clear();
    retire(stride);
    retire(backward);
    stride = null;
    backward = null;
  }
}
