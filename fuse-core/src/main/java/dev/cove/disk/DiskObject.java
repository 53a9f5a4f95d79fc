package dev.cove.disk;

import dev.cove.cache.Block;
import dev.cove.cache.BlockCache;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What the disk has of one state of one object. Safe for use by many threads. */
public final class DiskObject {
  private final DiskCache cache;
  private final byte[] digest;

  DiskObject(DiskCache cache, byte[] digest) {
    this.cache = cache;
    this.digest = digest;
  }

  /** Whether a block is there, as far as can be told without reading it. */
  public boolean has(long index) {
    return cache.extent(digest, number(index)).has(slot(index));
  }

  /**
   * Fills {@code target} with a block.
   *
   * @return false when it is not there, whole and undamaged; the target's bytes are undefined then
   */
  public boolean read(long index, ByteBuffer target) {
    boolean found = cache.extent(digest, number(index)).read(slot(index), target);
    if (found) {
      cache.countHit(target.remaining());
    }
    return found;
  }

  /** Keeps a filled block some time from now; not at all when the disk is behind. */
  public void offer(Block block) {
    int length = block.length();
    if (!cache.writer().hasRoom(length) || !block.pin()) {
      return;
    }
    cache.writer().add(new Keeping(block), length);
  }

  private static int number(long index) {
    return (int) (index / Extent.BLOCKS);
  }

  private static int slot(long index) {
    return (int) (index % Extent.BLOCKS);
  }

  /** A pinned block on its way to the disk. */
  private final class Keeping implements WriteBehind.Task {
    private final Block block;

    Keeping(Block block) {
      this.block = block;
    }

    @Override
    public void run() throws IOException {
      int number = number(block.index());
      Extent extent = cache.extent(digest, number);
      int slot = slot(block.index());
      if (!extent.has(slot)) {
        cache.makeRoom(FileName.of(digest, number), BlockCache.BLOCK_SIZE);
        extent.write(slot, block.view(0, block.length()));
        cache.grew(FileName.of(digest, number), block.length());
      }
    }

    @Override
    public void done() {
      block.unpin();
    }
  }
}
