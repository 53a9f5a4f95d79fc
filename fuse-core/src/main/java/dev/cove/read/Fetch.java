package dev.cove.read;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.cache.Block;
import dev.cove.disk.DiskObject;
import dev.cove.read.ReadMeter.Purpose;
import dev.cove.storage.ByteRange;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way into consecutive blocks. Bytes can be used as they arrive: whoever needs
 * them waits for an offset, not for the end.
 *
 * <p>Run by one thread. The blocks belong to the reader's table; this thread holds the one it fills.
 */
final class Fetch {
  // Tries in a row that bring no byte, and in all: the store has retried each of them itself.
  private static final int BARREN_TRIES = 3;
  private static final int TRIES = 20;
  // A rest this short is quicker read than a connection is opened anew.
  private static final long WORTH_FINISHING = 512 << 10;

  // A gap in what is on the disk is read through unless it ends before this many blocks.
  private static final int WORTH_A_GAP = 16;

  private final ObjectReader reader;
  final Purpose purpose;
  final List<Block> blocks;
  final long start;
  final long end;

  // Guarded by the reader's lock:

  /** Readers that wait for bytes of this fetch. */
  int wanted;

  /** Blocks of it in the reader's table. */
  int left;

  /** The open file whose window it belongs to; null when it belongs to none (any more). */
  @Nullable
  ReadHandle handle;

  /** The pattern it was fetched for; null when a program waits for it. */
  @Nullable
  Ahead pattern;

  private volatile boolean onDisk;
  private volatile long filled;
  private volatile boolean done;
  private volatile boolean cancelled;
  private volatile @Nullable StorageException failure;

  // The least offset somebody waits for. Written under the monitor, read without: see fillUpTo.
  private volatile long wakeAt = Long.MAX_VALUE;

  @GuardedBy("this")
  private final List<Waiter> waiters = new ArrayList<>(2);

  Fetch(ObjectReader reader, Purpose purpose, List<Block> blocks, long start, long end) {
    this.reader = reader;
    this.purpose = purpose;
    this.blocks = blocks;
    this.start = start;
    this.end = end;
    this.filled = start;
  }

  /** Every byte before this offset is there. */
  long filled() {
    return filled;
  }

  boolean done() {
    return done;
  }

  @Nullable
  StorageException failure() {
    return failure;
  }

  /** Whether the disk had some of it. */
  boolean isOnDisk() {
    return onDisk;
  }

  /** Stops it before its next byte. Its blocks are no longer the table's. */
  void cancel() {
    cancelled = true;
  }

  /** Whether so little is missing that a new connection would cost more than the rest. */
  boolean nearlyDone() {
    return filled > start && end - filled <= WORTH_FINISHING;
  }

  /** Brings the bytes, resuming where a body breaks off. Never throws: see {@link #failure}. */
  void run() {
    ReadMeter meter = reader.meter();
    long deadline = System.nanoTime() + reader.timeoutNanos();
    meter.fetchStarted(purpose, end - start);
    try {
      int tries = 0;
      int barren = 0;
      while (filled < end && !cancelled) {
        long before = filled;
        try {
          once();
        } catch (StorageException e) {
          barren = filled > before ? 0 : barren + 1;
          if (!e.kind().isPassing()
              || barren >= BARREN_TRIES
              || ++tries >= TRIES
              || System.nanoTime() - deadline > 0) {
            throw e;
          }
          meter.resumed(e.kind());
        }
      }
    } catch (StorageException e) {
      failure = e;
    } catch (IOException | RuntimeException | Error e) {
      failure = new StorageException(Kind.UNAVAILABLE, "reading failed: " + e, e);
    } finally {
      meter.fetchEnded(purpose, filled - start);
      done = true;
      wake(Long.MAX_VALUE);
      reader.ended(this);
    }
  }

  private void once() throws IOException {
    DiskObject disk = reader.disk();
    long until = end;
    if (disk != null) {
      fillFrom(disk);
      if (filled >= end || cancelled) {
        return;
      }
      until = untilPresent(disk);
    }
    long from = filled;
    ask(from, until);
    if (disk != null && from == 0 && until == reader.size()) {
      // Only now the store's checksum has been compared.
      blocks.forEach(disk::offer);
    }
  }

  /** Fills blocks that the disk has, up to the first that it has not. */
  private void fillFrom(DiskObject disk) {
    long begun = filled;
    while (filled < end && !cancelled && filled % ObjectReader.BLOCK == 0) {
      Block block = blocks.get((int) ((filled - start) / ObjectReader.BLOCK));
      if (!block.pin()) {
        return;
      }
      try {
        if (!disk.read(block.index(), block.target())) {
          break;
        }
      } finally {
        block.unpin();
      }
      fillUpTo(Math.min(end, filled + ObjectReader.BLOCK));
    }
    if (filled > begun) {
      onDisk = true;
      reader.meter().fromDisk(filled - begun);
    }
  }

