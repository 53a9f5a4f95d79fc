package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.ByteRange;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.write.Shape.Attempt;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes staged files the objects of a store, whole or not at all. What fails leaves the staged file
 * as it was; publishing again goes on where it stopped.
 *
 * <p>Every write carries an id of its own, so that a write whose acknowledgement was lost is known
 * for one's own when it is met again: it counts as done, once.
 */
public final class Publisher implements Closeable {
  // Writers that change parts faster than they can be sent wait after that many parts were sent in
  // vain.
  private static final int PATIENCE = 8;
  // How often an upload that the store forgot, or a state moved by an earlier write of ours, is
  // met before that is called a failure.
  private static final int ROUNDS = 5;

  private final ObjectStore store;
  private final Spool spool;
  private final Sender sender;
  private final Orphans orphans;

  /**
   * @throws IOException when the spool's notes of uploads to end cannot be read
   */
  public Publisher(ObjectStore store, Spool spool, PublishOptions options) throws IOException {
    this.store = store;
    this.spool = spool;
    this.sender = new Sender(store, options, spool.options());
    this.orphans = new Orphans(store, spool);
  }

  /**
   * Begins to stage a file. What is written to its end is sent in the background once it is more
   * than a part.
   *
   * @param target what it is to become as far as is known now
   * @param base what its unchanged bytes come from; null for a new file or one that is replaced whole
   */
  public StagedFile stage(Target target, @Nullable Base base, BaseReader baseReader) {
    Draft draft = new Draft(spool, spool.newId(), target, new Shape(base));
    StagedFile file = staged(draft, baseReader);
    file.notifyAt(Math.max(file.size(), sender.wholeLimit()) + 1);
    return file;
  }

  private StagedFile staged(Draft draft, BaseReader baseReader) {
    return new StagedFile(
        spool, draft, store.capabilities().maxObjectSize(), baseReader, sender::grown);
  }

  /**
   * Opens what was left: {@link #publish} with its target uploads it, finding out first whether it
   * had arrived; {@link #save} copies it elsewhere; {@link #discard} drops it.
   *
   * @throws IOException when its journal cannot be read; {@link #discard(Leftover)} is left then
   */
  public StagedFile reopen(Leftover leftover, BaseReader baseReader) throws IOException {
    return staged(Draft.resume(spool, leftover.id(), spool.left(leftover.id())), baseReader);
  }

  /** Drops what was left and ends its upload, if that can be found. */
  public void discard(Leftover leftover) throws IOException {
    if (leftover.target() == null) {
      spool.deleteLeft(leftover.id());
      return;
    }
    discard(reopen(leftover, (base, offset, length, sink) -> {
      throw new IOException("the file is being discarded");
    }));
  }

  /**
   * Copies the content to a new file; unchanged bytes come from the store where it still has them.
   *
   * @return the ranges that are nowhere any more, holes in the copy; empty when it is whole
   */
  public List<ByteRange> save(StagedFile file, Path path) throws IOException {
    try (FileChannel copy =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      List<ByteRange> holes = PlainCopy.write(file, copy);
      Base base = file.base();
      List<ByteRange> left = new ArrayList<>();
      for (ByteRange hole : holes) {
        if (base == null || !fetched(base, hole, copy)) {
          left.add(hole);
        }
      }
      return left;
    }
  }

