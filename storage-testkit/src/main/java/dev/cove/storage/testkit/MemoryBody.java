package dev.cove.storage.testkit;

import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** Bytes of an object that are already in memory. */
final class MemoryBody implements ObjectBody {
  private final ObjectInfo info;
  private final ByteBuffer rest;
  private final long length;
  private boolean open = true;

  MemoryBody(ObjectInfo info, ByteBuffer bytes) {
    this.info = info;
    this.rest = bytes;
    this.length = bytes.remaining();
  }

  @Override
  public ObjectInfo info() {
    return info;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    if (!rest.hasRemaining()) {
      return -1;
    }
    int count = Math.min(rest.remaining(), target.remaining());
    target.put(rest.slice().limit(count));
    rest.position(rest.position() + count);
    return count;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }
}
