package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.StorageException;
import dev.cove.storage.Version;
import dev.cove.write.Shape.Source;
import dev.cove.write.WriteException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of one file while it is written: what the object had, with local changes over it.
 *
 * <p>Safe for use by many threads. Writers do not wait for the store but for two things: room in the
 * spool, and a publish that is sending the file as one request or could not keep up with them
 * otherwise. What they write while a publish is under way and after it took the file's state belongs
 * to the next one.
 */
public final class StagedFile implements Closeable {

  /** What a staged file asks of its publisher; called without the file's lock. */
  interface Engine {
    /** The file has grown far enough for more of it to be sent. */
    void grown(StagedFile file);

    /**
     * The base is not the object any more: was that a write of this file, thought lost?
     *
     * @return whether the file has another base now
     */
    boolean settled(StagedFile file) throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(StagedFile.class);

  private final Spool spool;
  private final int blockSize;
  private final long maxSize;
  private final BaseReader baseReader;
  private final Engine engine;

  // Outer lock: a segment's monitor and the spool's leaf locks may be taken under it. Never held
  // while a request is under way.
  final ReentrantLock lock = new ReentrantLock();
  // Signalled when a part arrives, a publish ends or writers may go on.
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final Draft draft;

  @GuardedBy("lock")
  private boolean publishing;

  @GuardedBy("lock")
  private boolean frozen;

  @GuardedBy("lock")
  private boolean closed;

  private volatile long size;
  private volatile long notifyAt = Long.MAX_VALUE;

  StagedFile(Spool spool, Draft draft, long maxSize, BaseReader baseReader, Engine engine) {
    this.spool = spool;
    this.blockSize = spool.options().blockSize();
    this.draft = draft;
    this.maxSize = maxSize;
    this.size = draft.shape().size();
    this.baseReader = baseReader;
    this.engine = engine;
    spool.join(this);
  }

  /** Names it among the {@linkplain Spool#leftovers leftovers} should it become one. */
  @SuppressWarnings("GuardedBy") // never changes
  public String id() {
    return draft.id();
  }

  /** In bytes. */
  public long size() {
    return size;
  }

  /** Whether the object does not have all of this. */
  public boolean isDirty() {
    lock.lock();
    try {
      return draft.shape().isDirty();
    } finally {
      lock.unlock();
    }
  }

  /** What the unchanged bytes come from; null where nothing does. */
  public @Nullable Base base() {
    lock.lock();
    try {
      return draft.shape().base();
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
      draft.target(replacement);
    } finally {
      lock.unlock();
    }
  }

