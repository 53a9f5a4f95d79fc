package dev.cove.storage;

/** {@code length} bytes from {@code offset}; both in bytes, the length at least 1. */
public record ByteRange(long offset, long length) {
  public ByteRange {
    if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException("no such range: " + length + " bytes from " + offset);
    }
  }

  public static ByteRange of(long offset, long length) {
    return new ByteRange(offset, length);
  }

  /** The first byte after the range. */
  public long end() {
    return offset + length;
  }

  /** As HTTP's Range header has it, with the last byte included: {@code bytes=0-4095}. */
  public String toHttpHeader() {
    return "bytes=" + offset + "-" + (end() - 1);
  }
}
