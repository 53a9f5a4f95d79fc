package dev.cove.volume;

import java.util.HexFormat;

/** 128 random bits that name a line of commits, or one try to write. */
record Id(long high, long low) {
  /** In hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
