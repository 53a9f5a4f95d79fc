package dev.cove.volume.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of a name, a link's target or an attribute's value, compared as bytes; usually UTF-8. */
public final class Name implements Comparable<Name> {
  public static final Name EMPTY = new Name(new byte[0]);

  private final byte[] bytes;

  /** The array itself, not a copy: it does not change any more. */
  public Name(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Name of(String text) {
    return new Name(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The array itself, not a copy: callers do not change it. */
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return bytes.length;
  }

  @Override
  public int compareTo(Name other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** As UTF-8; what is not valid is replaced. */
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
