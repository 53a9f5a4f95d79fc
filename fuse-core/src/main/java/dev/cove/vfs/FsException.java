package dev.cove.vfs;

import java.io.IOException;

/** A call that ends with an errno. Carries no stack trace: these are answers, not accidents. */
public final class FsException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  public FsException(Errno errno, String message) {
    super(message);
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }

  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
