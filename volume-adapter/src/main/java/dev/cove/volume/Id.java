package dev.cove.volume;

/** 128 random bits that name a line of commits, or one try to write. */
record Id(long high, long low) {
  /** In hexadecimal. */
  @Override
  public String toString() {
    return "%016x%016x".formatted(high, low);
  }
}
