package dev.cove.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Hands every call on to another body; decorators override what they change. */
public abstract class ForwardingObjectBody implements ObjectBody {
  private final ObjectBody delegate;

  protected ForwardingObjectBody(ObjectBody delegate) {
    this.delegate = delegate;
  }

  @Override
  public ObjectInfo info() {
    return delegate.info();
  }

  @Override
  public long length() {
    return delegate.length();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return delegate.read(target);
  }

  @Override
  public boolean isOpen() {
    return delegate.isOpen();
  }

  @Override
  public void close() {
    delegate.close();
  }
}
