package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.StorageException;
import dev.cove.storage.Version;
import dev.cove.write.Shape.Run;
import dev.cove.write.Shape.Source;
import dev.cove.write.WriteException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The content of one file while it is written: what the object had, with local changes over it.
 *
 * <p>Safe for use by many threads. Writers do not wait for the store but for two things: room in the
 * spool, and a publish that is sending the file as one request or could not keep up with them
 * otherwise. What they write while a publish is under way and after it took the file's state belongs
 * to the next one.
 */
public final class StagedFile implements Closeable {

  /** What can be given up to make room. */
  enum Expendable {
    /** Bytes that the object has. */
    CLEAN,
    /** Bytes that were sent in a part. */
    SENT
  }

  /** Told when the file has grown far enough for more of it to be sent. */
  @FunctionalInterface
  interface GrowthListener {
    void grown(StagedFile file) throws IOException;
  }

  private final Spool spool;
  private final String id;
  private final int blockSize;
  private final int segmentSize;
  private final long maxSize;
  private final BaseReader baseReader;
  private final GrowthListener listener;

  // Outer lock: a segment's monitor and the spool's leaf locks may be taken under it. Never held
  // while a request is under way. Guards everything below, the shape and the transfer included.
  final ReentrantLock lock = new ReentrantLock();
  // Signalled when a part arrives, a publish ends or writers may go on.
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final Shape shape;

  @GuardedBy("lock")
  private final TreeMap<Integer, Segment> segments = new TreeMap<>();

  @GuardedBy("lock")
  private final Journal journal;

  @GuardedBy("lock")
  private Target target;

  @GuardedBy("lock")
  private @Nullable Transfer transfer;

  @GuardedBy("lock")
  private boolean publishing;

  @GuardedBy("lock")
  private boolean frozen;

  @GuardedBy("lock")
  private boolean closed;

  // Counts changes, so that a plan is known to be of the present state.
  @GuardedBy("lock")
  private long changes;

  // Bytes of the spool that writes have taken, ever.
  @GuardedBy("lock")
  private long stored;

  // Counts moves to another base.
  @GuardedBy("lock")
  private long publications;

  private volatile long size;
  private volatile long notifyAt = Long.MAX_VALUE;

  StagedFile(
      Spool spool,
      String id,
      Target target,
      Shape shape,
      long maxSize,
      BaseReader baseReader,
      GrowthListener listener) {
    this.spool = spool;
    this.id = id;
    this.blockSize = spool.options().blockSize();
    this.segmentSize = spool.options().segmentSize();
    this.maxSize = maxSize;
    this.target = target;
    this.shape = shape;
    this.size = shape.size();
    this.baseReader = baseReader;
    this.listener = listener;
    this.journal = new Journal(spool, id, this::snapshot);
    spool.join(this);
  }

  /** In bytes. */
  public long size() {
    return size;
  }

  /** Whether the object does not have all of this. */
  public boolean isDirty() {
    lock.lock();
    try {
      return shape.isDirty();
    } finally {
      lock.unlock();
    }
  }

