package dev.cove.read;

import dev.cove.cache.Block;
import dev.cove.cache.BlockCache;
import dev.cove.cache.BlockCache.Retention;
import dev.cove.cache.ObjectId;
import dev.cove.read.ReadMeter.Purpose;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one object that are on their way, or here ahead of their reader; the others are in
 * the cache. Guarded by the object reader's lock.
 */
final class BlockTable {
  private final BlockCache cache;
  private final ObjectId id;
  private final long size;

  /** By index. Owns one hold on each block. */
  private final Map<Long, Slot> slots = new HashMap<>();

  BlockTable(BlockCache cache, ObjectId id, long size) {
    this.cache = cache;
    this.id = id;
    this.size = size;
  }

  @Nullable
  Slot get(long index) {
    return slots.get(index);
  }

  /** The block's slot, unless another block has taken its place. */
  @Nullable
  Slot slotOf(Block block) {
    Slot slot = slots.get(block.index());
    return slot != null && slot.block == block ? slot : null;
  }

  boolean absent(long index) {
    return !slots.containsKey(index) && !cache.contains(id, index);
  }

  long blockEnd(long index) {
    return Math.min(size, (index + 1) * ObjectReader.BLOCK);
  }

  boolean arrived(Slot slot) {
    return slot.fetch.filled() >= blockEnd(slot.block.index());
  }

  /** Takes over the blocks a fetch will fill. */
  void enter(Fetch fetch) {
    for (Block block : fetch.blocks) {
      slots.put(block.index(), new Slot(block, fetch));
    }
    fetch.left = fetch.blocks.size();
  }

  /** Takes back requests that nobody has seen yet. */
  void undo(List<Fetch> fetches) {
    for (Fetch fetch : fetches) {
      for (Block block : fetch.blocks) {
        slots.remove(block.index());
        block.unpin();
      }
    }
    fetches.clear();
  }

  /** Counts bytes of a block as read; a block that was read to its end moves to the cache. */
  void consumed(Slot slot, long bytes) {
    slot.consumed += bytes;
    if (isConsumed(slot)) {
      toCache(slot);
    }
  }

  /** Several may have read its beginning while its end is still on its way. */
  boolean isConsumed(Slot slot) {
    return slot.consumed >= slot.block.length() && arrived(slot);
  }

  /** Moves a block that has arrived to the cache. */
  void toCache(Slot slot) {
    remove(slot);
    // What was fetched ahead was read in passing, and what is on the disk is soon had again.
    boolean brief = slot.fetch.purpose == Purpose.AHEAD || slot.fetch.isOnDisk();
    cache.insert(slot.block, brief ? Retention.BRIEF : Retention.KEEP);
  }

  /** Forgets a block that did not arrive, or arrived damaged. */
  void discard(Slot slot) {
    remove(slot);
    slot.block.unpin();
  }

  private void remove(Slot slot) {
    slots.remove(slot.block.index());
    slot.fetch.left--;
  }

  /** A block and where its bytes come from. */
  static final class Slot {
    final Block block;
    final Fetch fetch;
    long consumed;

    Slot(Block block, Fetch fetch) {
      this.block = block;
      this.fetch = fetch;
    }
  }
}
