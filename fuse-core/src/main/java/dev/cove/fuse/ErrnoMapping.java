package dev.cove.fuse;

import dev.cove.storage.StorageException;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import ru.serce.jnrfuse.ErrorCodes;

/** The one place where failures become errno numbers. */
final class ErrnoMapping {

  private ErrnoMapping() {}

  static int number(Errno errno) {
    return switch (errno) {
      case EPERM -> ErrorCodes.EPERM();
      case ENOENT -> ErrorCodes.ENOENT();
      case EINTR -> ErrorCodes.EINTR();
      case EIO -> ErrorCodes.EIO();
      case E2BIG -> ErrorCodes.E2BIG();
      case EBADF -> ErrorCodes.EBADF();
      case EAGAIN -> ErrorCodes.EAGAIN();
      case ENOMEM -> ErrorCodes.ENOMEM();
      case EACCES -> ErrorCodes.EACCES();
      case EBUSY -> ErrorCodes.EBUSY();
      case EEXIST -> ErrorCodes.EEXIST();
      case EXDEV -> ErrorCodes.EXDEV();
      case ENOTDIR -> ErrorCodes.ENOTDIR();
      case EISDIR -> ErrorCodes.EISDIR();
      case EINVAL -> ErrorCodes.EINVAL();
      case EMFILE -> ErrorCodes.EMFILE();
      case EFBIG -> ErrorCodes.EFBIG();
      case ENOSPC -> ErrorCodes.ENOSPC();
      case ESPIPE -> ErrorCodes.ESPIPE();
      case EROFS -> ErrorCodes.EROFS();
      case EMLINK -> ErrorCodes.EMLINK();
      case ERANGE -> ErrorCodes.ERANGE();
      case ENAMETOOLONG -> ErrorCodes.ENAMETOOLONG();
      // A file system that answers ENOSYS is never asked again: only the dispatcher may say so.
      case ENOSYS -> ErrorCodes.EOPNOTSUPP();
      case ENOTEMPTY -> ErrorCodes.ENOTEMPTY();
      case ELOOP -> ErrorCodes.ELOOP();
      case ENODATA -> ErrorCodes.ENODATA();
      case ETIMEDOUT -> ErrorCodes.ETIMEDOUT();
      case EILSEQ -> ErrorCodes.EILSEQ();
      case EOVERFLOW -> ErrorCodes.EOVERFLOW();
      case ENOTSUP -> ErrorCodes.EOPNOTSUPP();
      case ESTALE -> ErrorCodes.ESTALE();
      case EDQUOT -> ErrorCodes.EDQUOT();
    };
  }

  static Errno errno(StorageException.Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> Errno.ENOENT;
      case NO_SUCH_BUCKET -> Errno.EIO;
      case PRECONDITION_FAILED -> Errno.ESTALE;
      case INVALID_RANGE -> Errno.EIO;
      case UNAUTHENTICATED, ACCESS_DENIED -> Errno.EACCES;
      case READ_ONLY -> Errno.EROFS;
      // Nothing a retry could mend before somebody restores the object.
      case ARCHIVED -> Errno.EACCES;
      case INVALID -> Errno.EINVAL;
      case UNSUPPORTED -> Errno.ENOTSUP;
      case NO_SPACE -> Errno.ENOSPC;
      case CORRUPT -> Errno.EIO;
      case THROTTLED -> Errno.EBUSY;
      case TIMEOUT -> Errno.ETIMEDOUT;
      case UNAVAILABLE -> Errno.EIO;
      case INTERRUPTED -> Errno.EINTR;
    };
  }

  /** The errno of a failure that is an answer; 0 for one that is an accident. */
  static int numberOf(Throwable failure) {
    if (failure instanceof FsException e) {
      return number(e.errno());
    }
    if (failure instanceof StorageException e) {
      return number(errno(e.kind()));
    }
    return 0;
  }

  static boolean means(Throwable failure, Errno errno) {
    return failure instanceof FsException e && e.errno() == errno
        || failure instanceof StorageException s && errno(s.kind()) == errno;
  }
}