  /** Where so many blocks in a row are on the disk that the request is to end before them. */
  private long untilPresent(DiskObject disk) {
    int run = 0;
    int count = blocks.size();
    for (int i = (int) ((filled - start) / ObjectReader.BLOCK) + 1; i < count; i++) {
      run = disk.has(blocks.get(i).index()) ? run + 1 : 0;
      if (run > 0 && (run == WORTH_A_GAP || i == count - 1)) {
        return blocks.get(i - run + 1).index() * ObjectReader.BLOCK;
      }
    }
    return end;
  }

  private void ask(long from, long until) throws IOException {
    long begun = reader.ticker().read();
    boolean whole = from == 0 && until == reader.size();
    ByteRange range = whole ? null : ByteRange.of(from, until - from);
    DiskObject disk = whole ? null : reader.disk();
    try (ObjectBody body =
        reader.store().get(new GetRequest(reader.id().key(), range, reader.id().version()))) {
      long answered = reader.ticker().read();
      reader.pace().firstByte(answered - begun);
      reader.meter().firstByte(answered - begun);
      for (long at = from; at < until; ) {
        Block block = blocks.get((int) ((at - start) / ObjectReader.BLOCK));
        if (!block.pin()) {
          return;
        }
        try {
          ByteBuffer target = block.target();
          target.position((int) (at - block.index() * ObjectReader.BLOCK));
          if (!fill(block, target, body, whole)) {
            return;
          }
          at = block.index() * ObjectReader.BLOCK + target.position();
          if (disk != null) {
            disk.offer(block);
          }
        } finally {
          block.unpin();
        }
      }
      if (whole) {
        fillUpTo(until);
      }
      reader.pace().transferred(filled - from, reader.ticker().read() - answered);
    }
  }

  /**
   * Fills the rest of a block; what came before a break counts, the next try goes on after it.
   *
   * @param whole nothing counts until the end, for only then the store's checksum has been compared
   */
  private boolean fill(Block block, ByteBuffer target, ObjectBody body, boolean whole)
      throws IOException {
    long blockStart = block.index() * ObjectReader.BLOCK;
    try {
      while (target.hasRemaining()) {
        if (cancelled) {
          return false;
        }
        if (body.read(target) < 0) {
          throw new StorageException(Kind.UNAVAILABLE, "the connection ended early");
        }
        if (!whole && wakeAt != Long.MAX_VALUE) {
          fillUpTo(blockStart + target.position());
        }
      }
      return true;
    } finally {
      if (!whole) {
        fillUpTo(blockStart + target.position());
      }
    }
  }

  private void fillUpTo(long offset) {
    filled = offset;
    // A waiter writes wakeAt, then reads filled; this writes filled, then reads wakeAt: one sees
    // the other.
    if (offset >= wakeAt) {
      wake(offset);
    }
  }

  private synchronized void wake(long offset) {
    long next = Long.MAX_VALUE;
    for (int i = waiters.size() - 1; i >= 0; i--) {
      Waiter waiter = waiters.get(i);
      if (waiter.offset <= offset) {
        waiters.remove(i);
        LockSupport.unpark(waiter.thread);
      } else {
        next = Math.min(next, waiter.offset);
      }
    }
    wakeAt = next;
  }

  /**
   * Waits until every byte before {@code offset} is there.
   *
   * @param deadline on {@link System#nanoTime}
   * @return false when the fetch ended without it
   * @throws StorageException {@code TIMEOUT} or {@code INTERRUPTED}
   */
  boolean await(long offset, long deadline) throws StorageException {
    if (filled >= offset) {
      return true;
    }
    Waiter waiter = new Waiter(Thread.currentThread(), offset);
    synchronized (this) {
      waiters.add(waiter);
      wakeAt = Math.min(wakeAt, offset);
    }
    try {
      while (filled < offset && !done) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new StorageException(
              Kind.TIMEOUT, "no bytes of " + reader.id().key() + " came in time");
        }
        LockSupport.parkNanos(this, left);
        if (Thread.currentThread().isInterrupted()) {
          throw new StorageException(Kind.INTERRUPTED, "the read was interrupted");
        }
      }
      return filled >= offset;
    } finally {
      synchronized (this) {
        waiters.remove(waiter);
      }
    }
  }

  private static final class Waiter {
    final Thread thread;
    final long offset;

    Waiter(Thread thread, long offset) {
      this.thread = thread;
      this.offset = offset;
    }
  }
}
