package dev.cove.read;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.cache.Block;
import dev.cove.cache.BlockCache;
import dev.cove.cache.BlockCache.Retention;
import dev.cove.cache.ObjectId;
import dev.cove.read.ReadMeter.Purpose;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

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
  private volatile boolean delivered;

  // Lock order: this, then the cache's and the budget's. Never held while the network is.
  private final ReentrantLock lock = new ReentrantLock();

  /** Blocks on their way, or here ahead of their reader, by index. Owns one hold on each. */
  @GuardedBy("lock")
  private final Map<Long, Slot> table = new HashMap<>();

  ObjectReader(ObjectReaders shared, ObjectId id, long size) {
    this.shared = shared;
    this.id = id;
    this.size = size;
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

  ReadMeter meter() {
    return shared.meter;
  }

  Ticker ticker() {
    return shared.ticker;
  }

  void firstByte(long nanos) {
    shared.meter.firstByte(nanos);
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
        bring(reading.mine);
        StorageException failure = reading.await(deadline);
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

  private static void bring(List<Fetch> mine) {
    boolean failed = false;
    for (Fetch fetch : mine) {
      if (failed) {
        fetch.cancel();
      }
      fetch.run();
      failed |= fetch.failure() != null;
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
          if (reading.stream == null) {
            reading.stream = reading.handle.note(reading.offset, reading.end);
            grow(reading.stream, missing > 0 || reading.mustWait());
          }
          topUp(reading.handle, reading.stream);
          return;
        }
        // Whoever waits for memory holds none.
        release(reading);
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
        if (slot.fetch.filled() < blockEnd(index)) {
          reading.join(index, slot.fetch);
        } else {
          reading.hit += reading.overlap(index);
        }
        continue;
      }
      Block block = shared.cache.pin(id, index);
      reading.blocks[i] = block;
      if (block == null) {
        missing += blockEnd(index) - index * BLOCK;
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
      if (whole) {
        while (from > 0 && absent(from - 1)) {
          from--;
        }
        while (until * BLOCK < size && absent(until)) {
          until++;
        }
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
        undo(reading.mine);
        return false;
      }
      Fetch fetch =
          new Fetch(this, Purpose.DEMAND, blocks, from * BLOCK, from * BLOCK + bytes, null);
      reading.mine.add(fetch);
      enter(fetch);
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

  /** Takes back requests that nobody has seen yet. */
  @GuardedBy("lock")
  private void undo(List<Fetch> fetches) {
    for (Fetch fetch : fetches) {
      for (Block block : fetch.blocks) {
        table.remove(block.index());
        block.unpin();
      }
    }
    fetches.clear();
  }

  @GuardedBy("lock")
  private boolean absent(long index) {
    return !table.containsKey(index) && !shared.cache.contains(id, index);
  }

  @GuardedBy("lock")
  private void enter(Fetch fetch) {
    for (Block block : fetch.blocks) {
      table.put(block.index(), new Slot(block, fetch));
    }
    fetch.left = fetch.blocks.size();
  }

  /** A stream that waits gets more ahead of it, in proportion to what it has read. */
  @GuardedBy("lock")
  private void grow(Stream stream, boolean starving) {
    if (!stream.sequential()) {
      return;
    }
    long before = stream.window;
    if (before == 0) {
      stream.window = 4 * BLOCK;
    }
    if (starving) {
      stream.window *= stream.window < 8 << 20 ? 4 : 2;
    }
    stream.window = Math.min(Math.min(stream.window, stream.earned()), mostAhead());
    if (stream.window != before) {
      meter().window(stream.window);
    }
  }

  private long mostAhead() {
    long share = shared.cache.budget().total() / 4 / Math.max(1, shared.ahead.size());
    return Math.min(shared.options.maxWindow(), share / BLOCK * BLOCK);
  }

  /** Asks ahead of a stream as far as its window, the threads and the memory go. */
  @GuardedBy("lock")
  private void topUp(ReadHandle handle, Stream stream) {
    if (stream.window == 0 || stream.closed || handle.closed) {
      return;
    }
    retirePassed(stream);
    int parallel = shared.options.parallelParts();
    stream.issued = Math.max(stream.issued, stream.frontier);
    while (stream.active < parallel) {
      long from = (stream.issued + BLOCK - 1) / BLOCK;
      long limit = Math.min(size, stream.frontier + stream.window);
      long least = Math.max(2 * BLOCK, stream.window / parallel / BLOCK * BLOCK);
      long part = Math.min(shared.options.partSize(), least);
      while (from * BLOCK < limit && !absent(from)) {
        from++;
      }
      stream.issued = Math.max(stream.issued, Math.min(size, from * BLOCK));
      long room = limit - from * BLOCK;
      if (room <= 0 || room < part && limit < size) {
        return;
      }
      long until = from + 1;
      while (until * BLOCK < limit && (until - from) * BLOCK < part && absent(until)) {
        until++;
      }
      if (!issue(handle, stream, from, Math.min(size, until * BLOCK))) {
        return;
      }
    }
  }

  @GuardedBy("lock")
  private boolean issue(ReadHandle handle, Stream stream, long from, long end) {
    if (!shared.pool.tryEnter()) {
      return false;
    }
    List<Block> blocks = shared.cache.tryAllocate(id, from, end - from * BLOCK);
    if (blocks == null) {
      shared.pool.leave();
      stream.window = Math.max(2 * BLOCK, stream.window / 2);
      return false;
    }
    Fetch fetch = new Fetch(this, Purpose.AHEAD, blocks, from * BLOCK, end, stream);
    fetch.handle = handle;
    enter(fetch);
    stream.fetches.add(fetch);
    shared.ahead.add(handle);
    stream.issued = end;
    stream.active++;
    shared.pool.submit(fetch::run);
    return true;
  }

  /** What lies well behind the stream was not wanted, or was only half read. */
  @GuardedBy("lock")
  private void retirePassed(Stream stream) {
    Fetch oldest;
    while ((oldest = stream.fetches.peek()) != null
        && oldest.end + 2 * Stream.OVERTAKING < stream.frontier) {
      stream.fetches.remove();
      detach(oldest);
    }
  }

  /** Called by the thread that ran a fetch, once it is over. */
  void ended(Fetch fetch) {
    lock.lock();
    try {
      StorageException failure = fetch.failure();
      boolean damaged = failure != null && failure.kind() == Kind.CORRUPT;
      Stream stream = fetch.stream;
      boolean keepForStream = stream != null && !stream.closed && fetch.handle != null;
      for (Block block : fetch.blocks) {
        Slot slot = table.get(block.index());
        if (slot == null || slot.block != block) {
          continue;
        }
        if (damaged || fetch.filled() < blockEnd(block.index())) {
          remove(slot);
          block.unpin();
        } else if (!keepForStream) {
          remove(slot);
          shared.cache.insert(block, retention(slot));
        }
      }
      if (stream != null) {
        stream.active--;
        if (fetch.handle != null && failure == null) {
          topUp(fetch.handle, stream);
        }
      }
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
          Slot slot = block == null ? null : table.get(block.index());
          if (slot != null && slot.block == block) {
            slot.consumed += (int) reading.overlap(block.index());
            if (slot.consumed >= block.length()) {
              remove(slot);
              shared.cache.insert(block, retention(slot));
            }
          }
        }
      }
      release(reading);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void release(Reading reading) {
    for (int i = 0; i < reading.blocks.length; i++) {
      Block block = reading.blocks[i];
      if (block != null) {
        block.unpin();
        reading.blocks[i] = null;
      }
    }
    reading.leave();
    reading.mine.clear();
  }

  @GuardedBy("lock")
  private void remove(Slot slot) {
    table.remove(slot.block.index());
    Fetch fetch = slot.fetch;
    if (--fetch.left == 0 && fetch.stream != null) {
      fetch.stream.fetches.remove(fetch);
      if (fetch.handle != null && fetch.handle.idlest() == null) {
        shared.ahead.remove(fetch.handle);
      }
    }
  }

  private static Retention retention(Slot slot) {
    return slot.fetch.purpose == Purpose.AHEAD ? Retention.BRIEF : Retention.KEEP;
  }

  /** Lets go of a fetch nobody follows any more: stops it unless somebody waits for its bytes. */
  @GuardedBy("lock")
  private void detach(Fetch fetch) {
    fetch.handle = null;
    boolean stop = !fetch.done() && fetch.wanted == 0;
    if (stop) {
      fetch.cancel();
    }
    if (!stop && !fetch.done()) {
      return;
    }
    long wasted = 0;
    for (Block block : fetch.blocks) {
      Slot slot = table.get(block.index());
      if (slot == null || slot.block != block) {
        continue;
      }
      remove(slot);
      wasted += slot.consumed == 0 ? block.length() : 0;
      if (fetch.filled() >= blockEnd(block.index())) {
        shared.cache.insert(block, Retention.BRIEF);
      } else {
        block.unpin();
      }
    }
    if (wasted > 0) {
      meter().wasted(wasted);
    }
  }

  /** Ends a stream. */
  void drop(Stream stream) {
    lock.lock();
    try {
      stream.closed = true;
      stream.window = 0;
      Fetch fetch;
      while ((fetch = stream.fetches.poll()) != null) {
        detach(fetch);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives up the window of the handle's idlest stream; it grows anew when it is read again. */
  void shrink(ReadHandle handle) {
    lock.lock();
    try {
      Stream idlest = handle.idlest();
      if (idlest == null) {
        return;
      }
      idlest.window = 0;
      Fetch fetch;
      while ((fetch = idlest.fetches.pollLast()) != null) {
        idlest.issued = Math.min(idlest.issued, fetch.start);
        detach(fetch);
      }
    } finally {
      lock.unlock();
    }
  }

  void close(ReadHandle handle) {
    lock.lock();
    try {
      handle.closed = true;
      handle.dropAll();
      shared.ahead.remove(handle);
    } finally {
      lock.unlock();
    }
  }

  private long blockEnd(long index) {
    return Math.min(size, (index + 1) * BLOCK);
  }

  private static boolean worthAnother(Kind kind) {
    return switch (kind) {
      case TIMEOUT, UNAVAILABLE, THROTTLED, CORRUPT, INTERRUPTED -> true;
      case NOT_FOUND,
          NO_SUCH_BUCKET,
          PRECONDITION_FAILED,
          INVALID_RANGE,
          UNAUTHENTICATED,
          ACCESS_DENIED,
          READ_ONLY,
          ARCHIVED,
          INVALID,
          UNSUPPORTED,
          NO_SPACE -> false;
    };
  }

  /** A block on its way or ahead of its reader; guarded by the lock. */
  private static final class Slot {
    final Block block;
    final Fetch fetch;
    int consumed;

    Slot(Block block, Fetch fetch) {
      this.block = block;
      this.fetch = fetch;
    }
  }
}
