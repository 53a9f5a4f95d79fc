package dev.cove.write;

import dev.cove.storage.Version;
import dev.cove.write.Shape.Attempt;
import dev.cove.write.Shape.Run;
import dev.cove.write.Shape.Source;
import dev.cove.write.WriteException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a staged file: its shape, the segments that hold its bytes, the upload under
 * way and the journal of all this. Knows no threads: guarded by the lock of its {@link StagedFile}.
 */
final class Draft {

  /** What can be given up to make room. */
  enum Expendable {
    /** Bytes that the object has. */
    CLEAN,
    /** Bytes that were sent in a part. */
    SENT
  }

  /** Whether bytes are a program's or the base's. */
  private enum Role {
    DIRTY,
    CLEAN
  }

  private final Spool spool;
  private final String id;
  private final int segmentSize;
  private final Shape shape;
  private final SegmentSet segments;
  private final Journal journal;
  private Target target;
  private @Nullable Transfer transfer;

  // Counts changes, so that a plan is known to be of the present state.
  private long changes;
  // Counts moves to another base.
  private long publications;
  // Bytes of the spool that writes have taken, ever.
  private long taken;

  Draft(Spool spool, String id, Target target, Shape shape) {
    this.spool = spool;
    this.id = id;
    this.segmentSize = spool.options().segmentSize();
    this.shape = shape;
    this.segments = new SegmentSet(spool, id);
    this.target = target;
    this.journal = new Journal(spool, id, this::snapshot);
  }

  /** Goes on with what an earlier process left. */
  static Draft resume(Spool spool, String id, JournalReader.State state) {
    Draft draft = new Draft(spool, id, state.target(), state.shape());
    draft.segments.restore(state.blocks());
    draft.transfer = state.transfer();
    draft.journal.resume(state.reason(), state.plainFile());
    return draft;
  }

  String id() {
    return id;
  }

  Target target() {
    return target;
  }

  void target(Target replacement) throws IOException {
    target = replacement;
    journal.target(replacement);
  }

  Shape shape() {
    return shape;
  }

  SegmentSet segments() {
    return segments;
  }

  Journal journal() {
    return journal;
  }

  @Nullable
  Transfer transfer() {
    return transfer;
  }

  void transfer(@Nullable Transfer replacement) {
    transfer = replacement;
  }

  long changes() {
    return changes;
  }

  long publications() {
    return publications;
  }

  long taken() {
    return taken;
  }

  /** Removes every trace. */
  void delete() throws IOException {
    String plainFile = journal.plainFile();
    segments.dropFrom(0);
    journal.end();
    if (plainFile != null) {
      spool.deletePlainFile(plainFile);
    }
  }

  /** Leaves everything where it is, for a later process or {@link Publisher#reopen}. */
  void leave() throws IOException {
    try {
      journal.leave();
    } finally {
      segments.close();
    }
  }

  private Journal.Snapshot snapshot() {
    return new Journal.Snapshot(target, shape, transfer, segments.all());
  }

  /** The bytes of this range as they are now. */
  LocalRuns resolve(long start, long end) {
    return LocalRuns.of(shape, segments, spool.options(), start, end);
  }

  /**
   * Refuses to go on over bytes that were given up.
   *
   * @throws WriteException {@code STREAM_ONLY}
   */
  void requireHere(long start, long end) throws WriteException {
    if (shape.gone().intersects(start, end)) {
      throw new WriteException(
          Kind.STREAM_ONLY,
          "bytes " + start + " to " + end + " of " + target.key()
              + " were sent already and the spool is too small to keep them; raise --spool-size");
    }
  }

  /** Writes a program's bytes; room for them was taken. */
  void write(long offset, ByteBuffer source) throws IOException {
    store(offset, source, Role.DIRTY);
  }

  /** Takes bytes of the base into the spool where nothing newer is there. */
  void fill(long offset, ByteBuffer bytes) throws IOException {
    long end = Math.min(offset + bytes.remaining(), shape.size());
    int start = bytes.position();
    for (long at = offset; at < end; ) {
      Run run = shape.runAt(at, end);
      if (run.source() == Source.BASE) {
        ByteBuffer piece = bytes.duplicate();
        piece.limit(start + (int) (run.end() - offset));
        piece.position(start + (int) (run.start() - offset));
        // Parts being sent need it, and they are few at a time; sending them makes room.
        long missing = segments.missing(run.start(), run.end());
        spool.space().takeAnyway(missing);
        long before = taken;
        try {
          store(run.start(), piece, Role.CLEAN);
        } finally {
          spool.space().give(missing - (taken - before));
        }
      }
      at = run.end();
    }
  }

