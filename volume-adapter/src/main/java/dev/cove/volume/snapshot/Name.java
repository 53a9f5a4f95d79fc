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

  /** Whether it can name one entry of a directory: neither empty nor a dot or two, without slash and NUL. */
  public boolean isPlain() {
    for (byte b : bytes) {
      if (b == '/' || b == 0) {
        return false;
      }
    }
    boolean dots = bytes.length == 1
        ? bytes[0] == '.'
        : bytes.length == 2 && bytes[0] == '.' && bytes[1] == '.';
    return bytes.length > 0 && !dots;
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
