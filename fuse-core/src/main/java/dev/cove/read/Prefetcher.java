package dev.cove.read;

import dev.cove.cache.Block;
import dev.cove.cache.ObjectId;
import dev.cove.disk.DiskObject;
import dev.cove.read.BlockTable.Slot;
import dev.cove.read.ReadMeter.Purpose;
import dev.cove.storage.ByteRange;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Fetches ahead of the patterns in one object's reads, as far as their windows, the threads and the
 * memory go, and lets go of what they no longer want. Guarded by the object reader's lock.
 */
final class Prefetcher {
  private static final long BLOCK = ObjectReader.BLOCK;

  private final ObjectReaders shared;
  private final ObjectReader reader;
  private final BlockTable table;
  private final ObjectId id;
  private final long size;

  Prefetcher(ObjectReaders shared, ObjectReader reader, BlockTable table) {
    this.shared = shared;
    this.reader = reader;
    this.table = table;
    this.id = reader.id();
    this.size = reader.size();
  }

  /** A read came in. */
  @Nullable
  Ahead onRead(ReadHandle handle, long offset, long end, boolean waits) {
    Ahead pattern = handle.patterns.note(offset, end);
    dropOver(handle);
    if (pattern != null) {
      long before = pattern.window;
      pattern.grow(waits, mostAhead());
      if (pattern.window != before) {
        shared.meter.window(pattern.window);
      }
    }
    return pattern;
  }

  /** Each of those who have something ahead may have its part of half the budget. */
  private long mostAhead() {
    long share = shared.cache.budget().total() / 2 / Math.max(1, shared.ahead.size());
    return Math.min(shared.pace.mostWindow(), share / BLOCK * BLOCK);
  }

  /** Asks for what the pattern wants next. */
  void topUp(ReadHandle handle, Ahead pattern) {
    while (!pattern.fetches.isEmpty() && pattern.passed(pattern.fetches.peek())) {
      detach(pattern.fetches.remove());
    }
    if (pattern.window == 0 || pattern.closed || handle.closed) {
      return;
    }
    int parallel = shared.pace.parallel(shared.pace.part(pattern.window));
    while (pattern.active < parallel) {
      ByteRange next = pattern.next(size, shared.pace);
      if (next == null || !ask(handle, pattern, next)) {
        return;
      }
    }
  }

  private boolean ask(ReadHandle handle, Ahead pattern, ByteRange range) {
    long from = range.offset() / BLOCK;
    long until = (range.end() + BLOCK - 1) / BLOCK;
    for (long index = isOnDisk(from, until) ? until : from; index < until; ) {
      if (!table.absent(index)) {
        index++;
        continue;
      }
      long to = index + 1;
      while (to < until && table.absent(to)) {
        to++;
      }
      if (!issue(handle, pattern, index, table.blockEnd(to - 1))) {
        return false;
      }
      index = to;
    }
    long start = from * BLOCK;
    pattern.asked(ByteRange.of(start, Math.min(size, until * BLOCK) - start));
    return true;
  }

  /** Whether all is on the disk, from where it is read as quickly when it is asked for. */
  private boolean isOnDisk(long from, long until) {
    DiskObject disk = reader.disk();
    return disk != null && LongStream.range(from, until).allMatch(disk::has);
  }

  private boolean issue(ReadHandle handle, Ahead pattern, long from, long end) {
    if (!shared.pool.tryEnter()) {
      return false;
    }
    List<Block> blocks = shared.cache.tryAllocate(id, from, end - from * BLOCK);
    if (blocks == null) {
      shared.pool.leave();
      pattern.yield();
      return false;
    }
    Fetch fetch = new Fetch(reader, Purpose.AHEAD, blocks, from * BLOCK, end);
    fetch.handle = handle;
    fetch.pattern = pattern;
    table.enter(fetch);
    pattern.fetches.add(fetch);
    pattern.active++;
    shared.ahead.add(handle);
    shared.pool.submit(fetch);
    return true;
  }

  /** The thread that ran a fetch is through with it. */
  void ended(Fetch fetch) {
    StorageException failure = fetch.failure();
    boolean damaged = failure != null && failure.kind() == Kind.CORRUPT;
    for (Block block : fetch.blocks) {
      Slot slot = table.slotOf(block);
      if (slot == null) {
        continue;
      }
      if (damaged || !table.arrived(slot)) {
        table.discard(slot);
      } else if (fetch.handle == null || table.isConsumed(slot)) {
        table.toCache(slot);
      }
    }
    Ahead pattern = fetch.pattern;
    if (pattern != null) {
      pattern.active--;
      ReadHandle handle = fetch.handle;
      settle(fetch);
      if (handle != null && failure == null) {
        topUp(handle, pattern);
      }
    }
  }

  /** Forgets a fetch none of whose blocks wait for their reader any more. */
  void settle(Fetch fetch) {
    if (fetch.left == 0 && fetch.done() && fetch.pattern != null && fetch.handle != null) {
      fetch.pattern.fetches.remove(fetch);
      leaveIfIdle(fetch.handle);
      fetch.handle = null;
    }
  }

  /** Lets go of a fetch nobody follows: stops it, unless somebody waits for its bytes. */
  private void detach(Fetch fetch) {
    fetch.handle = null;
    if (!fetch.done()) {
      if (fetch.wanted > 0 || fetch.nearlyDone()) {
        return;
      }
      fetch.cancel();
    }
    long wasted = 0;
    for (Block block : fetch.blocks) {
      Slot slot = table.slotOf(block);
      if (slot == null) {
        continue;
      }
      wasted += slot.consumed == 0 ? block.length() : 0;
      if (table.arrived(slot)) {
        table.toCache(slot);
      } else {
        table.discard(slot);
      }
    }
    if (wasted > 0) {
      shared.meter.wasted(wasted);
    }
  }

  /** Gives up the window of the handle's idlest pattern; it grows anew when it is read again. */
  void shrink(ReadHandle handle) {
    Ahead idlest = handle.patterns.idlest();
    if (idlest != null) {
      idlest.window = 0;
      Fetch fetch;
      while ((fetch = idlest.fetches.pollLast()) != null) {
        idlest.giveUp(fetch);
        detach(fetch);
      }
    }
    leaveIfIdle(handle);
  }

  /** Drops all that was fetched ahead. */
  void close(ReadHandle handle) {
    handle.patterns.endAll();
    dropOver(handle);
    shared.ahead.remove(handle);
  }

  private void dropOver(ReadHandle handle) {
    Ahead pattern;
    while ((pattern = handle.patterns.pollOver()) != null) {
      pattern.closed = true;
      Fetch fetch;
      while ((fetch = pattern.fetches.poll()) != null) {
        detach(fetch);
      }
      leaveIfIdle(handle);
    }
  }

  private void leaveIfIdle(ReadHandle handle) {
    if (handle.patterns.idlest() == null) {
      shared.ahead.remove(handle);
    }
  }
}
