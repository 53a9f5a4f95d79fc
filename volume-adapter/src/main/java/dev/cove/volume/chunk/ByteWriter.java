package dev.cove.volume.chunk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Puts the numbers and bytes of the volume format together; the counterpart of {@link ByteReader}. */
public final class ByteWriter {
  private byte[] bytes;
  private int size;

  public ByteWriter() {
    this(64);
  }

  public ByteWriter(int capacity) {
    bytes = new byte[capacity];
  }

  public ByteWriter octet(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** Seven bits in each byte, the lowest first; negative numbers take ten bytes. */
  public ByteWriter varint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  /** A number near zero on either side. */
  public ByteWriter signed(long value) {
    return varint((value << 1) ^ (value >> 63));
  }

  /** Eight bytes, the highest first. */
  public ByteWriter fixedLong(long value) {
    room(8);
    ByteBuffer.wrap(bytes, size, 8).putLong(value);
    size += 8;
    return this;
  }

  public ByteWriter hash(Hash hash) {
    return fixedLong(hash.a()).fixedLong(hash.b()).fixedLong(hash.c()).fixedLong(hash.d());
  }

  public ByteWriter raw(byte[] source) {
    return raw(source, 0, source.length);
  }

  public ByteWriter raw(byte[] source, int offset, int length) {
    room(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    return this;
  }

  /** The length, then the bytes. */
  public ByteWriter sized(byte[] source) {
    return varint(source.length).raw(source);
  }

  public ByteWriter text(String text) {
    return sized(text.getBytes(StandardCharsets.UTF_8));
  }

  public int size() {
    return size;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  private void room(int wanted) {
    if (bytes.length - size < wanted) {
      bytes = Arrays.copyOf(bytes, Math.max(size + wanted, 2 * bytes.length));
    }
  }
}
