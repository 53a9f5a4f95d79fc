package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.Version;
import dev.cove.write.WriteException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
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
  private final long maxSize;
  private final Engine engine;
  private final StagedBytes bytes = new StagedBytes(this);
  private final StagedReader reader;

  // Outer lock: a segment's monitor and the spool's leaf locks may be taken under it. Never held
  // while a request is under way.
  final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Turns turns = new Turns(lock);

  @GuardedBy("lock")
  private final Draft draft;

  private volatile long size;
  private volatile long notifyAt = Long.MAX_VALUE;

  StagedFile(Spool spool, Draft draft, long maxSize, BaseReader baseReader, Engine engine) {
    this.spool = spool;
    this.draft = draft;
    this.maxSize = maxSize;
    this.size = draft.shape().size();
    this.engine = engine;
    this.reader = new StagedReader(this, baseReader, engine);
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
      turns.signal();
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
          turns.awaitThaw();
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
      turns.awaitThaw();
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
      turns.awaitThaw();
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
    reader.read(offset, length, sink);
  }

  /** Makes room; see {@link Space.Relief}. */
  long giveUp(Draft.Expendable what) {
    lock.lock();
    try {
      // A publish may count on clean bytes it has fetched.
      boolean needed = turns.isFrozen() || (turns.isPublishing() && what == Draft.Expendable.CLEAN);
      return turns.isClosed() || needed ? 0 : draft.giveUp(what);
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
      if (turns.isPublishing() || (transfer != null && transfer.inFlight() > 0)) {
        return true;
      }
      failed = transfer != null && transfer.failure() != null && !turns.isClosed();
    } finally {
      lock.unlock();
    }
    if (failed) {
      engine.grown(this);
    }
    return failed;
  }

  // What follows is the publisher's, and is called with the lock held.

  @GuardedBy("lock")
  Draft draft() {
    return draft;
  }

  @GuardedBy("lock")
  Turns turns() {
    return turns;
  }

  /** What is staged, for those who send or save it. */
  StagedBytes bytes() {
    return bytes;
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
      turns.beginPublish();
    } finally {
      lock.unlock();
    }
  }

  void endPublish() {
    lock.lock();
    try {
      turns.endPublish();
      if (!turns.isClosed() && draft.shape().isDirty()) {
        // A publish that failed leaves its state on record at once.
        draft.journal().checkpoint();
      }
    } catch (IOException e) {
      // Tried again with the next checkpoint; what came of the publish is what counts here.
      LOG.debug("Cannot record the state of {} yet: {}", draft.target().key(), e.getMessage());
    } finally {
      lock.unlock();
    }
    spool.space().stir();
  }

  /** The object is what was cut off as this attempt. */
  @GuardedBy("lock")
  void moved(Shape.Attempt attempt, Version version) {
    draft.published(attempt, version);
    notifyAt = size + 1;
    turns.signal();
  }

  /** Records what was written since the last time, so that a crash leaves it on the list. */
  void checkpoint() throws IOException {
    lock.lock();
    try {
      if (!turns.isClosed()) {
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
      turns.requireOpen();
      written = List.copyOf(draft.segments().all().values());
    } finally {
      lock.unlock();
    }
    for (Segment segment : written) {
      segment.force();
    }
    lock.lock();
    try {
      turns.requireOpen();
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
      if (!turns.isClosed()) {
        turns.close();
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
      if (!turns.isClosed()) {
        turns.close();
        draft.delete();
      }
    } finally {
      lock.unlock();
      spool.leave(this);
    }
  }
}
