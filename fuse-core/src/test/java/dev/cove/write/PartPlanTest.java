package dev.cove.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Capabilities;
import dev.cove.storage.Capabilities.Feature;
import dev.cove.storage.PartSizes;
import dev.cove.write.PartPlan.Kind;
import dev.cove.write.PartPlan.Piece;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Parts as S3 takes them: 5 MiB to 5 GiB, 10,000 at most, 5 TiB in all. */
final class PartPlanTest {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long TIB = 1L << 40;
  private static final Capabilities S3 = Capabilities.builder()
      .can(Feature.PART_COPY)
      .partSize(5 * MIB, 5 * GIB)
      .maxParts(10_000)
      .maxObjectSize(5 * TIB)
      .build();

  @Test
  void newFileOfHundredMebibytesIsThirteenParts() {
    assertThat(plan(100 * MIB, 0, 100 * MIB)).hasSize(13).allMatch(p -> p.kind() == Kind.DATA);
  }

  @Test
  void byteInTheMiddleOfHundredMebibytesIsTwoCopiesAndLeastPart() {
    assertThat(plan(100 * MIB, 50 * MIB, 50 * MIB + 1))
        .containsExactly(
            new Piece(1, 0, 50 * MIB, Kind.COPY),
            new Piece(2, 50 * MIB, 5 * MIB, Kind.DATA),
            new Piece(3, 55 * MIB, 45 * MIB, Kind.COPY));
  }

  @Test
  void byteNearTheStartCannotLeaveTooSmallCopyBeforeIt() {
    assertThat(plan(100 * MIB, 3 * MIB, 3 * MIB + 1))
        .containsExactly(
            new Piece(1, 0, 5 * MIB, Kind.DATA), new Piece(2, 5 * MIB, 95 * MIB, Kind.COPY));
  }

  @Test
  void kibibyteAppendedToHundredMebibytesIsOneCopyAndOnePart() {
    assertThat(plan(100 * MIB + 1024, 100 * MIB, 100 * MIB + 1024))
        .containsExactly(
            new Piece(1, 0, 100 * MIB, Kind.COPY), new Piece(2, 100 * MIB, 1024, Kind.DATA));
  }

  @Test
  void largeObjectIsCopiedInPiecesOfGibibyteAtMost() {
    List<Piece> plan = plan(20 * GIB + 1, 20 * GIB, 20 * GIB + 1);
    assertThat(plan).hasSize(21);
    assertThat(plan.subList(0, 20))
        .allMatch(p -> p.kind() == Kind.COPY && p.length() <= GIB && p.length() >= 5 * MIB);
  }

  @Test
  void largestObjectThereCanBeFitsTheParts() {
    assertThat(plan(5 * TIB, 0, 5 * TIB).size()).isLessThanOrEqualTo(10_000);
    assertThat(plan(5 * TIB, 4 * TIB, 4 * TIB + 1).size()).isLessThanOrEqualTo(10_000);
  }

  @Test
  void changesWithoutNumberAreDrawnTogetherUntilTheyFit() {
    Extents changed = new Extents();
    for (long at = 0; at < TIB; at += 32 * MIB) {
      changed.add(at, at + 1);
    }
    List<Piece> plan = PartPlan.of(TIB, 0, changed, S3, PartSizes.of(S3, 8 * MIB));
    assertThat(plan.size()).isLessThanOrEqualTo(10_000);
    assertValid(plan, TIB, changed, S3);
  }

  @Test
  void whateverChangedThePartsCoverTheFileAndKeepTheLimits() {
    Random random = new Random(1);
    Capabilities small = Capabilities.builder()
        .can(Feature.PART_COPY)
        .partSize(40, 4096)
        .maxParts(60)
        .maxObjectSize(100_000)
        .build();
    for (int round = 0; round < 3_000; round++) {
      long size = 1 + random.nextInt(3_000);
      Extents changed = new Extents();
      for (int i = random.nextInt(12); i >= 0; i--) {
        long at = random.nextInt((int) size);
        changed.add(at, Math.min(size, at + 1 + random.nextInt(100)));
      }
      assertValid(
          PartPlan.of(size, 0, changed, small, PartSizes.of(small, 64)), size, changed, small);
    }
  }

  @Test
  void partsBeforeTheLastStayWhenTheFileGrows() {
    for (long base : new long[] {0, 100 * MIB}) {
      List<Piece> before = plan(base + 100 * MIB, base, base + 100 * MIB);
      List<Piece> after = plan(base + 300 * MIB, base, base + 300 * MIB);
      assertThat(after).startsWith(before.subList(0, before.size() - 1).toArray(new Piece[0]));
    }
  }

  private static void assertValid(
      List<Piece> plan, long size, Extents changed, Capabilities limits) {
    assertThat(plan.size()).isLessThanOrEqualTo(limits.maxParts());
    long at = 0;
    int number = 1;
    for (Piece piece : plan) {
      assertThat(piece.number()).isEqualTo(number++);
      assertThat(piece.start()).isEqualTo(at);
      at = piece.end();
      assertThat(piece.length()).isLessThanOrEqualTo(limits.maxPartSize());
      if (at < size) {
        assertThat(piece.length()).isGreaterThanOrEqualTo(limits.minPartSize());
      }
      if (piece.kind() == Kind.COPY) {
        assertThat(changed.intersects(piece.start(), piece.end())).isFalse();
      }
    }
    assertThat(at).isEqualTo(size);
  }

  private static List<Piece> plan(long size, long start, long end) {
    Extents changed = new Extents();
    changed.add(start, end);
    return PartPlan.of(size, 0, changed, S3, PartSizes.of(S3, 8 * MIB));
  }
}
