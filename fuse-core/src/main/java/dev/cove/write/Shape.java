package dev.cove.write;

import dev.cove.storage.Version;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where each byte of a staged file comes from, and which differ from the object. Pure bookkeeping,
 * so that a journal read back after a crash comes to the same result as the writes did.
 *
 * <p>A byte is the spool's where {@code local} has it; else it was sent and given up where {@code
 * gone} has it; else the base's below {@code baseLimit}; else zero.
 */
final class Shape {
  // A program that goes on after this many failures in doubt may see its own late success as
  // another's.
  private static final int MAX_ATTEMPTS = 4;

  private long size;
  private @Nullable Base base;
  private long baseLimit;
  private final Extents local = new Extents();
  private final Extents dirty = new Extents();
  private final Extents gone = new Extents();
  private final List<Attempt> attempts = new ArrayList<>();

  /** Where a byte comes from. */
  enum Source {
    LOCAL,
    GONE,
    BASE,
    ZERO
  }

  /** Consecutive bytes of one source. */
  record Run(Source source, long start, long end) {
    long length() {
      return end - start;
    }
  }

  /** A state of the file that was sent under a write id, and what changed after it was taken. */
  static final class Attempt {
    final String writeId;
    final Target target;
    final long size;
    long limit;
    final Extents since;

    Attempt(String writeId, Target target, long size, long limit, Extents since) {
      this.writeId = writeId;
      this.target = target;
      this.size = size;
      this.limit = limit;
      this.since = since;
    }

    /** Whether the file is still as it was then. */
    boolean holds(Shape shape) {
      return limit == size && shape.size == size && since.isEmpty();
    }
  }

  Shape(@Nullable Base base) {
    this.base = base;
    this.size = base == null ? 0 : base.size();
    this.baseLimit = size;
  }

  long size() {
    return size;
  }

  @Nullable
  Base base() {
    return base;
  }

  long baseLimit() {
    return baseLimit;
  }

  /** Bytes of the base if the file begins with all of it, else 0. */
  long kept() {
    return base != null && baseLimit == base.size() ? baseLimit : 0;
  }

  Extents local() {
    return local;
  }

  Extents dirty() {
    return dirty;
  }

  Extents gone() {
    return gone;
  }

  List<Attempt> attempts() {
    return attempts;
  }

  /** Whether the object, if there is one, does not have these bytes. */
  boolean isDirty() {
    return base == null || baseLimit != base.size() || size != base.size() || !dirty.isEmpty();
  }

  void wrote(long start, long end) {
    local.add(start, end);
    dirty.add(start, end);
    for (Attempt attempt : attempts) {
      attempt.since.add(start, end);
    }
    size = Math.max(size, end);
  }

  /** Bytes of the base are in the spool, too. */
  void filled(long start, long end) {
    local.add(start, end);
  }

  void resized(long newSize) {
    if (newSize < size) {
      local.remove(newSize, Long.MAX_VALUE);
      dirty.remove(newSize, Long.MAX_VALUE);
      gone.remove(newSize, Long.MAX_VALUE);
      baseLimit = Math.min(baseLimit, newSize);
      for (Attempt attempt : attempts) {
        attempt.since.remove(newSize, Long.MAX_VALUE);
        attempt.limit = Math.min(attempt.limit, newSize);
      }
    }
    size = newSize;
  }

  /** The spool no longer has these bytes; what of them differs from the base is in the upload only. */
  void released(long start, long end) {
    local.forEachIn(start, end, (from, to) -> dirty.forEachIn(from, to, gone::add));
    local.remove(start, end);
  }

  /**
   * The state as it is now is about to be sent. An id is used again for the same content, or for
   * content of another size.
   */
  Attempt cut(String writeId, Target target) {
    Attempt attempt = new Attempt(writeId, target, size, size, new Extents());
    attempts.removeIf(earlier -> earlier.writeId.equals(writeId) && earlier.size == size);
    if (attempts.size() >= MAX_ATTEMPTS) {
      attempts.remove(0);
    }
    attempts.add(attempt);
    return attempt;
  }

  /** It turned out that nothing of this attempt was or will be applied. */
  void dropped(Attempt attempt) {
    attempts.remove(attempt);
  }

  @Nullable
  Attempt attempt(@Nullable String writeId) {
    for (Attempt attempt : attempts) {
      if (attempt.writeId.equals(writeId)) {
        return attempt;
      }
    }
    return null;
  }

  /** Of attempts under one id the sizes differ: see {@link #cut}. */
  @Nullable
  Attempt attempt(@Nullable String writeId, long itsSize) {
    for (Attempt attempt : attempts) {
      if (attempt.writeId.equals(writeId) && attempt.size == itsSize) {
        return attempt;
      }
    }
    return null;
  }

  /** The attempt is what the object is now. */
  void published(Attempt attempt, Version version) {
    base = new Base(attempt.target.key(), version, attempt.size);
    baseLimit = attempt.limit;
    dirty.clear();
    dirty.addAll(attempt.since);
    gone.retain(dirty);
    attempts.clear();
  }

  // What follows serves the journal.

  void restore(long itsSize, long itsBaseLimit) {
    size = itsSize;
    baseLimit = itsBaseLimit;
  }

  void restore(Attempt attempt) {
    attempts.removeIf(
        earlier -> earlier.writeId.equals(attempt.writeId) && earlier.size == attempt.size);
    attempts.add(attempt);
  }

  Shape copyOfRanges() {
    Shape copy = new Shape(base);
    copy.restore(size, baseLimit);
    copy.local.addAll(local);
    copy.dirty.addAll(dirty);
    return copy;
  }

  /** A write of these bytes did not happen. */
  void undo(Shape before, long start, long end) {
    local.remove(start, end);
    before.local.forEachIn(start, end, local::add);
    dirty.remove(start, end);
    before.dirty.forEachIn(start, end, dirty::add);
  }

  /** Takes back growth that no byte came of. */
  void shrinkTo(long sizeBefore) {
    size = Math.min(size, Math.max(sizeBefore, local.end()));
  }

  /** The base's bytes are another object's now. */
  void rebased(Base same) {
    base = same;
  }

  /** The longest run of one source that begins here; the offset lies before the limit. */
  Run runAt(long offset, long limit) {
    long end = local.endAt(offset);
    if (end > offset) {
      return new Run(Source.LOCAL, offset, Math.min(end, limit));
    }
    long next = Math.min(limit, local.nextStart(offset));
    end = gone.endAt(offset);
    if (end > offset) {
      return new Run(Source.GONE, offset, Math.min(end, next));
    }
    next = Math.min(next, gone.nextStart(offset));
    return offset < baseLimit
        ? new Run(Source.BASE, offset, Math.min(next, baseLimit))
        : new Run(Source.ZERO, offset, next);
  }

  /** What the store has to be told: dirty bytes, and zeros where the base ends or was cut. */
  Extents changed() {
    Extents changed = new Extents(dirty);
    changed.add(baseLimit, size);
    return changed;
  }
}
