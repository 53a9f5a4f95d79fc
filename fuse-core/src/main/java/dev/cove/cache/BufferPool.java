package dev.cove.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.cache.MemoryBudget.Use;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Off-heap memory that is used again and again. A fresh gigabyte costs 0.4 s of CPU in page faults
 * and zeroing, more than reading it from a loopback socket twice.
 *
 * <p>Slabs of 2 MiB are cut into runs of {@link #RUN} bytes; a run holds one full block or several
 * equal small ones. The budget is charged by run, so that half-used runs are counted too. The lowest
 * slab with room is used first: what is hot stays small, and the highest slabs fall empty and can be
 * given back.
 */
final class BufferPool {
  static final int RUN = 128 << 10;
  static final int SMALLEST = 4 << 10;
  private static final int SLAB = 2 << 20;
  private static final int RUNS_PER_SLAB = SLAB / RUN;
  private static final Logger log = LoggerFactory.getLogger(BufferPool.class);

  private final MemoryBudget budget;

  // Locks: this, then the budget's own.
  @GuardedBy("this")
  private final List<@Nullable Slab> slabs = new ArrayList<>();

  @GuardedBy("this")
  private final BitSet withRoom = new BitSet();

  /** By size class: runs cut that small, with room left. */
  @GuardedBy("this")
  private final List<LinkedHashSet<Run>> smallRuns = new ArrayList<>();

  @GuardedBy("this")
  private long slabBytes;

  BufferPool(MemoryBudget budget) {
    this.budget = budget;
    for (int size = SMALLEST; size < RUN; size <<= 1) {
      smallRuns.add(new LinkedHashSet<>());
    }
  }

  /** Bytes had from the system, in use or not. */
  synchronized long slabBytes() {
    return slabBytes;
  }

  /** What a buffer of {@code length} bytes takes of the pool. */
  static int sizeFor(int length) {
    return length <= SMALLEST ? SMALLEST : Integer.highestOneBit(length - 1) << 1;
  }

  /**
   * Buffers for {@code length} bytes: full runs, then one as small as the rest needs. All or none.
   *
   * @param prepaid bytes the caller has reserved already; what is not needed is released, also when
   *     none are had
   * @return null when the budget has no room
   */
  @Nullable
  List<Chunk> take(long length, long prepaid) {
    int tail = (int) (length % RUN);
    int count = (int) ((length + RUN - 1) / RUN);
    List<Chunk> chunks = new ArrayList<>(count);
    boolean done = false;
    long paid = prepaid;
    List<ByteBuffer> more = fresh(count, prepaid);
    synchronized (this) {
      try {
        for (ByteBuffer memory : more) {
          add(memory);
        }
        if (tail > 0) {
          count--;
        }
        Run shared = tail > 0 ? sharedRun(sizeFor(tail)) : null;
        int fresh = count + (tail > 0 && shared == null ? 1 : 0);
        long due = (long) fresh * RUN - paid;
        if (due > 0) {
          if (!budget.tryReserve(Use.BLOCKS, due)) {
            return null;
          }
          paid += due;
        }
        if (!grow(fresh)) {
          return null;
        }
        for (int i = 0; i < count; i++) {
          chunks.add(emptyRun().whole());
          paid -= RUN;
        }
        if (tail > 0) {
          if (shared == null) {
            shared = emptyRun();
            paid -= RUN;
          }
          chunks.add(small(shared, sizeFor(tail)));
        }
        done = true;
        return chunks;
      } finally {
        if (paid > 0) {
          budget.release(Use.BLOCKS, paid);
        }
        if (!done || !more.isEmpty()) {
          trim();
        }
      }
    }
  }

  /** Takes a buffer back. Nobody may look at its bytes any more. */
  synchronized void give(Chunk chunk) {
    Run run = chunk.run;
    if (chunk.size == RUN) {
      empty(run);
      return;
    }
    LinkedHashSet<Run> sharing = smallRuns.get(classOf(chunk.size));
    if (run.free.isEmpty()) {
      sharing.add(run);
    }
    run.free.add(chunk);
    if (run.free.size() == RUN / chunk.size) {
      sharing.remove(run);
      run.free.clear();
      empty(run);
    }
  }

  /** Returns slabs that nothing lives in until no more than the budget leaves us are held. */
  synchronized void trim() {
    long allowed = budget.total() - budget.used() + budget.used(Use.BLOCKS);
    for (int i = slabs.size() - 1; i >= 0 && slabBytes > allowed; i--) {
      Slab slab = slabs.get(i);
      if (slab != null && slab.free.size() == RUNS_PER_SLAB) {
        slabs.set(i, null);
        withRoom.clear(i);
        slabBytes -= SLAB;
        DirectMemory.free(slab.memory);
      }
    }
  }

  /** Returns all that nothing lives in. */
  synchronized void close() {
    for (int i = 0; i < slabs.size(); i++) {
      Slab slab = slabs.get(i);
      if (slab != null && slab.free.size() == RUNS_PER_SLAB) {
        slabs.set(i, null);
        withRoom.clear(i);
        slabBytes -= SLAB;
        DirectMemory.free(slab.memory);
      }
    }
  }

  /**
   * Memory for as many runs as are lacking, had outside of the lock: the system takes a while to give
   * it, and readers of other files are not to wait meanwhile. None when it does not give it.
   */
  private List<ByteBuffer> fresh(int runs, long prepaid) {
    List<ByteBuffer> fresh = new ArrayList<>();
    int lacking;
    synchronized (this) {
      lacking = runs - room(runs);
    }
    if (lacking <= 0 || budget.room() + prepaid < (long) runs * RUN) {
      return fresh;
    }
    try {
      for (; lacking > 0; lacking -= RUNS_PER_SLAB) {
        fresh.add(ByteBuffer.allocateDirect(SLAB));
      }
    } catch (OutOfMemoryError refused) {
      // Asked for once more, and told, where it is certain that it is needed.
    }
    return fresh;
  }

  @GuardedBy("this")
  private int room(int enough) {
    int room = 0;
    for (int i = withRoom.nextSetBit(0); i >= 0 && room < enough; i = withRoom.nextSetBit(i + 1)) {
      room += slab(i).free.size();
    }
    return room;
  }

  @GuardedBy("this")
  private boolean grow(int runs) {
    int room = room(runs);
    while (room < runs) {
      try {
        add(ByteBuffer.allocateDirect(SLAB));
      } catch (OutOfMemoryError refused) {
        long had = slabBytes + budget.used() - budget.used(Use.BLOCKS);
        budget.lowerTotal(had);
        log.warn(
            "The Java runtime grants only {} MiB outside its heap: the memory budget is lowered to"
                + " that. Start it with -XX:MaxDirectMemorySize to allow more.",
            had >> 20);
        return false;
      }
      room += RUNS_PER_SLAB;
    }
    return true;
  }

  @GuardedBy("this")
  private void add(ByteBuffer memory) {
    int index = slabs.indexOf(null);
    if (index < 0) {
      index = slabs.size();
      slabs.add(null);
    }
    slabs.set(index, new Slab(index, memory));
    withRoom.set(index);
    slabBytes += SLAB;
  }

  @GuardedBy("this")
  private Slab slab(int index) {
    Slab slab = slabs.get(index);
    if (slab == null) {
      throw new IllegalStateException("a slab with room is gone");
    }
    return slab;
  }

  @GuardedBy("this")
  private Run emptyRun() {
    int index = withRoom.nextSetBit(0);
    Slab slab = slab(index);
    Run run = slab.free.removeLast();
    if (slab.free.isEmpty()) {
      withRoom.clear(index);
    }
    return run;
  }

  @GuardedBy("this")
  private void empty(Run run) {
    run.slab.free.addLast(run);
    withRoom.set(run.slab.index);
    budget.release(Use.BLOCKS, RUN);
  }

  @GuardedBy("this")
  private @Nullable Run sharedRun(int size) {
    if (size == RUN) {
      return null;
    }
    Iterator<Run> sharing = smallRuns.get(classOf(size)).iterator();
    return sharing.hasNext() ? sharing.next() : null;
  }

  @GuardedBy("this")
  private Chunk small(Run run, int size) {
    if (size == RUN) {
      return run.whole();
    }
    LinkedHashSet<Run> sharing = smallRuns.get(classOf(size));
    if (run.free.isEmpty()) {
      for (int from = RUN - size; from >= 0; from -= size) {
        run.free.add(new Chunk(run, size, run.memory.slice(from, size)));
      }
      sharing.add(run);
    }
    Chunk chunk = run.free.remove(run.free.size() - 1);
    if (run.free.isEmpty()) {
      sharing.remove(run);
    }
    return chunk;
  }

  private static int classOf(int size) {
    return Integer.numberOfTrailingZeros(size) - Integer.numberOfTrailingZeros(SMALLEST);
  }

  /** One buffer; {@code memory}'s own position and limit are never moved. */
  static final class Chunk {
    private final Run run;
    final int size;
    final ByteBuffer memory;

    private Chunk(Run run, int size, ByteBuffer memory) {
      this.run = run;
      this.size = size;
      this.memory = memory;
    }
  }

  /** {@link #RUN} bytes; cut small while {@code free} or a small chunk outside of it exists. */
  private static final class Run {
    final Slab slab;
    final ByteBuffer memory;
    final Chunk whole;
    final ArrayList<Chunk> free = new ArrayList<>(0);

    Run(Slab slab, ByteBuffer memory) {
      this.slab = slab;
      this.memory = memory;
      this.whole = new Chunk(this, RUN, memory);
    }

    Chunk whole() {
      return whole;
    }
  }

  private static final class Slab {
    final int index;
    final ByteBuffer memory;
    final ArrayDeque<Run> free = new ArrayDeque<>(RUNS_PER_SLAB);

    Slab(int index, ByteBuffer memory) {
      this.index = index;
      this.memory = memory;
      for (int from = SLAB - RUN; from >= 0; from -= RUN) {
        free.addLast(new Run(this, memory.slice(from, RUN)));
      }
    }
  }
}
