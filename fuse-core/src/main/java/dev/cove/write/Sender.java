package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.ByteRange;
import dev.cove.storage.Capabilities;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.PartSizes;
import dev.cove.storage.StorageException;
import dev.cove.storage.Upload;
import dev.cove.write.PartPlan.Kind;
import dev.cove.write.PartPlan.Piece;
import dev.cove.write.Transfer.Slot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Sends parts, in the background while a file grows and for a publish; a bounded number at once. */
final class Sender {
  // Ranges of the base closer than this are fetched by one request.
  private static final long FETCH_GAP = 1L << 20;
  // Tries in a row that bring nothing: the store has retried each of them itself.
  private static final int BARREN_TRIES = 3;

  private final ObjectStore store;
  private final UploadNotes notes;
  private final Capabilities limits;
  private final PartSizes sizes;
  private final int perFile;
  private final BufferStock buffers;
  // As many wait as files have parts to send: few for each file.
  private final ThreadPoolExecutor pool;

  Sender(ObjectStore store, UploadNotes notes, PublishOptions options, SpoolOptions spool) {
    this.store = store;
    this.notes = notes;
    this.limits = store.capabilities();
    this.sizes = PartSizes.of(limits, options.partSize());
    this.perFile = limits.orderedParts() ? 1 : options.partsPerFile();
    this.buffers = StagedContent.buffers(spool.blockSize(), options.parts() * 2);
    AtomicInteger numbers = new AtomicInteger();
    this.pool = new ThreadPoolExecutor(
        options.parts(),
        options.parts(),
        10,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, "cove-upload-" + numbers.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    pool.allowCoreThreadTimeOut(true);
  }

  /** Bytes up to which a file is one request. */
  long wholeLimit() {
    return Math.min(sizes.sizeOf(1), limits.maxPutSize());
  }

  StagedContent content(StagedFile file, long start, long size) {
    return new StagedContent(file, buffers, start, size);
  }

  /** The parts that the file is to be sent in as it is now. */
  @GuardedBy("file.lock")
  List<Piece> plan(StagedFile file) {
    Shape shape = file.draft().shape();
    return PartPlan.of(shape.size(), shape.kept(), shape.changed(), limits, sizes);
  }

  /** Sends what is complete of a file that grows at its end; called without its lock. */
  void grown(StagedFile file) {
    file.lock.lock();
    try {
      if (file.turns().isPublishing() || file.turns().isClosed()) {
        return;
      }
      Shape shape = file.draft().shape();
      if (!growsAtItsEnd(shape)) {
        file.notifyAt(shape.size() + wholeLimit());
        return;
      }
      List<Piece> plan = plan(file);
      Piece last = plan.get(plan.size() - 1);
      file.notifyAt(last.start() + sizes.sizeOf(last.number()) + 1);
      if (plan.size() < 2) {
        return;
      }
      Transfer transfer = file.draft().transfer();
      if (transfer == null) {
        transfer = new Transfer(file.draft().target(), newWriteId(), shape.base());
        file.draft().transfer(transfer);
      }
      transfer.plan(plan.subList(0, plan.size() - 1));
      transfer.forgetOldFailures();
      submit(file, transfer);
    } finally {
      file.lock.unlock();
    }
  }

  /** Whether parts sent now will still be parts when the file is larger. */
  private boolean growsAtItsEnd(Shape shape) {
    if (shape.size() <= wholeLimit()) {
      return false;
    }
    if (shape.baseLimit() == 0) {
      return true;
    }
    Extents changed = shape.changed();
    return (limits.partCopy() || (limits.compose() && shape.kept() > 0))
        && changed.ranges() == 1
        && changed.end() == shape.size()
        && shape.baseLimit() >= limits.minPartSize()
        && shape.size() - shape.baseLimit() > wholeLimit();
  }

  static String newWriteId() {
    return UUID.randomUUID().toString();
  }

  /** Sends what can be sent now, as far as the limits go; opens the upload first where that is due. */
  @GuardedBy("file.lock")
  void submit(StagedFile file, Transfer transfer) {
    if (transfer.isRetired()) {
      return;
    }
    if (transfer.upload() == null) {
      if (!transfer.isBeginning()
          && transfer.failure() == null
          && start(() -> begin(file, transfer))) {
        transfer.beginning();
      }
      return;
    }
    for (Slot slot : transfer.slots()) {
      if (transfer.inFlight() >= perFile) {
        return;
      }
      if (slot.sent() != null) {
        continue;
      }
      if (slot.inFlight() || slot.failure() != null || !isReady(file, slot.piece())) {
        if (limits.orderedParts()) {
          return;
        }
        continue;
      }
      Piece piece = slot.piece();
      if (!start(() -> send(file, transfer, slot, piece))) {
        return;
      }
      transfer.started(slot);
    }
  }

  /** Runs a task, which waits for the file's lock before it reports; false at the end of all. */
  private boolean start(Runnable task) {
    try {
      pool.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** While a file grows, a part with holes in it waits: they may yet be written. */
  @GuardedBy("file.lock")
  private static boolean isReady(StagedFile file, Piece piece) {
    return file.turns().isPublishing()
        || piece.kind() == Kind.COPY
        || file.draft().shape().local().contains(piece.start(), piece.end());
  }

  private void begin(StagedFile file, Transfer transfer) {
    Upload upload = null;
    Throwable failure = null;
    UploadNotes.Asked asked = notes.asking(transfer.target.key());
    try {
      upload = store.createUpload(transfer.target.key(), transfer.target.stamped(transfer.writeId));
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    }
    file.lock.lock();
    try {
      transfer.begun(upload, failure);
      if (upload != null) {
        if (isCurrent(file, transfer)) {
          file.draft().journal().began(transfer, upload);
        } else {
          notes.useless(upload);
        }
        notes.answered(asked, failure);
        if (isCurrent(file, transfer)) {
          submit(file, transfer);
        }
      } else {
        notes.answered(asked, failure);
      }
      file.turns().signal();
    } catch (IOException e) {
      transfer.begun(upload, e);
    } finally {
      file.lock.unlock();
    }
  }

  @GuardedBy("file.lock")
  private static boolean isCurrent(StagedFile file, Transfer transfer) {
    return !file.turns().isClosed() && file.draft().transfer() == transfer;
  }

  private void send(StagedFile file, Transfer transfer, Slot slot, Piece piece) {
    StagedContent content = content(file, piece.start(), piece.length());
    Part part = null;
    Throwable failure = null;
    try {
      part = request(file, transfer, piece, content);
    } catch (IOException | RuntimeException | Error e) {
      failure = content.failure() == null ? e : content.failure();
    }
    file.lock.lock();
    try {
      if (part == null) {
        transfer.failed(slot, failure == null ? new IllegalStateException() : failure);
      } else if (transfer.arrived(slot, part) && isCurrent(file, transfer)) {
        file.draft().journal().sent(piece, part);
      }
      if (isCurrent(file, transfer)) {
        submit(file, transfer);
      }
      file.turns().signal();
    } catch (IOException e) {
      // The part counts for this process; only a later one has to send it again.
      file.turns().signal();
    } finally {
      file.lock.unlock();
    }
    file.spool().space().stir();
  }

  private Part request(StagedFile file, Transfer transfer, Piece piece, StagedContent content)
      throws IOException {
    Upload upload = transfer.upload();
    if (upload == null) {
      throw new IllegalStateException("a part before its upload");
    }
    Base base = transfer.base();
    if (piece.kind() == Kind.COPY && base != null) {
      return store.copyPart(
          upload,
          piece.number(),
          base.key(),
          base.version(),
          ByteRange.of(piece.start(), piece.length()));
    }
    fill(file, base, piece.start(), piece.end());
    return store.uploadPart(upload, piece.number(), content);
  }

  /** Brings what only the base has of this range into the spool. */
  void fill(StagedFile file, @Nullable Base base, long start, long end) throws IOException {
    Extents missing = file.bytes().missingFromBase(start, end);
    if (base == null || missing.isEmpty()) {
      return;
    }
    Extents requests = new Extents();
    if (start == 0 && end >= base.size() && base.size() <= buffers.size()) {
      // With its checksum.
      requests.add(0, base.size());
    } else {
      long[] before = {-1};
      missing.forEach((from, to) -> {
        requests.add(before[0] >= 0 && from - before[0] <= FETCH_GAP ? before[0] : from, to);
        before[0] = to;
      });
    }
    for (long at = requests.firstStart(); at < Long.MAX_VALUE; at = requests.nextStart(at)) {
      fetch(base, at, requests.endAt(at), file.bytes()::fill);
    }
  }

  /** Takes bytes of the base, valid only during the call. */
  @FunctionalInterface
  interface Fetched {
    void take(long offset, ByteBuffer bytes) throws IOException;
  }

  /** A chunk at a time; a body that breaks off is asked for again from where it did. */
  void fetch(Base base, long start, long end, Fetched target) throws IOException {
    ByteBuffer area = buffers.take();
    try {
      int barren = 0;
      for (long at = start; at < end; ) {
        Broken broken = fetchOnce(base, at, end, area, target);
        if (broken == null) {
          return;
        }
        barren = broken.at() > at ? 0 : barren + 1;
        if (barren >= BARREN_TRIES) {
          throw broken.why();
        }
        at = broken.at();
      }
    } finally {
      buffers.give(area);
    }
  }

  /** Up to where chunks were whole, and why there are no more. */
  private record Broken(long at, StorageException why) {}

  private @Nullable Broken fetchOnce(
      Base base, long start, long end, ByteBuffer area, Fetched target) throws IOException {
    // Stores send a checksum with whole objects only; in one chunk it is compared before a byte is
    // taken.
    boolean whole = start == 0 && end == base.size() && end <= buffers.size();
    ByteRange range = whole ? null : ByteRange.of(start, end - start);
    try (ObjectBody body = store.get(new GetRequest(base.key(), range, base.version()))) {
      for (long at = start; at < end; at += area.limit()) {
        area.clear().limit((int) Math.min(area.capacity(), end - at));
        try {
          while (area.hasRemaining()) {
            if (body.read(area) < 0) {
              throw new StorageException(
                  StorageException.Kind.UNAVAILABLE, "the body of " + base.key() + " ended early");
            }
          }
        } catch (StorageException e) {
          switch (e.kind()) {
            case UNAVAILABLE, TIMEOUT, CORRUPT -> {
              return new Broken(at, e);
            }
            default -> throw e;
          }
        }
        target.take(at, area.flip());
      }
      return null;
    }
  }

  /**
   * Refuses to wait for what nobody sends any more.
   *
   * @throws WriteException {@code CLOSED}
   */
  void requireOpen() throws WriteException {
    if (pool.isShutdown()) {
      throw new WriteException(WriteException.Kind.CLOSED, "uploads have been stopped");
    }
  }

  /** Ends what is idle; what is under way ends by itself. */
  void close() {
    pool.shutdown();
  }
}
