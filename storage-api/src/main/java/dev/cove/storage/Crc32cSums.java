package dev.cove.storage;

/**
 * The CRC32C of bytes in a row from the checksums of their pieces. A checksum is a polynomial over
 * GF(2): what bytes contribute to it once {@code n} more have followed is multiplied by {@code x} to
 * the power of {@code 8n}, modulo the generator.
 */
public final class Crc32cSums {
  // Bits are reflected, as in the JDK's CRC32C: the highest is the coefficient of x^0.
  private static final int GENERATOR = 0x82F63B78;
  private static final int ONE = 1 << 31;

  // x to the power of 2^i.
  private static final int[] SQUARES = new int[Long.SIZE];

  static {
    SQUARES[0] = 1 << 30;
    for (int i = 1; i < SQUARES.length; i++) {
      SQUARES[i] = times(SQUARES[i - 1], SQUARES[i - 1]);
    }
  }

  private Crc32cSums() {}

  /** What bytes are multiplied by when so many more follow. */
  public static int shift(long bytes) {
    int product = ONE;
    int i = 3;
    for (long rest = bytes; rest != 0; rest >>>= 1, i++) {
      if ((rest & 1) != 0) {
        product = times(SQUARES[i], product);
      }
    }
    return product;
  }

  /**
   * The checksum of two runs of bytes in a row.
   *
   * @param shift {@link #shift} of the second run's length
   */
  public static int append(int first, int second, int shift) {
    return times(shift, first) ^ second;
  }

  /** The checksum of so many zeros. */
  public static int zeros(long bytes) {
    return ~times(shift(bytes), ~0);
  }

  private static int times(int a, int b) {
    int product = 0;
    int rest = b;
    for (int bits = a; bits != 0; bits <<= 1) {
      product ^= rest & bits >> 31;
      rest = rest >>> 1 ^ GENERATOR & -(rest & 1);
    }
    return product;
  }
}