  /** What the unchanged bytes come from; null where nothing does. */
  public @Nullable Base base() {
    lock.lock();
    try {
      return shape.base();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says what the file is to become; counts for what is sent from now on and for what a crash leaves
   * behind.
   */
  public void retarget(Target replacement) throws IOException {
    lock.lock();
    try {
      target = replacement;
      journal.target(replacement);
    } finally {
      lock.unlock();
    }
  }

  public Target target() {
    lock.lock();
    try {
      return target;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says that the unchanged bytes are another object's now: the base was copied or renamed.
   *
   * @throws IllegalArgumentException when it has another size
   */
  public void rebase(Base same) throws IOException {
    lock.lock();
    try {
      Base before = shape.base();
      if (before == null || before.size() != same.size()) {
        throw new IllegalArgumentException("a copy of the base has its size");
      }
      shape.rebased(same);
      changes++;
      publications++;
      journal.base(same);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes all of the source at this offset; bytes between the old end and it become zeros.
   *
   * @throws WriteException {@code NO_SPACE} when the spool or its disk is full; {@code STREAM_ONLY}
   *     over bytes that were sent and given up; {@code TOO_LARGE}; {@code CORRUPT} when a block that
   *     changes in part is damaged
   */
  public void write(long offset, ByteBuffer source) throws IOException {
    int length = source.remaining();
    if (length == 0) {
      return;
    }
    checkSize(offset, length);
    long held = 0;
    try {
      for (; ; ) {
        long missing;
        lock.lock();
        try {
          awaitThaw();
          requireHere(offset, offset + length);
          missing = missing(offset, offset + length) - held;
          if (missing <= 0 || spool.space().tryTake(missing)) {
            held += Math.max(0, missing);
            long before = stored;
            try {
              store(offset, source, Role.DIRTY);
            } finally {
              held -= stored - before;
            }
            break;
          }
        } finally {
          lock.unlock();
        }
        spool.awaitRoom(missing);
        held += missing;
      }
    } finally {
      spool.space().give(held);
    }
    if (offset + length >= notifyAt) {
      listener.grown(this);
    }
  }

  private void checkSize(long offset, long length) throws WriteException {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("no such range: " + length + " bytes from " + offset);
    }
    if (offset > maxSize - length) {
      throw new WriteException(
          Kind.TOO_LARGE, "an object of this store has at most " + maxSize + " bytes");
    }
  }

  @GuardedBy("lock")
  private void requireHere(long start, long end) throws WriteException {
    if (shape.gone().intersects(start, end)) {
      throw new WriteException(
          Kind.STREAM_ONLY,
          "bytes " + start + " to " + end + " of " + target.key()
              + " were sent already and the spool is too small to keep them; raise --spool-size");
    }
  }

  @GuardedBy("lock")
  private long missing(long start, long end) {
    long missing = 0;
    for (long at = start; at < end; ) {
      int index = (int) (at / segmentSize);
      long stop = Math.min(end, (index + 1L) * segmentSize);
      int from = (int) (at - (long) index * segmentSize);
      int to = (int) (stop - (long) index * segmentSize);
      Segment segment = segments.get(index);
      missing += segment == null
          ? (long) ((to + blockSize - 1) / blockSize - from / blockSize) * blockSize
          : segment.missing(from, to);
      at = stop;
    }
    return missing;
  }

  /** Whether bytes are a program's or the base's. */
  enum Role {
    DIRTY,
    CLEAN
  }

  /**
   * Puts the bytes into segments. The journal knows what a block is going to be before the block
   * changes.
   */
  @GuardedBy("lock")
  private void store(long offset, ByteBuffer source, Role role) throws IOException {
    int limit = source.limit();
    long at = offset;
    while (source.position() < limit) {
      int index = (int) (at / segmentSize);
      int from = (int) (at - (long) index * segmentSize);
      int count = Math.min(limit - source.position(), segmentSize - from);
      source.limit(source.position() + count);
      Segment segment = segments.get(index);
      if (segment == null) {
        segment = new Segment(spool, spool.file(id + "." + index), new Blocks());
        segments.put(index, segment);
      }
      long before = segment.allocated();
      try {
        put(segment, index, at, from, source, role);
      } finally {
        source.limit(limit);
        stored += segment.allocated() - before;
      }
      at += count;
    }
  }

  @GuardedBy("lock")
  private void put(Segment segment, int index, long at, int from, ByteBuffer source, Role role)
      throws IOException {
    int count = source.remaining();
    Blocks.Slice change = segment.prepare(from, source);
    boolean later;
    try {
      later = journal.leavesForLater(at, role);
      if (!later) {
        journal.record(at, at + count, role, index, change);
      }
      segment.apply(change, from, source);
    } catch (IOException e) {
      segment.abandon();
      throw e;
    }
    if (role == Role.CLEAN) {
      shape.filled(at, at + count);
      return;
    }
    changes++;
    shape.wrote(at, at + count);
    size = shape.size();
    if (transfer != null) {
      transfer.touched(at, at + count);
    }
    if (later) {
      journal.later(at, at + count);
    }
  }

  /**
   * Sets the size: what is cut off is gone, what is added is zeros.
   *
   * @throws WriteException {@code STREAM_ONLY} when it cuts through bytes that were given up
   */
  public void truncate(long newSize) throws IOException {
    checkSize(newSize, 0);
    lock.lock();
    try {
      awaitThaw();
      resize(newSize);
    } finally {
      lock.unlock();
    }
  }

  /** Makes the file at least this large; what is added is zeros. */
  public void extend(long leastSize) throws IOException {
    checkSize(leastSize, 0);
    lock.lock();
    try {
      awaitThaw();
      if (leastSize > shape.size()) {
        resize(leastSize);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void resize(long newSize) throws IOException {
    if (newSize == shape.size()) {
      return;
    }
    if (newSize < shape.size()
        && newSize > 0
        && shape.gone().intersects(newSize - 1, newSize)
        && (transfer == null || !transfer.isBorder(newSize))) {
      requireHere(newSize - 1, newSize);
    }
    Segment border = null;
    Blocks.Slice cut = null;
    int index = (int) (newSize / segmentSize);
    int rest = (int) (newSize - (long) index * segmentSize);
    if (newSize < shape.size() && rest > 0) {
      border = segments.get(index);
      cut = border == null ? null : border.prepareCut(rest);
    }
    journal.resize(newSize, index, cut);
    if (border != null && cut != null) {
      long before = border.allocated();
      border.applyCut(cut, rest);
      spool.space().give(before - border.allocated());
    }
    dropSegments(rest == 0 ? index : index + 1);
    long before = shape.size();
    shape.resized(newSize);
    size = newSize;
    changes++;
    if (transfer != null) {
      transfer.touched(Math.min(before, newSize), Long.MAX_VALUE);
    }
  }

  @GuardedBy("lock")
  private void dropSegments(int from) {
    Map<Integer, Segment> beyond = segments.tailMap(from, true);
    beyond.values().forEach(this::drop);
    beyond.clear();
  }

  @GuardedBy("lock")
  private void drop(Segment segment) {
    long allocated = segment.allocated();
    segment.delete();
    spool.space().give(allocated);
  }

  /**
   * Reads up to {@code length} bytes and hands them to the sink in one call; fewer only at the end.
   *
   * @throws WriteException {@code STREAM_ONLY} for bytes that were sent and given up; {@code
   *     CORRUPT} when the spool is damaged there
   */
  public void read(long offset, int length, ByteSink sink) throws IOException {
    for (; ; ) {
      List<Piece> pieces;
      Base from;
      long seen;
      lock.lock();
      try {
        requireOpen();
        pieces = resolve(offset, Math.min(shape.size(), offset + length));
        from = shape.base();
        seen = publications;
      } finally {
        lock.unlock();
      }
      Delivery delivery = new Delivery(pieces, sink);
      try {
        if (delivery.run(from)) {
          return;
        }
      } catch (StorageException e) {
        boolean moved = e.kind() == StorageException.Kind.PRECONDITION_FAILED
            || e.kind() == StorageException.Kind.NOT_FOUND;
        // A publish of our own may have replaced the base between the look and the read.
        if (!moved || delivery.delivered || !awaitOtherBase(seen)) {
          throw e;
        }
      }
    }
  }

  /** A run, cut at the borders of segments. */
  private record Piece(Run run, @Nullable Segment segment, int from) {}

  @GuardedBy("lock")
  private List<Piece> resolve(long start, long end) throws WriteException {
    List<Piece> pieces = new ArrayList<>(2);
    long at = start;
    while (at < end) {
      Run run = shape.runAt(at, end);
      if (run.source() == Source.GONE) {
        requireHere(run.start(), run.end());
      }
      if (run.source() == Source.LOCAL) {
        int index = (int) (at / segmentSize);
        long base = (long) index * segmentSize;
        Run cut = new Run(run.source(), at, Math.min(run.end(), base + segmentSize));
        pieces.add(new Piece(cut, segments.get(index), (int) (at - base)));
        at = cut.end();
      } else {
        pieces.add(new Piece(run, null, 0));
        at = run.end();
      }
    }
    return pieces;
  }

  /**
   * Fills the area with the local bytes and zeros of these pieces; it begins at {@code origin}, on a
   * block's border. Runs without the lock.
   *
   * @return false when a segment was given up meanwhile
   */
  private boolean load(List<Piece> pieces, long origin, ByteBuffer area) throws IOException {
    for (Piece piece : pieces) {
      if (piece.segment() != null) {
        int before = piece.from() % blockSize;
        int at = (int) (piece.run().start() - origin);
        area.position(at - before);
        int to = piece.from() + (int) piece.run().length();
        if (!piece.segment().read(piece.from(), to, area)) {
          return false;
        }
      }
    }
    for (Piece piece : pieces) {
      if (piece.run().source() == Source.ZERO) {
        zero(area, (int) (piece.run().start() - origin), (int) (piece.run().end() - origin));
      }
    }
    return true;
  }

  private static void zero(ByteBuffer area, int from, int to) {
    int at = from;
    for (; at < to && (at & 7) != 0; at++) {
      area.put(at, (byte) 0);
    }
    for (; at + 8 <= to; at += 8) {
      area.putLong(at, 0);
    }
    for (; at < to; at++) {
      area.put(at, (byte) 0);
    }
  }

  /** One answer to a read. */
  private final class Delivery {
    private final List<Piece> pieces;
    private final ByteSink sink;
    private boolean delivered;

    Delivery(List<Piece> pieces, ByteSink sink) {
      this.pieces = pieces;
      this.sink = sink;
    }

    /** False when a segment was given up meanwhile; nothing was sent then. */
    boolean run(@Nullable Base from) throws IOException {
      if (pieces.isEmpty()) {
        sink.send();
        return true;
      }
      long start = pieces.get(0).run().start();
      long end = pieces.get(pieces.size() - 1).run().end();
      long origin = start / blockSize * blockSize;
      long first = Long.MAX_VALUE;
      long last = 0;
      boolean here = false;
      for (Piece piece : pieces) {
        if (piece.run().source() == Source.BASE) {
          first = Math.min(first, piece.run().start());
          last = piece.run().end();
        } else {
          here = true;
        }
      }
      ByteBuffer area = spool.readBuffer(
          here ? (int) ((end - origin + blockSize - 1) / blockSize * blockSize) : 0);
      if (here && !load(pieces, origin, area)) {
        return false;
      }
      area.clear();
      if (from == null || last == 0) {
        send(area, origin, 0);
      } else {
        long baseStart = first;
        // One request for all of it: what lies between was changed and is small.
        baseReader.read(
            from, baseStart, (int) (last - baseStart), got -> send(area, origin, baseStart, got));
      }
      return true;
    }

    private void send(ByteBuffer area, long origin, long baseStart, ByteBuffer... base)
        throws IOException {
      List<ByteBuffer> out = new ArrayList<>(pieces.size());
      long localStart = -1;
      long localEnd = -1;
      for (Piece piece : pieces) {
        Run run = piece.run();
        if (run.source() != Source.BASE) {
          localStart = localStart < 0 ? run.start() : localStart;
          localEnd = run.end();
          continue;
        }
        if (localStart >= 0) {
          out.add(cut(area, localStart - origin, localEnd - origin));
          localStart = -1;
        }
        cut(base, run.start() - baseStart, run.end() - baseStart, out);
      }
      if (localStart >= 0) {
        out.add(cut(area, localStart - origin, localEnd - origin));
      }
      delivered = true;
      sink.send(out.toArray(new ByteBuffer[0]));
    }

    private static ByteBuffer cut(ByteBuffer area, long from, long to) {
      return area.duplicate().limit((int) to).position((int) from).slice();
    }

    private static void cut(ByteBuffer[] from, long start, long end, List<ByteBuffer> out) {
      long at = 0;
      for (ByteBuffer bytes : from) {
        long stop = at + bytes.remaining();
        if (stop > start && at < end) {
          int skip = (int) Math.max(0, start - at);
          int until = (int) (Math.min(end, stop) - at);
          out.add(cut(bytes, bytes.position() + skip, bytes.position() + until));
        }
        at = stop;
      }
    }
  }

  private boolean awaitOtherBase(long seen) throws WriteException {
    lock.lock();
    try {
      while (publishing && publications == seen && !closed) {
        awaitChange();
      }
      return publications != seen;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Copies staged bytes for an upload: the target is cleared and filled from {@code offset} on, up to
   * {@code end} at most.
   *
   * @return the bytes, checked
   * @throws IllegalStateException when some of them are the base's
   */
  ByteBuffer load(long offset, long end, ByteBuffer area) throws IOException {
    long origin = offset / blockSize * blockSize;
    long stop = Math.min(end, origin + area.capacity() / blockSize * blockSize);
    for (; ; ) {
      List<Piece> pieces;
      lock.lock();
      try {
        requireOpen();
        pieces = resolve(offset, stop);
      } finally {
        lock.unlock();
      }
      for (Piece piece : pieces) {
        if (piece.run().source() == Source.BASE) {
          throw new IllegalStateException("bytes of the base are not in the spool");
        }
      }
      area.clear();
      if (load(pieces, origin, area)) {
        return area.clear().limit((int) (stop - origin)).position((int) (offset - origin));
      }
    }
  }

  /** The bytes of this range that only the base has, in as few ranges as can be. */
  Extents missingFromBase(long start, long end) {
    lock.lock();
    try {
      Extents missing = new Extents();
      long at = start;
      long stop = Math.min(end, shape.size());
      while (at < stop) {
        Run run = shape.runAt(at, stop);
        if (run.source() == Source.BASE) {
          missing.add(run.start(), run.end());
        }
        at = run.end();
      }
      return missing;
    } finally {
      lock.unlock();
    }
  }

  /** Whether every byte is in the spool or zero. */
  boolean isHere() {
    return missingFromBase(0, Long.MAX_VALUE).isEmpty();
  }

  /** Takes bytes of the base into the spool where nothing newer is there. */
  void fill(long offset, ByteBuffer bytes) throws IOException {
    lock.lock();
    try {
      requireOpen();
      long end = offset + bytes.remaining();
      int start = bytes.position();
      long at = offset;
      while (at < end && at < shape.size()) {
        Run run = shape.runAt(at, Math.min(end, shape.size()));
        if (run.source() == Source.BASE) {
          ByteBuffer piece = bytes.duplicate();
          piece.limit(start + (int) (run.end() - offset));
          piece.position(start + (int) (run.start() - offset));
          // Parts being sent need it, and they are few at a time; sending them makes room.
          long missing = missing(run.start(), run.end());
          spool.space().takeAnyway(missing);
          long before = stored;
          try {
            store(run.start(), piece, Role.CLEAN);
          } finally {
            spool.space().give(missing - (stored - before));
          }
        }
        at = run.end();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes room; see {@link Space.Relief}. */
  long giveUp(Expendable what) {
    lock.lock();
    try {
      if (closed || frozen || (publishing && what == Expendable.CLEAN)) {
        return 0;
      }
      long freed = 0;
      List<Integer> given = new ArrayList<>();
      for (Map.Entry<Integer, Segment> entry : segments.entrySet()) {
        long start = (long) entry.getKey() * segmentSize;
        long end = Math.min(start + segmentSize, shape.size());
        if (isExpendable(what, start, end)) {
          if (!recordRelease(start)) {
            break;
          }
          freed += entry.getValue().allocated();
          shape.released(start, start + segmentSize);
          drop(entry.getValue());
          given.add(entry.getKey());
        }
      }
      segments.keySet().removeAll(given);
      return freed;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean recordRelease(long start) {
    try {
      journal.release(start, start + segmentSize);
      return true;
    } catch (IOException e) {
      // What the journal cannot say is not given up.
      return false;
    }
  }

  @GuardedBy("lock")
  private boolean isExpendable(Expendable what, long start, long end) {
    if (transfer != null && transfer.isSending(start, end)) {
      return false;
    }
    return switch (what) {
      case CLEAN -> !shape.dirty().intersects(start, end);
      case SENT -> transfer != null && end - start == segmentSize && transfer.hasSent(start, end);
    };
  }

  /** Whether something is under way that may make room. */
  boolean isBusy() {
    lock.lock();
    try {
      return publishing || (transfer != null && transfer.inFlight() > 0);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void awaitThaw() throws WriteException {
    requireOpen();
    while (frozen) {
      awaitChange();
      requireOpen();
    }
  }

  /** Waits until something changes; holds the lock before and after. */
  @GuardedBy("lock")
  void awaitChange() throws WriteException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WriteException(Kind.INTERRUPTED, "interrupted while waiting for the store", e);
    }
  }

  @GuardedBy("lock")
  private void requireOpen() throws WriteException {
    if (closed) {
      throw new WriteException(Kind.CLOSED, "the staged file of " + target.key() + " is closed");
    }
  }

  // What follows is the publisher's, and is called with the lock held.

  @GuardedBy("lock")
  void signal() {
    changed.signalAll();
  }

  @GuardedBy("lock")
  Shape shape() {
    return shape;
  }

  @GuardedBy("lock")
  long changes() {
    return changes;
  }

  @GuardedBy("lock")
  Journal journal() {
    return journal;
  }

  @GuardedBy("lock")
  @Nullable
  Transfer transfer() {
    return transfer;
  }

  @GuardedBy("lock")
  void transfer(@Nullable Transfer replacement) {
    transfer = replacement;
  }

  @GuardedBy("lock")
  boolean isPublishing() {
    return publishing;
  }

  @GuardedBy("lock")
  boolean isClosed() {
    return closed;
  }

  Spool spool() {
    return spool;
  }

  /** Reports growth once the file reaches this size. */
  void notifyAt(long bytes) {
    notifyAt = bytes;
  }

  void beginPublish() throws WriteException {
    lock.lock();
    try {
      requireOpen();
      while (publishing) {
        awaitChange();
        requireOpen();
      }
      publishing = true;
    } finally {
      lock.unlock();
    }
  }

  void endPublish() {
    lock.lock();
    try {
      publishing = false;
      frozen = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    spool.space().stir();
  }

  /** From now to the end of the publish, writers wait. */
  @GuardedBy("lock")
  void freeze() {
    frozen = true;
  }

  @GuardedBy("lock")
  void thaw() {
    frozen = false;
    changed.signalAll();
  }

  /** The object is what was cut off as this attempt. */
  @GuardedBy("lock")
  void moved(Shape.Attempt attempt, Version version) throws IOException {
    shape.published(attempt, version);
    transfer = null;
    changes++;
    publications++;
    journal.published(shape.isDirty());
    changed.signalAll();
  }

  // Called by the journal, whose every call has the lock.
  @SuppressWarnings("GuardedBy")
  private Journal.Snapshot snapshot() {
    return new Journal.Snapshot(target, shape, transfer, segments);
  }

  /** Records what was written since the last time, so that a crash leaves it on the list. */
  void checkpoint() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        journal.checkpoint();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns when all that was written so far would outlive a crash of the machine in the spool. */
  public void sync() throws IOException {
    List<Segment> written;
    lock.lock();
    try {
      requireOpen();
      written = List.copyOf(segments.values());
    } finally {
      lock.unlock();
    }
    for (Segment segment : written) {
      segment.force();
    }
    lock.lock();
    try {
      requireOpen();
      journal.force();
    } finally {
      lock.unlock();
    }
    spool.forceFolder();
  }

  /** Stops using the files and leaves them for {@link Spool} to find. */
  void letGo() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        try {
          journal.checkpoint();
        } finally {
          closed = true;
          segments.values().forEach(Segment::close);
          journal.close();
          changed.signalAll();
        }
      }
    } finally {
      lock.unlock();
    }
    spool.leave(this);
  }

  /** Drops what is staged. An upload under way is the publisher's to abort: see {@link Publisher#discard}. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        dropSegments(0);
        journal.delete();
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    spool.leave(this);
  }
}
