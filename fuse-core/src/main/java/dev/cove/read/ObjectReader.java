package dev.cove.read;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.cache.Block;
import dev.cove.cache.BlockCache;
import dev.cove.cache.ObjectId;
import dev.cove.disk.DiskObject;
import dev.cove.read.BlockTable.Slot;
import dev.cove.read.ReadMeter.Purpose;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads one version of one object for all who have it open. No byte is asked for twice while it is
 * on its way or in memory.
 */
public final class ObjectReader {
  static final long BLOCK = BlockCache.BLOCK_SIZE;
  // A read whose bytes were on somebody else's failed request asks for them itself, this often.
  private static final int ATTEMPTS = 3;
  private static final ByteBuffer[] NOTHING = {};

  private final ObjectReaders shared;
  private final ObjectId id;
  private final long size;
  private final @Nullable DiskObject disk;
  private volatile boolean delivered;

  // Lock order: this, then the cache's and the budget's. Never held while the network is.
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final BlockTable table;

  @GuardedBy("lock")
  private final Prefetcher prefetcher;

  @GuardedBy("lock")
  private final Neighbourhood neighbourhood;

  ObjectReader(ObjectReaders shared, ObjectId id, long size) {
    this.shared = shared;
    this.id = id;
    this.size = size;
    this.disk = shared.disk == null ? null : shared.disk.object(id, size);
    this.table = new BlockTable(shared.cache, id, size);
    this.prefetcher = new Prefetcher(shared, this, table);
    // What is fetched around reads must still be there when it is asked for.
    this.neighbourhood = new Neighbourhood(shared.cache.budget().total() / 4);
  }

  /** Begins to follow one open file. */
  public ReadHandle open() {
    return new ReadHandle(this);
  }

  /** In bytes; does not change. */
  public long size() {
    return size;
  }

  /** Whether a byte of this version ever reached a program. */
  public boolean delivered() {
    return delivered;
  }

  ObjectId id() {
    return id;
  }

  ObjectStore store() {
    return shared.store;
  }

  /** What the disk has of it; null where nothing is kept on disk. */
  @Nullable
  DiskObject disk() {
    return disk;
  }

  ReadMeter meter() {
    return shared.meter;
  }

  Ticker ticker() {
    return shared.ticker;
  }

  long timeoutNanos() {
    return shared.options.timeout().toNanos();
  }

  Pace pace() {
    return shared.pace;
  }

