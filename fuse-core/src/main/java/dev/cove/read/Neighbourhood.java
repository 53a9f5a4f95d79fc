package dev.cove.read;

import java.util.BitSet;

/**
 * Tells from what is missing when reads at random lie so close together that what lies around one of
 * them will be asked for, too: then one request for all of it costs less than one for each. Reads
 * that are scattered over more than may be kept never do. Guarded by the object reader's lock.
 */
final class Neighbourhood {
  private static final int BLOCKS = 8;

  // Some 20 reads in known neighbourhoods must come in a row before an object is taken for dense.
  private static final double WEIGHT = 1.0 / 32;
  private static final double DENSE = 0.5;

  private final BitSet known = new BitSet();
  private final long most;
  private int count;
  private double returns;

  /** @param keepable the most bytes that may be kept of one object */
  Neighbourhood(long keepable) {
    this.most = keepable / (BLOCKS * ObjectReader.BLOCK);
  }

  /** The first block around one. */
  static long first(long block) {
    return block / BLOCKS * BLOCKS;
  }

  /** The end of the blocks around one. */
  static long end(long block) {
    return first(block) + BLOCKS;
  }

  /** A program waits for a block, and maybe some behind it, that is neither here nor on its way. */
  void missed(long block) {
    int number = Math.toIntExact(block / BLOCKS);
    boolean again = known.get(number);
    returns += ((again ? 1 : 0) - returns) * WEIGHT;
    if (again) {
      return;
    }
    if (++count > most) {
      known.clear();
      count = 1;
      returns = 0;
    }
    known.set(number);
  }

  /** Whether at least half of what is missed lies where something was missed before. */
  boolean isDense() {
    return returns >= DENSE;
  }
}
