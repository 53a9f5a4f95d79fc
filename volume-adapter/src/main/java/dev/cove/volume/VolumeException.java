package dev.cove.volume;

import dev.cove.storage.StorageException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A volume could not do what was asked. The message is one line for a person: what failed and what to do about it. Unless the reason
 * says otherwise, nothing has changed.
 */
public final class VolumeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What kind of failure it is, for programs. */
  public enum Reason {
    /** No volume has that name. */
    UNKNOWN_VOLUME,
    /** A volume of that name exists already. */
    VOLUME_EXISTS,
    /** No commit or tag has that name. */
    UNKNOWN_COMMIT,
    /** A tag of that name exists already. */
    TAG_EXISTS,
    /** Another commit came first and changed the same; {@link VolumeException#paths} names what clashes. Nothing is lost. */
    CONFLICT,
    /** There are changes that are not committed, and what was asked would lose them. */
    UNCOMMITTED_CHANGES,
    /** The path, or a directory on the way to it, does not exist. */
    NO_SUCH_FILE,
    /** Something has that path already. */
    FILE_EXISTS,
    /** A directory is in the place of a file. */
    IS_A_DIRECTORY,
    /** A file is in the place of a directory. */
    NOT_A_DIRECTORY,
    /** The directory has entries, and they were not to go with it. */
    DIRECTORY_NOT_EMPTY,
    /** A name, path or value that no volume takes. */
    INVALID,
    /** What is asked for would put a directory below itself. */
    BELOW_ITSELF,
    /** An object in the store is damaged or missing; {@link VolumeException#paths} names what cannot be read. */
    CORRUPT,
    /** The volume was written by a newer Cove. */
    NEWER_VERSION,
    /** The store has no room. */
    STORE_FULL,
    /** The store takes no changes. */
    READ_ONLY,
    /** The store does not exist. */
    NO_SUCH_STORE,
    /** The store cannot do what volumes need: create an object only if it is absent. */
    UNSUITABLE_STORE,
    /** Credentials are missing, wrong or lack a right. */
    REFUSED,
    /** The store cannot be reached, or did not answer in time. Whether a commit took effect is not known; committing again tells. */
    UNREACHABLE,
    /** The volume was closed. */
    CLOSED,
    /** A local file could not be read or written, or anything else. */
    FAILED
  }

  private final Reason reason;
  private final List<String> paths;

  public VolumeException(Reason reason, String message) {
    this(reason, message, List.of(), null);
  }

  public VolumeException(
      Reason reason, String message, List<String> paths, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.paths = List.copyOf(paths);
  }

  /** What a failure of the store means to the user of a volume. */
  static VolumeException of(StorageException e) {
    return of(e, null);
  }

  /** As {@link #of(StorageException)}, met at a path of the volume. */
  static VolumeException of(StorageException e, @Nullable String path) {
    Reason reason = switch (e.kind()) {
      case NOT_FOUND, CORRUPT, INVALID_RANGE -> Reason.CORRUPT;
      case NO_SUCH_BUCKET -> Reason.NO_SUCH_STORE;
      case UNAUTHENTICATED, ACCESS_DENIED -> Reason.REFUSED;
      case READ_ONLY -> Reason.READ_ONLY;
      case NO_SPACE -> Reason.STORE_FULL;
      case UNSUPPORTED -> Reason.NEWER_VERSION;
      case THROTTLED, TIMEOUT, UNAVAILABLE, INTERRUPTED -> Reason.UNREACHABLE;
      case ARCHIVED, INVALID, PRECONDITION_FAILED -> Reason.FAILED;
    };
    String message = path == null ? e.getMessage() : path + ": " + e.getMessage();
    return new VolumeException(
        reason, String.valueOf(message), path == null ? List.of() : List.of(path), e);
  }

  public Reason reason() {
    return reason;
  }

  /** The paths it is about, where there are any. */
  public List<String> paths() {
    return paths;
  }
}
