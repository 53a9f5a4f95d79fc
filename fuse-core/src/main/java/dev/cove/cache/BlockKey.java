package dev.cove.cache;

import org.jspecify.annotations.Nullable;

/** A block's place; the hash is kept because every look-up needs it. */
final class BlockKey {
  private final ObjectId object;
  private final long index;
  private final int hash;

  BlockKey(ObjectId object, long index) {
    this.object = object;
    this.index = index;
    // Multiplied, as neighbouring indexes would else fall into neighbouring bins.
    this.hash = object.hashCode() * 31 + (int) (index * 0x9E3779B97F4A7C15L >>> 32);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlockKey that
        && hash == that.hash
        && index == that.index
        && object.equals(that.object);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
