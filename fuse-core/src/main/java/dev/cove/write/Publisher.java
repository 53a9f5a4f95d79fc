package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.ByteRange;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.WriteCondition;
import dev.cove.write.Shape.Attempt;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
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
  private final UploadNotes notes;
  private final Sender sender;
  private final Uploads uploads;
  private final Settlement settlement;

  private final StagedFile.Engine engine = new StagedFile.Engine() {
    @Override
    public void grown(StagedFile file) {
      sender.grown(file);
    }

    @Override
    public boolean settled(StagedFile file) throws IOException {
      return Publisher.this.settled(file);
    }
  };

  /**
   * @throws IOException when the spool's notes of uploads to end cannot be read
   */
  public Publisher(ObjectStore store, Spool spool, PublishOptions options) throws IOException {
    this.store = store;
    this.spool = spool;
    this.notes = new UploadNotes(store, spool);
    this.sender = new Sender(store, notes, options, spool.options());
    this.uploads = new Uploads(store, notes);
    this.settlement = new Settlement(store, uploads);
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
    return new StagedFile(spool, draft, store.capabilities().maxObjectSize(), baseReader, engine);
  }

  private boolean settled(StagedFile file) throws IOException {
    file.beginPublish();
    try {
      settlement.settleEarlier(file);
      return false;
    } catch (Again e) {
      return true;
    } finally {
      file.endPublish();
    }
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

  /** A {@link BaseReader} that asks the store each time. */
  public void readBase(Base base, long offset, int length, ByteSink sink) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    sender.fetch(base, offset, offset + length, (at, piece) -> bytes.put(piece));
    sink.send(bytes.flip());
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
    file.beginPublish();
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
    } finally {
      file.endPublish();
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
      if (Settlement.isMoved(e)) {
        return false;
      }
      throw e;
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
          settlement.settleEarlier(file);
          return send(file, goal);
        } catch (Again e) {
          if (round >= ROUNDS) {
            throw settlement.conflict(file, goal, null);
          }
          boolean free = goal.options().condition() instanceof WriteCondition.None;
          if (e.version() != null && !free) {
            goal = goal.with(WriteCondition.ifVersion(e.version()));
          }
        }
      }
    } finally {
      file.endPublish();
    }
  }

  private Published send(StagedFile file, Target goal) throws IOException, Again {
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

  private Published put(StagedFile file, Target goal) throws IOException, Again {
    Attempt attempt;
    StagedContent content;
    Base base = file.base();
    for (; ; ) {
      try {
        sender.fill(file, base, 0, Long.MAX_VALUE);
      } catch (StorageException e) {
        throw settlement.baseFailure(file, goal, e);
      }
      uploads.drop(file);
      file.lock.lock();
      try {
        Shape shape = file.draft().shape();
        if (!isOneRequest(shape)) {
          return upload(file, goal);
        }
        if (shape.size() > 0 && !file.bytes().isHere()) {
          continue;
        }
        file.turns().freeze();
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
      stored = settlement.settle(file, goal, attempt, reason(content, e));
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

  private Published upload(StagedFile file, Target goal) throws IOException, Again {
    for (int round = 0; ; round++) {
      Transfer transfer = uploads.transfer(file, goal);
      Ready ready;
      try {
        ready = drive(file, transfer, goal);
      } catch (StorageException e) {
        if (Settlement.isMoved(e)) {
          IOException failure = settlement.baseFailure(file, goal, e);
          if (failure == e && e.kind() == StorageException.Kind.NOT_FOUND && round < ROUNDS) {
            // The base is there, so it is the upload that is gone.
            uploads.forget(file, transfer);
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
        Stored stored = settlement.settle(file, goal, ready.attempt(), e);
        if (stored != null) {
          return done(file, ready.attempt(), stored, applied);
        }
        boolean anew = e.kind() == StorageException.Kind.NOT_FOUND
            || e.kind() == StorageException.Kind.INVALID;
        if (!anew || round >= ROUNDS) {
          throw e;
        }
        uploads.forget(file, transfer);
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

  /** All that one instant of the file consists of. */
  private record Ready(List<Part> parts, Attempt attempt) {}

  /** Sends until the store has every part of the file as it is at one instant, with writers or without. */
  private Ready drive(StagedFile file, Transfer transfer, Target goal) throws IOException, Again {
    file.lock.lock();
    try {
      long planned = -1;
      for (; ; ) {
        if (file.draft().shape().size() == 0) {
          // Emptied meanwhile: an upload has parts.
          throw new Again(null);
        }
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
          file.turns().freeze();
        }
        sender.submit(file, transfer);
        if (transfer.inFlight() == 0) {
          sender.requireOpen();
        }
        file.turns().awaitChange();
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

  private Published done(StagedFile file, Attempt attempt, Stored stored, Target applied) {
    file.lock.lock();
    try {
      file.moved(attempt, stored.version());
      file.turns().thaw();
    } finally {
      file.lock.unlock();
    }
    uploads.sweep();
    return new Published(stored, attempt.size, applied);
  }

  /** What sees to it that no upload is left behind, for those that others begin, too. */
  public UploadNotes uploadNotes() {
    return notes;
  }

  /** Drops what is staged and ends its upload; the object stays as it is. */
  public void discard(StagedFile file) throws IOException {
    uploads.discard(file);
  }

  /** Ends uploads that could not be ended before; what is staged stays where it is. */
  @Override
  public void close() {
    uploads.sweep();
    sender.close();
  }
}
