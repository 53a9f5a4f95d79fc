package dev.cove.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class Crc32cSumsTest {
  @Test
  void theChecksumsOfPiecesMakeThatOfTheWhole() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[random.nextInt(20_000)];
      random.nextBytes(bytes);
      int cut = random.nextInt(bytes.length + 1);
      int length = bytes.length - cut;
      int whole =
          Crc32cSums.append(sum(bytes, 0, cut), sum(bytes, cut, length), Crc32cSums.shift(length));
      assertThat(whole).isEqualTo(sum(bytes, 0, bytes.length));
    }
  }

  @Test
  void zerosHaveTheChecksumThatTheyWouldHaveOneByOne() {
    for (int length : new int[] {0, 1, 7, 4096, 1_000_003}) {
      assertThat(Crc32cSums.zeros(length)).isEqualTo(sum(new byte[length], 0, length));
    }
    // 6 GiB of zeros are twice 3 GiB of them: beyond what an int counts.
    long half = 3L << 30;
    assertThat(Crc32cSums.append(
            Crc32cSums.zeros(half), Crc32cSums.zeros(half), Crc32cSums.shift(half)))
        .isEqualTo(Crc32cSums.zeros(2 * half));
  }

  private static int sum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
