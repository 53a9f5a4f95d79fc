package dev.cove.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key, a value or an item: immutable bytes, or {@link #NULL}, which is stored like any other value and is not the same
 * as nothing there. Cove never looks inside; what the bytes mean is between those who write and those who read them.
 */
public final class Bytes implements Comparable<Bytes> {
  /** The null that a dict or a queue can hold, such as the sentinel that ends a stream of work. */
  public static final Bytes NULL = new Bytes(null);

  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte @Nullable [] array;

  private Bytes(byte @Nullable [] array) {
    this.array = array;
  }

  /** Takes the array over without copying it: the caller must not change it afterwards. */
  public static Bytes wrap(byte[] array) {
    return new Bytes(array);
  }

  /** {@link #NULL} for null, else {@link #wrap}. */
  public static Bytes ofNullable(byte @Nullable [] array) {
    return array == null ? NULL : new Bytes(array);
  }

  public static Bytes utf8(String text) {
    return new Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  public boolean isNull() {
    return array == null;
  }

  /** The number of bytes; 0 for {@link #NULL}. */
  public int size() {
    return array == null ? 0 : array.length;
  }

  /**
   * The bytes themselves, not a copy, and not to be changed.
   *
   * @throws IllegalStateException of {@link #NULL}
   */
  public byte[] array() {
    if (array == null) {
      throw new IllegalStateException("this is the null value: ask isNull() first");
    }
    return array;
  }

  /** As {@link #array()}, with null for {@link #NULL}. */
  public byte @Nullable [] arrayOrNull() {
    return array;
  }

  /** The bytes read as UTF-8, malformed input replaced. */
  public String utf8() {
    return new String(array(), StandardCharsets.UTF_8);
  }

  /** Unsigned byte order, with {@link #NULL} first. */
  @Override
  public int compareTo(Bytes other) {
    if (array == null || other.array == null) {
      return Boolean.compare(array != null, other.array != null);
    }
    return Arrays.compareUnsigned(array, other.array);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bytes that && Arrays.equals(array, that.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  /** Says the size only: what is stored may be secret. */
  @Override
  public String toString() {
    return array == null ? "Bytes[null]" : "Bytes[" + array.length + "]";
  }
}
