package dev.cove.volume.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Cuts depend on content, within limits, and never change between versions. */
final class ChunkerTest {

  @Test
  void theSameBytesAreCutTheSameForEver() {
    // These numbers are part of what keeps stored files from being uploaded anew by a later Cove.
    assertThat(cuts(bytes(8 << 20, 1)))
        .containsExactly(1227041, 1171980, 1333753, 1283106, 1326105, 1284639, 761984);
  }

  @Test
  void chunksHaveTheirLimitsAndAboutTheirAverage() {
    List<Integer> cuts = cuts(bytes(64 << 20, 2));
    assertThat(cuts.subList(0, cuts.size() - 1))
        .allMatch(length -> length > Chunker.MIN && length <= Chunker.MAX);
    assertThat(cuts.size()).isBetween(45, 90);
    assertThat(cuts(new byte[10 << 20])).containsExactly(4 << 20, 4 << 20, 2 << 20);
  }

  @Test
  void anInsertionAtTheFrontLeavesNearlyAllChunks() {
    byte[] before = bytes(32 << 20, 3);
    byte[] after = new byte[before.length + 10];
    System.arraycopy(before, 0, after, 10, before.length);
    Set<Hash> known = new HashSet<>(hashes(before));
    List<Hash> now = hashes(after);
    now.removeAll(known);
    assertThat(now).hasSizeLessThanOrEqualTo(3);
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<Integer> cuts(byte[] bytes) {
    List<Integer> cuts = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int length = Chunker.cut(bytes, at, bytes.length);
      cuts.add(length);
      at += length;
    }
    return cuts;
  }

  private static List<Hash> hashes(byte[] bytes) {
    List<Hash> hashes = new ArrayList<>();
    int at = 0;
    for (int length : cuts(bytes)) {
      hashes.add(Hash.of(Arrays.copyOfRange(bytes, at, at + length)));
      at += length;
    }
    return hashes;
  }
}
