package dev.cove.read;

import dev.cove.storage.ByteRange;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A pattern in the reads of one open file, and what is fetched ahead because of it. Everything here
 * and in its subclasses is guarded by the object reader's lock.
 */
abstract class Ahead {
  static final long BLOCK = ObjectReader.BLOCK;
  // The least worth a request of its own once a pattern is known.
  static final long LEAST_PART = 2 * BLOCK;
  private static final long LEAST_WINDOW = 4 * BLOCK;
  // A reader that waits on a short window is let off the mark faster.
  private static final long SHORT_WINDOW = 16L << 20;

  /** How far ahead to fetch, in bytes; 0 before the pattern is trusted. */
  long window;

  /** Requests under way. */
  int active;

  /** Nothing more is to be fetched for it. */
  boolean closed;

  /** What was fetched, or is, and is not yet read; in the order it is expected. */
  final ArrayDeque<Fetch> fetches = new ArrayDeque<>();

  /** The next range to fetch; null while enough is ahead or the file ends. */
  abstract @Nullable ByteRange next(long size, Pace pace);

  /** The range that {@link #next} named, widened to whole blocks, is here or on its way. */
  abstract void asked(ByteRange range);

  /** Whether the reader has gone past this and will not come back. */
  abstract boolean passed(Fetch fetch);

  /** Bytes read in this pattern so far: what is fetched ahead stays in proportion to it. */
  abstract long earned();

  /** Gives what was asked beyond {@code fetch} up: it will be fetched anew if it is read. */
  abstract void giveUp(Fetch fetch);

  /**
   * Lets the window grow at once when its reader had to wait; with what was read in any case, as
   * whoever has read much will read on, and large requests are cheaper.
   */
  final void grow(boolean waited, long most) {
    if (window == 0) {
      window = LEAST_WINDOW;
    }
    if (waited) {
      window *= window < SHORT_WINDOW ? 4 : 2;
    }
    window = Math.max(window, Math.min(earned() / 2, most / 2));
    window = Math.max(0, Math.min(window, Math.min(4 * earned(), most)));
  }

  /** The memory is short. */
  final void yield() {
    window = Math.max(LEAST_PART, window / 2);
  }
}
