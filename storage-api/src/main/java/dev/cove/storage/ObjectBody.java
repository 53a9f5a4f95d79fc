package dev.cove.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The bytes of a get, read by one thread. Delivers exactly the bytes asked for: a connection that
 * ends early is a {@link StorageException} of kind {@code UNAVAILABLE}, never a short body.
 */
public interface ObjectBody extends ReadableByteChannel {

  /** The object these bytes belong to; {@code size} is the whole object's. */
  ObjectInfo info();

  /** How many bytes this body delivers in all. */
  long length();

  /**
   * Reads at least one byte into the buffer.
   *
   * @return bytes read, or -1 at the end
   */
  @Override
  int read(ByteBuffer target) throws IOException;

  /** Releases the connection; before the end of the body it is dropped, not drained. */
  @Override
  void close();
}
