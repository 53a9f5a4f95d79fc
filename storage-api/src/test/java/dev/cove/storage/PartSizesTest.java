package dev.cove.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartSizesTest {

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long TIB = 1L << 40;

  private static final Capabilities S3 = Capabilities.builder()
      .partSize(5 * MIB, 5 * GIB)
      .maxParts(10_000)
      .maxObjectSize(5 * TIB)
      .build();

  @ParameterizedTest
  @ValueSource(longs = {1, 5 * MIB, 8 * MIB, 16 * MIB, 64 * MIB, 600 * MIB, 5 * GIB})
  void theLargestObjectFitsThePartsWhateverTheBase(long base) {
    PartSizes sizes = PartSizes.of(S3, base);
    double total = 0;
    long before = 0;
    for (int number = 1; number <= 10_000; number++) {
      long size = sizes.sizeOf(number);
      assertThat(size).isBetween(5 * MIB, 5 * GIB).isGreaterThanOrEqualTo(before);
      assertThat(size % MIB).isZero();
      total += size;
      before = size;
    }
    assertThat(total).isGreaterThanOrEqualTo(5 * TIB);
  }

  @Test
  void objectsUpToAThousandPartsKeepTheBaseAndTheLastPartStaysNearAGibibyte() {
    PartSizes sizes = PartSizes.of(S3, 8 * MIB);
    assertThat(sizes.sizeOf(1)).isEqualTo(8 * MIB);
    assertThat(sizes.sizeOf(1_000)).isEqualTo(8 * MIB);
    assertThat(sizes.sizeOf(1_001)).isGreaterThan(8 * MIB);
    assertThat(sizes.sizeOf(10_000)).isLessThan(1_300 * MIB);
  }

  @Test
  void knownSizeIsCutIntoTheFewestEqualPartsTheLimitsAllow() {
    PartSizes sizes = PartSizes.of(S3, 8 * MIB);
    assertThat(sizes.sizeForTotal(0)).isEqualTo(8 * MIB);
    assertThat(sizes.sizeForTotal(80_000 * MIB)).isEqualTo(8 * MIB);
    assertThat(sizes.sizeForTotal(80_000 * MIB + 1)).isEqualTo(9 * MIB);
    assertThat(sizes.sizeForTotal(5 * TIB)).isEqualTo(525 * MIB);
    assertThat(sizes.sizeForTotal(5 * TIB) * 10_000).isGreaterThanOrEqualTo(5 * TIB);
  }

  @Test
  void partsAreNeverSmallerThanTheBackendTakes() {
    PartSizes sizes = PartSizes.of(S3, 1);
    assertThat(sizes.sizeOf(1)).isEqualTo(5 * MIB);
    assertThat(sizes.sizeForTotal(1)).isEqualTo(5 * MIB);
  }

  @Test
  void partsBelowAMebibyteAreTakenAsTheyAre() {
    PartSizes sizes =
        PartSizes.of(Capabilities.builder().partSize(40, 4096).maxParts(100).build(), 64);
    assertThat(sizes.sizeOf(1)).isEqualTo(64);
    assertThat(sizes.sizeForTotal(640)).isEqualTo(64);
  }

  @Test
  void noLimitMeansTheBaseForEveryPart() {
    PartSizes sizes =
        PartSizes.of(Capabilities.builder().maxParts(Integer.MAX_VALUE).build(), 8 * MIB);
    assertThat(sizes.sizeOf(1)).isEqualTo(8 * MIB);
    assertThat(sizes.sizeOf(1_000_000)).isGreaterThanOrEqualTo(8 * MIB);
  }

  @Test
  void whatCannotBeIsRefused() {
    PartSizes sizes = PartSizes.of(S3, 8 * MIB);
    assertThatThrownBy(() -> sizes.sizeForTotal(5 * TIB + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than the store takes");
    assertThatThrownBy(() -> sizes.sizeOf(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sizes.sizeOf(10_001)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PartSizes.of(S3, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