  private void store(long offset, ByteBuffer source, Role role) throws IOException {
    int limit = source.limit();
    long at = offset;
    while (source.position() < limit) {
      int index = segments.indexOf(at);
      int from = (int) (at - segments.startOf(at));
      int count = Math.min(limit - source.position(), segmentSize - from);
      source.limit(source.position() + count);
      Segment segment = segments.get(index);
      long before = segment.allocated();
      try {
        put(segment, index, at, from, source, role);
      } finally {
        source.limit(limit);
        taken += segment.allocated() - before;
      }
      at += count;
    }
  }

  /** The journal knows what a block is going to be before the block changes. */
  private void put(Segment segment, int index, long at, int from, ByteBuffer source, Role role)
      throws IOException {
    int count = source.remaining();
    Blocks.Slice change = segment.prepare(from, source);
    boolean later = role == Role.DIRTY && journal.leavesForLater(at);
    try {
      if (!later || journal.isActive()) {
        segment.settle();
      }
      if (!later) {
        journal.write(at, at + count, role == Role.DIRTY, index, change);
      }
      segment.apply(change, from, source);
    } catch (IOException | RuntimeException | Error e) {
      segment.abandon();
      throw e;
    }
    if (role == Role.CLEAN) {
      shape.filled(at, at + count);
      return;
    }
    changes++;
    shape.wrote(at, at + count);
    if (transfer != null) {
      transfer.touched(at, at + count);
    }
    if (later) {
      journal.later(at, at + count);
    }
  }

  /** Sets the size: what is cut off is gone, what is added is zeros. */
  void resize(long newSize) throws IOException {
    long before = shape.size();
    if (newSize == before) {
      return;
    }
    if (newSize < before
        && newSize > 0
        && shape.gone().intersects(newSize - 1, newSize)
        && (transfer == null || !transfer.isBorder(newSize))) {
      requireHere(newSize - 1, newSize);
    }
    int index = segments.indexOf(newSize);
    int rest = (int) (newSize - segments.startOf(newSize));
    Segment border = newSize < before && rest > 0 ? segments.find(index) : null;
    Blocks.Slice cut = border == null ? null : border.prepareCut(rest);
    journal.resize(newSize, index, cut);
    if (border != null && cut != null) {
      long allocated = border.allocated();
      border.applyCut(cut, rest);
      spool.space().give(allocated - border.allocated());
    }
    segments.dropFrom(rest == 0 ? index : index + 1);
    shape.resized(newSize);
    changes++;
    if (transfer != null) {
      transfer.touched(Math.min(before, newSize), Long.MAX_VALUE);
    }
  }

  /** Gives up segments; bytes of the spool that became free. */
  long giveUp(Expendable what) {
    long freed = 0;
    List<Integer> given = new ArrayList<>();
    for (Map.Entry<Integer, Segment> entry : segments.all().entrySet()) {
      long start = (long) entry.getKey() * segmentSize;
      long end = Math.min(start + segmentSize, shape.size());
      if (isExpendable(what, start, end)) {
        try {
          journal.release(start, start + segmentSize);
        } catch (IOException e) {
          // What the journal cannot say is not given up.
          break;
        }
        freed += entry.getValue().allocated();
        shape.released(start, start + segmentSize);
        given.add(entry.getKey());
      }
    }
    segments.drop(given);
    return freed;
  }

  private boolean isExpendable(Expendable what, long start, long end) {
    if (transfer != null && transfer.isSending(start, end)) {
      return false;
    }
    return switch (what) {
      case CLEAN -> !shape.dirty().intersects(start, end);
      case SENT -> transfer != null && end - start == segmentSize && transfer.hasSent(start, end);
    };
  }

  /** The unchanged bytes are another object's now. */
  void rebased(Base same) throws IOException {
    Base old = shape.base();
    shape.rebased(same);
    if (transfer != null) {
      transfer.rebased(old, same);
    }
    changes++;
    publications++;
    journal.base(same);
  }

  /** The object is what was cut off as this attempt. */
  void published(Attempt attempt, Version version) {
    shape.published(attempt, version);
    transfer = null;
    changes++;
    publications++;
    journal.published(shape.isDirty());
  }
}
