package dev.cove.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A call to an object store that failed; the message is one line fit for a user. */
public final class StorageException extends IOException {

  /** What went wrong, as far as a caller can act on it. */
  public enum Kind {
    /** No object with this key, or no such upload. */
    NOT_FOUND,
    /** The bucket does not exist, or not in this region. */
    NO_SUCH_BUCKET,
    /** A condition did not hold; nothing was changed. */
    PRECONDITION_FAILED,
    /** The range begins at or past the object's end. */
    INVALID_RANGE,
    /** Credentials are missing, wrong or expired. */
    UNAUTHENTICATED,
    /** The credentials do not allow this. */
    ACCESS_DENIED,
    /** The store is mounted or opened read-only. */
    READ_ONLY,
    /** The object is archived and must be restored before it can be read. */
    ARCHIVED,
    /** The store does not take this: a key, metadata too large, a part too small. */
    INVALID,
    /** This backend cannot do it; see {@link Capabilities}. */
    UNSUPPORTED,
    /** The store has no room or a quota is used up. */
    NO_SPACE,
    /** Bytes arrived damaged: a checksum did not match. */
    CORRUPT,
    /** Still told to slow down after all retries. */
    THROTTLED,
    /** No answer in time; a write may have been applied. */
    TIMEOUT,
    /** The connection failed or the server did; a write may have been applied. */
    UNAVAILABLE,
    /** The calling thread was interrupted; a write may have been applied. */
    INTERRUPTED;

    /** Whether the same may well succeed a little later, with nothing changed. */
    public boolean isPassing() {
      return this == THROTTLED || this == TIMEOUT || this == UNAVAILABLE;
    }
  }

  private static final long serialVersionUID = 1L;

  private final Kind kind;

  public StorageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public StorageException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** Whether the write that failed so may have been applied all the same. */
  public boolean mayHaveBeenApplied() {
    return kind == Kind.TIMEOUT || kind == Kind.UNAVAILABLE || kind == Kind.INTERRUPTED;
  }
}
