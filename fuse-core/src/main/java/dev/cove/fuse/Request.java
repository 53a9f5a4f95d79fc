package dev.cove.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cove.vfs.Caller;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.FsException;
import java.nio.ByteBuffer;

/**
 * The request in a worker's buffer. Offsets count from the end of the header; reading past the end
 * of the request throws. One object for each worker, filled again and again.
 */
final class Request {
  private final NativeBuffer buffer;
  private final ByteBuffer bytes;
  private final ByteBuffer data;

  Request(NativeBuffer buffer) {
    this.buffer = buffer;
    this.bytes = buffer.bytes();
    this.data = bytes.duplicate().order(bytes.order());
  }

  NativeBuffer buffer() {
    return buffer;
  }

  /**
   * Takes what was received.
   *
   * @return false when it is too short to have a header, so that nobody can be answered
   */
  boolean received(int length) {
    bytes.clear().limit(length);
    return length >= FuseProtocol.IN_HEADER;
  }

  int opcode() {
    return bytes.getInt(FuseProtocol.IN_OPCODE);
  }

  long unique() {
    return bytes.getLong(FuseProtocol.IN_UNIQUE);
  }

  long node() {
    return bytes.getLong(FuseProtocol.IN_NODE);
  }

  int pid() {
    return bytes.getInt(FuseProtocol.IN_PID);
  }

  Caller caller() {
    return new Caller(bytes.getInt(FuseProtocol.IN_UID), bytes.getInt(FuseProtocol.IN_GID), pid());
  }

  /** Bytes after the header. */
  int length() {
    return bytes.limit() - FuseProtocol.IN_HEADER;
  }

  int int32(int offset) {
    return bytes.getInt(FuseProtocol.IN_HEADER + offset);
  }

  long int64(int offset) {
    return bytes.getLong(FuseProtocol.IN_HEADER + offset);
  }

  /** Up to {@code length} bytes in place: valid until the worker receives its next request. */
  ByteBuffer data(int offset, int length) throws FsException {
    requireRoom(offset, length);
    int from = FuseProtocol.IN_HEADER + offset;
    return data.clear().limit(from + length).position(from);
  }

  byte[] copy(int offset, int length) throws FsException {
    requireRoom(offset, length);
    byte[] copy = new byte[length];
    bytes.get(FuseProtocol.IN_HEADER + offset, copy);
    return copy;
  }

  private void requireRoom(int offset, int length) throws FsException {
    if (length < 0 || length > length() - offset) {
      throw new FsException(Errno.EINVAL, "request says more bytes than it has");
    }
  }

  /** A path component. */
  String name(int offset) throws FsException {
    int end = endOfText(offset);
    int length = end - offset;
    if (length > FileNames.MAX_BYTES) {
      throw new FsException(Errno.ENAMETOOLONG, "name of " + length + " bytes");
    }
    String name = text(offset, end);
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals(".") || name.equals("..")) {
      throw new FsException(Errno.EINVAL, "no name for a file: " + name);
    }
    return name;
  }

  /** Any text that ends with a zero byte: a symbolic link's target, an attribute's name. */
  String text(int offset) throws FsException {
    return text(offset, endOfText(offset));
  }

  /** Where the zero byte is that ends the text at {@code offset}. */
  int endOfText(int offset) throws FsException {
    for (int i = offset; i < length(); i++) {
      if (bytes.get(FuseProtocol.IN_HEADER + i) == 0) {
        return i;
      }
    }
    throw new FsException(Errno.EINVAL, "text without an end");
  }

  private String text(int offset, int end) {
    byte[] raw = new byte[end - offset];
    bytes.get(FuseProtocol.IN_HEADER + offset, raw);
    for (byte b : raw) {
      if (b < 0) {
        return FileNames.decode(raw);
      }
    }
    return new String(raw, ISO_8859_1);
  }
}
