package dev.cove.storage;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/** Bytes to store, readable from their start more than once so that a retry can send them again. */
public interface Content {

  /** In bytes; does not change. */
  long size();

  /** A fresh stream of exactly {@link #size()} bytes from the start. The caller closes it. */
  InputStream open() throws IOException;

  /** The CRC32C of all bytes, where it is known without reading them. */
  default OptionalInt crc32c() {
    return OptionalInt.empty();
  }

  Content EMPTY = of(new byte[0]);

  /** The array itself, not a copy: it must not change until the call that takes it has returned. */
  static Content of(byte[] bytes) {
    return new Content() {
      @Override
      public long size() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }

  /** The buffer's remaining bytes, not a copy; the buffer's own position is left alone. */
  static Content of(ByteBuffer buffer) {
    return new BufferContent(buffer.slice());
  }
}