  private boolean fetched(Base base, ByteRange range, FileChannel copy) throws IOException {
    try {
      sender.fetch(base, range.offset(), range.end(), (at, bytes) -> {
        long to = at;
        while (bytes.hasRemaining()) {
          to += copy.write(bytes, to);
        }
      });
      return true;
    } catch (StorageException e) {
      if (isMoved(e)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isMoved(StorageException e) {
    return e.kind() == StorageException.Kind.PRECONDITION_FAILED
        || e.kind() == StorageException.Kind.NOT_FOUND;
  }

  /** An earlier write of this file, thought lost, turned out to be the object. */
  private static final class Overtaken extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Version version;

    Overtaken(Version version) {
      super("an earlier write had been applied");
      this.version = version;
    }
  }

  /**
   * Makes the staged content the object; returns when it is stored. Writes that come meanwhile may
   * or may not be part of it, those that are not stay dirty. A file that is what the object is
   * already costs no request.
   *
   * <p>When the upload was begun before this call, {@link Published#applied} carries the headers and
   * metadata of that time.
   *
   * @throws WriteException {@code CONFLICT} when the condition does not hold, or the object whose
   *     bytes are kept is gone; the staged file keeps its bytes
   * @throws StorageException when the store failed; publishing again is safe
   */
  public Published publish(StagedFile file, Target target) throws IOException {
    file.beginPublish();
    try {
      file.retarget(target);
      Target goal = target;
      for (int round = 0; ; round++) {
        try {
          settleEarlier(file);
          return send(file, goal);
        } catch (Overtaken e) {
          if (round >= ROUNDS) {
            throw conflict(file, goal, null);
          }
          if (!(goal.options().condition() instanceof WriteCondition.None)) {
            goal = goal.with(WriteCondition.ifVersion(e.version));
          }
        }
      }
    } finally {
      file.endPublish();
    }
  }

  private Published send(StagedFile file, Target goal) throws IOException, Overtaken {
    boolean whole;
    file.lock.lock();
    try {
      Shape shape = file.draft().shape();
      Base base = shape.base();
      if (!shape.isDirty() && base != null && base.key().equals(goal.key())) {
        return new Published(new Stored(base.version(), null), base.size(), goal);
      }
      whole = isOneRequest(shape);
    } finally {
      file.lock.unlock();
    }
    return whole ? put(file, goal) : upload(file, goal);
  }

  private boolean isOneRequest(Shape shape) {
    if (shape.size() == 0) {
      return true;
    }
    if (shape.size() > sender.wholeLimit() || !shape.gone().isEmpty()) {
      return false;
    }
    // All of it can be copied where it is: cheaper than to move it here and back.
    return !store.capabilities().partCopy()
        || !shape.changed().isEmpty()
        || shape.size() <= store.capabilities().minPartSize();
  }

  private Published put(StagedFile file, Target goal) throws IOException, Overtaken {
    Attempt attempt;
    StagedContent content;
    Base base = file.base();
    for (; ; ) {
      try {
        sender.fill(file, base, 0, Long.MAX_VALUE);
      } catch (StorageException e) {
        throw baseFailure(file, goal, e);
      }
      drop(file);
      file.lock.lock();
      try {
        Shape shape = file.draft().shape();
        if (!isOneRequest(shape)) {
          return upload(file, goal);
        }
        if (shape.size() > 0 && !file.isHere()) {
          continue;
        }
        file.freeze();
        attempt = cut(file, goal, null);
        content = sender.content(file, 0, shape.size());
        break;
      } finally {
        file.lock.unlock();
      }
    }
    Target stamped = new Target(goal.key(), goal.stamped(attempt.writeId));
    Stored stored;
    try {
      stored = store.put(goal.key(), content, stamped.options());
    } catch (StorageException e) {
      stored = settle(file, goal, attempt, reason(content, e));
      if (stored == null) {
        throw e;
      }
    }
    return done(file, attempt, stored, stamped);
  }

  private static IOException reason(StagedContent content, StorageException e) {
    IOException own = content.failure();
    return own == null ? e : own;
  }

  private Published upload(StagedFile file, Target goal) throws IOException, Overtaken {
    for (int round = 0; ; round++) {
      Transfer transfer = transfer(file, goal);
      Ready ready;
      try {
        ready = drive(file, transfer, goal);
      } catch (StorageException e) {
        if (isMoved(e)) {
          IOException failure = baseFailure(file, goal, e);
          if (failure == e && e.kind() == StorageException.Kind.NOT_FOUND && round < ROUNDS) {
            // The base is there, so it is the upload that is gone.
            forget(file, transfer);
            continue;
          }
          throw failure;
        }
        throw e;
      }
      Target applied = new Target(goal.key(), transfer.target.stamped(transfer.writeId));
      try {
        Upload upload = begun(transfer);
        Stored stored = store.complete(upload, ready.parts(), goal.options().condition());
        return done(file, ready.attempt(), stored, applied);
      } catch (StorageException e) {
        Stored stored = settle(file, goal, ready.attempt(), e);
        if (stored != null) {
          return done(file, ready.attempt(), stored, applied);
        }
        boolean anew = e.kind() == StorageException.Kind.NOT_FOUND
            || e.kind() == StorageException.Kind.INVALID;
        if (!anew || round >= ROUNDS) {
          throw e;
        }
        forget(file, transfer);
      }
    }
  }

  private static Upload begun(Transfer transfer) {
    Upload upload = transfer.upload();
    if (upload == null) {
      throw new IllegalStateException("parts without an upload");
    }
    return upload;
  }

  /** The upload to use: the one under way if it can become the goal. */
  private Transfer transfer(StagedFile file, Target goal) throws IOException {
    boolean usable;
    file.lock.lock();
    try {
      Transfer present = file.draft().transfer();
      usable = present != null && isUsable(file, present, goal);
    } finally {
      file.lock.unlock();
    }
    if (!usable) {
      drop(file);
    }
    file.lock.lock();
    try {
      Transfer present = file.draft().transfer();
      if (present == null) {
        present = new Transfer(goal, Sender.newWriteId(), file.draft().shape().base());
        file.draft().transfer(present);
      }
      present.forgetFailures();
      return present;
    } finally {
      file.lock.unlock();
    }
  }

  @GuardedBy("file.lock")
  private boolean isUsable(StagedFile file, Transfer transfer, Target goal) {
    Shape shape = file.draft().shape();
    Base base = shape.base();
    boolean sameBase = transfer.base == null ? shape.baseLimit() == 0 : transfer.base.equals(base);
    Attempt before = shape.attempt(transfer.writeId);
    // An id in doubt stands for one content only.
    boolean sameContent = before == null || before.holds(shape) || !shape.gone().isEmpty();
    boolean ordered = !store.capabilities().orderedParts() || transfer.resends() == 0;
    return !transfer.isRetired()
        && transfer.target.key().equals(goal.key())
        && sameBase
        && sameContent
        && ordered;
  }

  /** All that one instant of the file consists of. */
  private record Ready(List<Part> parts, Attempt attempt) {}

  /** Sends until the store has every part of the file as it is at one instant, with writers or without. */
  private Ready drive(StagedFile file, Transfer transfer, Target goal) throws IOException {
    file.lock.lock();
    try {
      long planned = -1;
      for (; ; ) {
        if (planned != file.draft().changes()) {
          transfer.plan(sender.plan(file));
          planned = file.draft().changes();
        }
        Throwable failure = transfer.failure();
        if (failure != null) {
          throw rethrown(failure);
        }
        List<Part> parts = transfer.parts();
        if (parts != null) {
          return new Ready(parts, cut(file, goal, transfer));
        }
        if (transfer.resends() > PATIENCE) {
          file.freeze();
        }
        sender.submit(file, transfer);
        file.awaitChange();
      }
    } finally {
      file.lock.unlock();
    }
  }

  private static IOException rethrown(Throwable failure) {
    if (failure instanceof IOException e) {
      return e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    throw new IllegalStateException("sending a part failed: " + failure.getMessage(), failure);
  }

  @GuardedBy("file.lock")
  private static Attempt cut(StagedFile file, Target goal, @Nullable Transfer transfer)
      throws IOException {
    Shape shape = file.draft().shape();
    String writeId = transfer == null ? Sender.newWriteId() : transfer.writeId;
    for (Attempt earlier : shape.attempts()) {
      // The same content sent again for the same key is the same write.
      if (transfer == null && earlier.holds(shape) && earlier.target.key().equals(goal.key())) {
        writeId = earlier.writeId;
      }
    }
    Attempt attempt = shape.cut(writeId, goal);
    file.draft().journal().cut(attempt);
    return attempt;
  }

  private Published done(StagedFile file, Attempt attempt, Stored stored, Target applied)
      throws IOException {
    file.lock.lock();
    try {
      file.moved(attempt, stored.version());
      file.thaw();
    } finally {
      file.lock.unlock();
    }
    orphans.sweep();
    return new Published(stored, attempt.size, applied);
  }

  /** Looks whether a write that was in doubt was applied; one request, none where nothing is. */
  private void settleEarlier(StagedFile file) throws IOException, Overtaken {
    List<Attempt> open;
    file.lock.lock();
    try {
      open = new ArrayList<>(file.draft().shape().attempts());
    } finally {
      file.lock.unlock();
    }
    List<String> looked = new ArrayList<>();
    for (Attempt attempt : open) {
      String key = attempt.target.key();
      if (!looked.contains(key)) {
        looked.add(key);
        recognise(file, key, null);
      }
    }
  }

  /**
   * Looks at the object.
   *
   * @param mine the write that has just ended in doubt
   * @return the object; null where there is none
   * @throws Overtaken when it is another write of this file
   */
  private @Nullable ObjectInfo recognise(StagedFile file, String key, @Nullable Attempt mine)
      throws IOException, Overtaken {
    ObjectInfo info;
    try {
      info = store.head(key);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
    file.lock.lock();
    try {
      Attempt own = file.draft().shape().attempt(writeId(info), info.size());
      if (own != null && own != mine && own.target.key().equals(key)) {
        file.moved(own, info.version());
        throw new Overtaken(info.version());
      }
    } finally {
      file.lock.unlock();
    }
    return info;
  }

  private static @Nullable String writeId(ObjectInfo info) {
    return info.attributes() == null ? null : info.attributes().metadata().get(Target.WRITE_ID);
  }

  /**
   * Finds out what became of a write that failed.
   *
   * @return what was stored after all; null when nothing was and the failure stands
   * @throws WriteException {@code CONFLICT} when another write came first
   */
  private @Nullable Stored settle(StagedFile file, Target goal, Attempt attempt, IOException cause)
      throws IOException, Overtaken {
    if (!(cause instanceof StorageException failure)) {
      giveUp(file, attempt);
      throw cause;
    }
    boolean refused = isMoved(failure);
    if (!refused && !failure.mayHaveBeenApplied()) {
      if (neverApplied(failure.kind())) {
        giveUp(file, attempt);
      }
      return null;
    }
    ObjectInfo info;
    try {
      info = recognise(file, goal.key(), attempt);
    } catch (StorageException e) {
      failure.addSuppressed(e);
      return null;
    }
    if (info != null && attempt.writeId.equals(writeId(info)) && info.size() == attempt.size) {
      return new Stored(info.version(), info.versionId());
    }
    WriteCondition condition = goal.options().condition();
    boolean holds = condition instanceof WriteCondition.None
        || (condition instanceof WriteCondition.IfAbsent && info == null)
        || (condition instanceof WriteCondition.IfVersion wanted
            && info != null
            && info.version().equals(wanted.expected()));
    if (!holds) {
      giveUp(file, attempt);
      throw conflict(file, goal, failure);
    }
    return null;
  }

  /** Kinds that say so at the first try, so that none before it can have been applied either. */
  private static boolean neverApplied(StorageException.Kind kind) {
    return switch (kind) {
      case INVALID, UNSUPPORTED, READ_ONLY, NO_SUCH_BUCKET, ARCHIVED, INVALID_RANGE -> true;
      case NOT_FOUND,
          PRECONDITION_FAILED,
          UNAUTHENTICATED,
          ACCESS_DENIED,
          NO_SPACE,
          CORRUPT,
          THROTTLED,
          TIMEOUT,
          UNAVAILABLE,
          INTERRUPTED -> false;
    };
  }

  private static void giveUp(StagedFile file, Attempt attempt) throws IOException {
    file.lock.lock();
    try {
      file.draft().shape().dropped(attempt);
      file.draft().journal().attemptDropped(attempt);
    } finally {
      file.lock.unlock();
    }
  }

  /** What it means that unchanged bytes could not be had. */
  private IOException baseFailure(StagedFile file, Target goal, StorageException cause)
      throws IOException, Overtaken {
    if (!isMoved(cause)) {
      return cause;
    }
    Base base = file.base();
    if (base == null) {
      return cause;
    }
    ObjectInfo info;
    try {
      info = recognise(file, base.key(), null);
    } catch (StorageException e) {
      cause.addSuppressed(e);
      return cause;
    }
    return info != null && info.version().equals(base.version())
        ? cause
        : conflict(file, goal, cause);
  }

  private WriteException conflict(StagedFile file, Target goal, @Nullable Throwable cause)
      throws IOException {
    String reason =
        goal.key() + " was changed by another writer meanwhile; what was written here is kept";
    boolean whole;
    file.lock.lock();
    try {
      whole = file.draft().shape().gone().isEmpty();
      file.draft().journal().kept(reason);
    } finally {
      file.lock.unlock();
    }
    if (whole) {
      drop(file);
    }
    return new WriteException(WriteException.Kind.CONFLICT, reason, cause);
  }

  /** Forgets an upload that the store does not have any more. */
  private void forget(StagedFile file, Transfer transfer) throws IOException {
    file.lock.lock();
    try {
      if (!file.draft().shape().gone().isEmpty()) {
        throw new WriteException(
            WriteException.Kind.LOST,
            "the store dropped the upload of " + transfer.target.key()
                + " and the spool was too small to keep what was sent");
      }
      retire(file, transfer);
    } finally {
      file.lock.unlock();
    }
    if (transfer.upload() != null) {
      // Gone as far as the store says; asking once more costs little and leaks nothing.
      orphans.abort(transfer.upload());
    }
  }

  /** Ends the upload under way, if there is one, once its requests have ended. */
  private void drop(StagedFile file) throws IOException {
    Transfer transfer;
    file.lock.lock();
    try {
      transfer = file.draft().transfer();
      if (transfer == null) {
        return;
      }
      if (!file.draft().shape().gone().isEmpty() && !file.isClosed()) {
        throw new WriteException(
            WriteException.Kind.STREAM_ONLY,
            "what was sent of " + transfer.target.key()
                + " cannot be sent again: the spool is too small to keep it; raise --spool-size");
      }
      retire(file, transfer);
    } finally {
      file.lock.unlock();
    }
    if (transfer.upload() != null) {
      orphans.abort(transfer.upload());
    }
  }

  /** Waits for the requests of an upload that is of no use any more and forgets it. */
  @GuardedBy("file.lock")
  private void retire(StagedFile file, Transfer transfer) throws IOException {
    transfer.retire();
    while (transfer.inFlight() > 0) {
      file.awaitChangeWhatever();
    }
    if (transfer.upload() != null) {
      spool.rememberOrphan(transfer.upload());
    }
    file.draft().transfer(null);
    if (!file.isClosed()) {
      file.draft().journal().uploadDropped();
    }
  }

  /** Drops what is staged and ends its upload; the object stays as it is. */
  public void discard(StagedFile file) throws IOException {
    file.lock.lock();
    try {
      Transfer transfer = file.draft().transfer();
      if (transfer != null) {
        transfer.retire();
        if (transfer.upload() != null) {
          spool.rememberOrphan(transfer.upload());
        }
      }
    } finally {
      file.lock.unlock();
    }
    // Requests under way fail once they come to bytes that are gone.
    file.close();
    drop(file);
  }

  /** Ends uploads that could not be ended before; what is staged stays where it is. */
  @Override
  public void close() {
    orphans.sweep();
    sender.close();
  }
}
