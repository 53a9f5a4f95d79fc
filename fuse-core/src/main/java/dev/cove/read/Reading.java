package dev.cove.read;

import dev.cove.cache.Block;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One read under way: the blocks it has pinned and the fetches it waits for. */
final class Reading {
  final ReadHandle handle;
  final long offset;
  final long end;
  final long first;
  final @Nullable Block[] blocks;
  final List<Fetch> mine = new ArrayList<>(1);

  boolean noted;

  @Nullable
  Ahead pattern;

  long hit;
  boolean sent;

  /** In the order of their blocks; guarded by the reader's lock but for its own thread. */
  private final List<Joined> joined = new ArrayList<>(2);

  Reading(ReadHandle handle, long offset, long end) {
    this.handle = handle;
    this.offset = offset;
    this.end = end;
    this.first = offset / ObjectReader.BLOCK;
    this.blocks = new Block[(int) ((end - 1) / ObjectReader.BLOCK - first) + 1];
  }

  /** The bytes of a block that this read is about. */
  long overlap(long index) {
    long from = index * ObjectReader.BLOCK;
    return Math.min(end, from + ObjectReader.BLOCK) - Math.max(offset, from);
  }

  /** Notes that a block comes with {@code fetch}, which so is kept alive. */
  void join(long index, Fetch fetch) {
    long needed = Math.min(end, (index + 1) * ObjectReader.BLOCK);
    int last = joined.size() - 1;
    if (last >= 0 && joined.get(last).fetch == fetch) {
      joined.get(last).needed = needed;
    } else {
      fetch.wanted++;
      joined.add(new Joined(fetch, needed));
    }
  }

  boolean mustWait() {
    return !joined.isEmpty();
  }

  /** Gives everything up again. */
  void release() {
    for (int i = 0; i < blocks.length; i++) {
      Block block = blocks[i];
      if (block != null) {
        block.unpin();
        blocks[i] = null;
      }
    }
    for (Joined one : joined) {
      one.fetch.wanted--;
    }
    joined.clear();
    mine.clear();
  }

  /**
   * Waits until all bytes are there.
   *
   * @return why they are not, null when they are
   * @throws StorageException when it is this thread that cannot wait longer
   */
  @Nullable
  StorageException await(long deadline) throws StorageException {
    for (Joined one : joined) {
      if (!one.fetch.await(one.needed, deadline)) {
        StorageException failure = one.fetch.failure();
        return failure != null
            ? failure
            : new StorageException(Kind.UNAVAILABLE, "the file system is being unmounted");
      }
    }
    return null;
  }

  ByteBuffer[] pieces() {
    ByteBuffer[] pieces = new ByteBuffer[blocks.length];
    for (int i = 0; i < blocks.length; i++) {
      Block block = Objects.requireNonNull(blocks[i]);
      long from = (first + i) * ObjectReader.BLOCK;
      int skip = (int) Math.max(0, offset - from);
      pieces[i] = block.view(skip, (int) overlap(first + i));
    }
    return pieces;
  }

  private static final class Joined {
    final Fetch fetch;
    long needed;

    Joined(Fetch fetch, long needed) {
      this.fetch = fetch;
      this.needed = needed;
    }
  }
}