  void read(ReadHandle handle, long offset, int count, ReadSink sink) throws IOException {
    long end = Math.min(size, offset + count);
    if (offset >= end) {
      sink.send(NOTHING);
      return;
    }
    Reading reading = new Reading(handle, offset, end);
    long deadline = System.nanoTime() + shared.options.timeout().toNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        begin(reading, deadline);
        StorageException failure = reading.mustWait() ? bring(reading, deadline) : null;
        if (failure == null) {
          sink.send(reading.pieces());
          delivered = true;
          meter().delivered(end - offset, reading.hit);
          reading.sent = true;
          return;
        }
        if (attempt >= ATTEMPTS
            || !worthAnother(failure.kind())
            || Thread.currentThread().isInterrupted()) {
          throw new StorageException(failure.kind(), String.valueOf(failure.getMessage()), failure);
        }
      } finally {
        finish(reading);
      }
    }
  }

  /** Fetches what is missing on this thread and waits for what others fetch; null when all is here. */
  private @Nullable StorageException bring(Reading reading, long deadline) throws StorageException {
    long begun = ticker().read();
    boolean failed = false;
    for (Fetch fetch : reading.mine) {
      if (failed) {
        fetch.cancel();
      }
      fetch.run();
      failed |= fetch.failure() != null;
    }
    try {
      return reading.await(deadline);
    } finally {
      meter().waited(ticker().read() - begun);
    }
  }

  /** Pins what is there, asks for what is not, and sees to what comes next. */
  private void begin(Reading reading, long deadline) throws StorageException {
    long reserved = 0;
    while (true) {
      long missing;
      lock.lock();
      try {
        missing = pinPresent(reading);
        boolean complete = missing == 0 || demand(reading, reserved);
        if (reserved > 0 && missing == 0) {
          shared.cache.unreserve(reserved);
        }
        reserved = 0;
        if (complete) {
          if (!reading.noted) {
            reading.noted = true;
            reading.pattern =
                prefetcher.onRead(reading.handle, reading.offset, reading.end, reading.mustWait());
          }
          if (reading.pattern != null) {
            prefetcher.topUp(reading.handle, reading.pattern);
          }
          return;
        }
        // Whoever waits for memory holds none.
        reading.release();
      } finally {
        lock.unlock();
      }
      reserved = waitForMemory(missing, deadline);
    }
  }

  private long waitForMemory(long missing, long deadline) throws StorageException {
    try {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (!shared.cache.reserve(missing, left)) {
        throw new StorageException(Kind.TIMEOUT, "no memory to read " + id.key() + " in time");
      }
      return missing;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(Kind.INTERRUPTED, "the read was interrupted", e);
    }
  }

  /** Returns how many bytes, in whole blocks, are neither here nor on their way. */
  @GuardedBy("lock")
  private long pinPresent(Reading reading) {
    long missing = 0;
    reading.hit = 0;
    for (int i = 0; i < reading.blocks.length; i++) {
      long index = reading.first + i;
      Slot slot = table.get(index);
      if (slot != null && slot.block.pin()) {
        reading.blocks[i] = slot.block;
        if (!table.arrived(slot)) {
          reading.join(index, slot.fetch);
        } else {
          reading.hit += reading.overlap(index);
        }
        continue;
      }
      Block block = shared.cache.pin(id, index);
      reading.blocks[i] = block;
      if (block == null) {
        missing += table.blockEnd(index) - index * BLOCK;
      } else {
        reading.hit += reading.overlap(index);
      }
    }
    return missing;
  }

  /** Asks for what is missing, one request for each gap; false when there is no memory. */
  @GuardedBy("lock")
  private boolean demand(Reading reading, long reserved) {
    boolean whole = size <= shared.options.wholeFileSize() && reserved == 0;
    boolean dense = !whole && reserved == 0 && neighbourhood.isDense();
    long prepaid = reserved;
    int count = reading.blocks.length;
    for (int i = 0; i < count; ) {
      if (reading.blocks[i] != null) {
        i++;
        continue;
      }
      int to = i + 1;
      while (to < count && reading.blocks[to] == null) {
        to++;
      }
      long from = reading.first + i;
      long until = reading.first + to;
      long least = whole ? 0 : from;
      long most = whole ? Long.MAX_VALUE : until;
      if (!whole) {
        neighbourhood.missed(from);
        if (dense) {
          least = Neighbourhood.first(from);
          most = Neighbourhood.end(until - 1);
        }
      }
      // Between gaps there is nothing to fetch: what is pinned there may have left the cache since.
      least = i > 0 ? from : least;
      most = to < count ? until : most;
      while (from > least && table.absent(from - 1)) {
        from--;
      }
      while (until < most && until * BLOCK < size && table.absent(until)) {
        until++;
      }
      long bytes = Math.min(size, until * BLOCK) - from * BLOCK;
      List<Block> blocks;
      if (prepaid > 0) {
        blocks = shared.cache.allocateReserved(id, from, bytes, Math.min(prepaid, bytes));
        prepaid -= Math.min(prepaid, bytes);
      } else {
        blocks = shared.cache.tryAllocate(id, from, bytes);
      }
      if (blocks == null) {
        if (prepaid > 0) {
          shared.cache.unreserve(prepaid);
        }
        table.undo(reading.mine);
        return false;
      }
      Fetch fetch = new Fetch(this, Purpose.DEMAND, blocks, from * BLOCK, from * BLOCK + bytes);
      reading.mine.add(fetch);
      table.enter(fetch);
      for (int k = i; k < to; k++) {
        Block block = blocks.get((int) (reading.first + k - from));
        boolean pinned = block.pin();
        assert pinned;
        reading.blocks[k] = block;
        reading.join(reading.first + k, fetch);
      }
      i = to;
    }
    if (prepaid > 0) {
      shared.cache.unreserve(prepaid);
    }
    return true;
  }

  /** Called by the thread that ran a fetch, once it is over. */
  void ended(Fetch fetch) {
    lock.lock();
    try {
      prefetcher.ended(fetch);
    } finally {
      lock.unlock();
    }
  }

  /** Unpins what a read held and hands on the blocks it has read to their end. */
  private void finish(Reading reading) {
    lock.lock();
    try {
      if (reading.sent) {
        for (Block block : reading.blocks) {
          Slot slot = block == null ? null : table.slotOf(block);
          if (slot != null) {
            table.consumed(slot, reading.overlap(slot.block.index()));
            prefetcher.settle(slot.fetch);
          }
        }
      }
      reading.release();
    } finally {
      lock.unlock();
    }
  }

  /** Gives back memory of what is fetched ahead for a handle. */
  void shrink(ReadHandle handle) {
    lock.lock();
    try {
      prefetcher.shrink(handle);
    } finally {
      lock.unlock();
    }
  }

  void close(ReadHandle handle) {
    lock.lock();
    try {
      handle.closed = true;
      prefetcher.close(handle);
    } finally {
      lock.unlock();
    }
  }

  private static boolean worthAnother(Kind kind) {
    return kind.isPassing() || kind == Kind.CORRUPT || kind == Kind.INTERRUPTED;
  }
}
