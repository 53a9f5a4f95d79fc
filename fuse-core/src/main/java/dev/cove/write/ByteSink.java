package dev.cove.write;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the bytes of one read, in one call; the pieces are valid only during it. */
@FunctionalInterface
public interface ByteSink {
  void send(ByteBuffer... pieces) throws IOException;
}
