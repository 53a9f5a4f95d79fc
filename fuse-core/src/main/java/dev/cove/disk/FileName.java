package dev.cove.disk;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file of blocks: a digest of what object state they are of, and which part of it.
 *
 * @param extent the part, {@link Extent#BYTES} each
 */
record FileName(long high, long low, int extent) {
  private static final int DIGITS = 32;
  private static final HexFormat HEX = HexFormat.of();

  static FileName of(byte[] digest, int extent) {
    ByteBuffer bytes = ByteBuffer.wrap(digest);
    return new FileName(bytes.getLong(), bytes.getLong(), extent);
  }

  /** Null for a name that is not one of ours. */
  static @Nullable FileName parse(String text) {
    try {
      return text.length() > DIGITS + 1 && text.charAt(DIGITS) == '-'
          ? new FileName(
              HexFormat.fromHexDigitsToLong(text, 0, DIGITS / 2),
              HexFormat.fromHexDigitsToLong(text, DIGITS / 2, DIGITS),
              Integer.parseInt(text.substring(DIGITS + 1)))
          : null;
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }

  /** In one of 256 folders, as folders with very many names are slow. */
  Path in(Path folder) {
    return folder.resolve(HEX.toHexDigits((byte) (high >>> 56))).resolve(toString());
  }

  @Override
  public String toString() {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low) + "-" + extent;
  }
}
