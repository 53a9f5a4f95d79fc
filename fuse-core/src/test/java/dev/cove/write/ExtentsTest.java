package dev.cove.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ExtentsTest {
  private static final int SIZE = 200;

  @Test
  void rangesAreTheSetOfBytesThatWereAddedAndNotRemoved() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Extents extents = new Extents();
      BitSet model = new BitSet();
      for (int i = 0; i < 100; i++) {
        int start = random.nextInt(SIZE);
        int end = start + random.nextInt(SIZE / 4);
        if (random.nextInt(3) > 0) {
          extents.add(start, end);
          model.set(start, end);
        } else {
          extents.remove(start, end);
          model.clear(start, end);
        }
        assertSame(extents, model, random);
      }
    }
  }

  private static void assertSame(Extents extents, BitSet model, Random random) {
    assertThat(extents.bytes()).isEqualTo(model.cardinality());
    assertThat(extents.end()).isEqualTo(model.length());
    assertThat(extents.isEmpty()).isEqualTo(model.isEmpty());
    int from = random.nextInt(SIZE);
    int to = from + 1 + random.nextInt(SIZE);
    assertThat(extents.contains(from, to)).isEqualTo(model.nextClearBit(from) >= to);
    int next = model.nextSetBit(from);
    assertThat(extents.intersects(from, to)).isEqualTo(next >= 0 && next < to);
    assertThat(extents.endAt(from)).isEqualTo(model.nextClearBit(from));
    int[] ranges = {0};
    BitSet seen = new BitSet();
    extents.forEach((start, end) -> {
      ranges[0]++;
      seen.set((int) start, (int) end);
    });
    assertThat(seen).isEqualTo(model);
    int runs = 0;
    for (int at = model.nextSetBit(0); at >= 0; at = model.nextSetBit(model.nextClearBit(at))) {
      runs++;
    }
    assertThat(ranges[0]).as("as few as can be").isEqualTo(runs);
    Extents within = new Extents();
    extents.forEachIn(from, to, within::add);
    assertThat(within.bytes()).isEqualTo(model.get(from, to).cardinality());
    Extents other = new Extents();
    other.add(from, to);
    Extents kept = new Extents(extents);
    kept.retain(other);
    assertThat(kept).isEqualTo(within);
  }
}