  public Target target() {
    lock.lock();
    try {
      return draft.target();
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
      Base before = draft.shape().base();
      if (before == null || before.size() != same.size()) {
        throw new IllegalArgumentException("a copy of the base has its size");
      }
      draft.rebased(same);
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
          draft.requireHere(offset, offset + length);
          missing = draft.segments().missing(offset, offset + length) - held;
          if (missing <= 0 || spool.space().tryTake(missing)) {
            held += Math.max(0, missing);
            long before = draft.taken();
            try {
              draft.write(offset, source);
            } finally {
              held -= draft.taken() - before;
              size = draft.shape().size();
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
      engine.grown(this);
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
      if (leastSize > draft.shape().size()) {
        resize(leastSize);
      }
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void resize(long newSize) throws IOException {
    draft.resize(newSize);
    size = newSize;
    // What is written after the cut is to be sent as it grows, too.
    notifyAt = Math.min(notifyAt, newSize + 1);
  }

  /**
   * Reads up to {@code length} bytes and hands them to the sink in one call; fewer only at the end.
   *
   * @throws WriteException {@code STREAM_ONLY} for bytes that were sent and given up; {@code
   *     CORRUPT} when the spool is damaged there
   */
  public void read(long offset, int length, ByteSink sink) throws IOException {
    boolean[] delivered = {false};
    ByteSink once = pieces -> {
      delivered[0] = true;
      sink.send(pieces);
    };
    for (; ; ) {
      StagedRead read;
      lock.lock();
      try {
        requireOpen();
        long end = Math.min(draft.shape().size(), offset + length);
        read = new StagedRead(resolve(offset, end), draft.shape().base(), draft.publications());
      } finally {
        lock.unlock();
      }
      try {
        if (read.deliver(spool.readBuffer(read.areaSize()), baseReader, once)) {
          return;
        }
      } catch (StorageException e) {
        // A publish of our own may have replaced the base between the look and the read, or before
        // that and nobody has heard of it.
        boolean retry = Settlement.isMoved(e)
            && !delivered[0]
            && (awaitOtherBase(read.publications()) || engine.settled(this));
        if (!retry) {
          throw e;
        }
      }
    }
  }

  @GuardedBy("lock")
  private LocalRuns resolve(long start, long end) throws WriteException {
    draft.requireHere(start, end);
    return draft.resolve(start, end);
  }

  private boolean awaitOtherBase(long seen) throws WriteException {
    lock.lock();
    try {
      while (publishing && draft.publications() == seen && !closed) {
        awaitChange();
      }
      return draft.publications() != seen;
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
      LocalRuns runs;
      lock.lock();
      try {
        requireOpen();
        // Cut off meanwhile: the part is of no use any more, but has a length.
        runs = resolve(offset, stop);
      } finally {
        lock.unlock();
      }
      if (runs.has(Source.BASE)) {
        throw new IllegalStateException("bytes of the base are not in the spool");
      }
      if (runs.load(area)) {
        return area;
      }
    }
  }

  /** The CRC32C of staged bytes, where it is known without reading them. */
  OptionalInt crc32c(long start, long end) {
    LocalRuns runs;
    lock.lock();
    try {
      runs = draft.resolve(start, end);
    } finally {
      lock.unlock();
    }
    return runs.crc32c();
  }

  /** The bytes of this range that the spool cannot give. */
  Extents absent(long start, long end) {
    lock.lock();
    try {
      LocalRuns runs = draft.resolve(start, Math.min(end, draft.shape().size()));
      Extents absent = runs.from(Source.BASE);
      absent.addAll(runs.from(Source.GONE));
      return absent;
    } finally {
      lock.unlock();
    }
  }

  /** The bytes of this range that only the base has, in as few ranges as can be. */
  Extents missingFromBase(long start, long end) {
    lock.lock();
    try {
      return draft.resolve(start, Math.min(end, draft.shape().size())).from(Source.BASE);
    } finally {
      lock.unlock();
    }
  }

  /** Whether every byte is in the spool or zero. */
  boolean isHere() {
    return missingFromBase(0, Long.MAX_VALUE).isEmpty();
  }

  /** See {@link Draft#fill}. */
  void fill(long offset, ByteBuffer bytes) throws IOException {
    lock.lock();
    try {
      requireOpen();
      draft.fill(offset, bytes);
    } finally {
      lock.unlock();
    }
  }

  /** Makes room; see {@link Space.Relief}. */
  long giveUp(Draft.Expendable what) {
    lock.lock();
    try {
      // A publish may count on clean bytes it has fetched.
      boolean needed = frozen || (publishing && what == Draft.Expendable.CLEAN);
      return closed || needed ? 0 : draft.giveUp(what);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether something is under way that may make room; sends again what could not be sent a while
   * ago.
   */
  boolean isBusy() {
    boolean failed;
    lock.lock();
    try {
      Transfer transfer = draft.transfer();
      if (publishing || (transfer != null && transfer.inFlight() > 0)) {
        return true;
      }
      failed = transfer != null && transfer.failure() != null && !closed;
    } finally {
      lock.unlock();
    }
    if (failed) {
      engine.grown(this);
    }
    return failed;
  }

  @GuardedBy("lock")
  private void awaitThaw() throws WriteException {
    requireOpen();
    while (frozen) {
      awaitChange();
      requireOpen();
    }
  }

  /** As {@link #awaitChange}, for what must be brought to its end. */
  @GuardedBy("lock")
  void awaitChangeWhatever() {
    changed.awaitUninterruptibly();
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
      throw new WriteException(
          Kind.CLOSED, "the staged file of " + draft.target().key() + " is closed");
    }
  }

  // What follows is the publisher's, and is called with the lock held.

  @GuardedBy("lock")
  void signal() {
    changed.signalAll();
  }

  @GuardedBy("lock")
  Draft draft() {
    return draft;
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
      if (!closed && draft.shape().isDirty()) {
        // A publish that failed leaves its state on record at once.
        draft.journal().checkpoint();
      }
    } catch (IOException e) {
      // Tried again with the next checkpoint; what came of the publish is what counts here.
      LOG.debug("Cannot record the state of {} yet: {}", draft.target().key(), e.getMessage());
    } finally {
      changed.signalAll();
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
  void moved(Shape.Attempt attempt, Version version) {
    draft.published(attempt, version);
    notifyAt = size + 1;
    changed.signalAll();
  }

  /** Records what was written since the last time, so that a crash leaves it on the list. */
  void checkpoint() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        draft.journal().checkpoint();
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
      written = List.copyOf(draft.segments().all().values());
    } finally {
      lock.unlock();
    }
    for (Segment segment : written) {
      segment.force();
    }
    lock.lock();
    try {
      requireOpen();
      draft.journal().force();
    } finally {
      lock.unlock();
    }
    spool.forceFolder();
  }

  /**
   * Leaves what is staged in the spool, with the reason why it is not stored, and closes this. It is
   * listed among the {@linkplain Spool#leftovers leftovers} from now on.
   */
  public Kept keep(String reason) throws IOException {
    beginPublish();
    try {
      lock.lock();
      try {
        draft.journal().kept(reason);
      } finally {
        lock.unlock();
      }
      String name = PlainCopy.tryMake(this);
      if (name != null) {
        lock.lock();
        try {
          draft.journal().plainFile(name);
        } finally {
          lock.unlock();
        }
      }
      return new Kept(id(), name == null ? null : spool.plainFile(name));
    } finally {
      letGo();
      endPublish();
    }
  }

  /** Stops using the files and leaves them where they are. */
  void letGo() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        changed.signalAll();
        draft.leave();
      }
    } finally {
      lock.unlock();
      spool.leave(this);
    }
  }

  /**
   * Drops what is staged. An upload under way is the publisher's to end: see {@link
   * Publisher#discard}.
   */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        changed.signalAll();
        draft.delete();
      }
    } finally {
      lock.unlock();
      spool.leave(this);
    }
  }
}
