package dev.cove.write;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A write that could not be staged or published; the message is one line fit for a user. What the
 * store itself refuses is a {@link dev.cove.storage.StorageException}.
 */
public final class WriteException extends IOException {

  /** What went wrong, as far as a caller can act on it. */
  public enum Kind {
    /** The spool is full and nothing under way would make room; nothing was written. */
    NO_SPACE,
    /** Staged bytes are not what was written; they are neither served nor published. */
    CORRUPT,
    /** The bytes were sent already and the spool had no room to keep them. */
    STREAM_ONLY,
    /** The object is not what the condition said; what is staged is kept. */
    CONFLICT,
    /** Bytes that were sent and given up here are gone from the store, too. */
    LOST,
    /** More bytes than an object of this store can have. */
    TOO_LARGE,
    /** The staged file was closed or discarded. */
    CLOSED,
    /** The calling thread was interrupted. */
    INTERRUPTED,
    /** The spool's folder is used by another process. */
    IN_USE,
    /** The spool's folder is not this user's alone. */
    UNSAFE
  }

  private static final long serialVersionUID = 1L;

  private final Kind kind;

  WriteException(Kind kind, String message) {
    this(kind, message, null);
  }

  WriteException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
