package dev.cove.fuse;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A mount that could not be made; the message is one line fit for a user. */
public final class MountException extends IOException {

  /** What has to be put right. */
  public enum Reason {
    NO_DEVICE,
    NO_LIBFUSE,
    NO_FUSERMOUNT,
    NO_DIRECTORY,
    NOT_A_DIRECTORY,
    NOT_EMPTY,
    ALREADY_MOUNTED,
    NOT_PERMITTED,
    KERNEL_TOO_OLD,
    TIMED_OUT,
    FAILED
  }

  private static final long serialVersionUID = 1L;

  private final Reason reason;

  MountException(Reason reason, String message) {
    this(reason, message, null);
  }

  MountException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
