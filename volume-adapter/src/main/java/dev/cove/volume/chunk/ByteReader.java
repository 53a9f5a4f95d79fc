package dev.cove.volume.chunk;

import dev.cove.storage.StorageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Takes the numbers and bytes of the volume format apart; what does not fit is {@code CORRUPT}, never out of bounds. */
public final class ByteReader {
  private final byte[] bytes;
  private final int end;
  private final String what;
  private int position;

  /**
   * Reads all of the bytes.
   *
   * @param what the name of what is read, for messages
   */
  public ByteReader(byte[] bytes, String what) {
    this(bytes, 0, bytes.length, what);
  }

  public ByteReader(byte[] bytes, int from, int end, String what) {
    this.bytes = bytes;
    this.position = from;
    this.end = end;
    this.what = what;
  }

  public int position() {
    return position;
  }

  public int remaining() {
    return end - position;
  }

  public int octet() throws StorageException {
    need(1);
    return bytes[position++] & 0xff;
  }

  public long varint() throws StorageException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = octet();
      value |= (next & 0x7fL) << shift;
      if ((next & 0x80) == 0) {
        return value;
      }
    }
    throw damaged("a number without end");
  }

  public long signed() throws StorageException {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A varint that fits a non-negative int. */
  public int size() throws StorageException {
    long value = varint();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw damaged("a size out of range");
    }
    return (int) value;
  }

  public long fixedLong() throws StorageException {
    need(8);
    long value = ByteBuffer.wrap(bytes, position, 8).getLong();
    position += 8;
    return value;
  }

  public Hash hash() throws StorageException {
    return new Hash(fixedLong(), fixedLong(), fixedLong(), fixedLong());
  }

  public byte[] raw(int length) throws StorageException {
    need(length);
    byte[] taken = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return taken;
  }

  public void skip(int length) throws StorageException {
    need(length);
    position += length;
  }

  public byte[] sized() throws StorageException {
    return raw(size());
  }

  public String text() throws StorageException {
    return new String(sized(), StandardCharsets.UTF_8);
  }

  /**
   * Ends the reading.
   *
   * @throws StorageException when bytes are left
   */
  public void end() throws StorageException {
    if (position != end) {
      throw damaged("bytes after its end");
    }
  }

  public StorageException damaged(String how) {
    return new StorageException(StorageException.Kind.CORRUPT, what + " is damaged: " + how);
  }

  private void need(int length) throws StorageException {
    if (length < 0 || end - position < length) {
      throw damaged("it ends too early");
    }
  }
}
