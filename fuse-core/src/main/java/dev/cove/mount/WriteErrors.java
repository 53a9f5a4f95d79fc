package dev.cove.mount;

import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.write.WriteException;
import java.io.IOException;

/** What programs are told when bytes cannot be staged or published. */
final class WriteErrors {
  private WriteErrors() {}

  /** A call that may fail so. */
  interface Call<T> {
    T run() throws IOException;
  }

  /** A call without a result that may fail so. */
  interface Action {
    void run() throws IOException;
  }

  /** Runs the call; a {@link WriteException} becomes its errno. */
  static <T> T told(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (WriteException e) {
      throw new FsException(errno(e.kind()), String.valueOf(e.getMessage()));
    }
  }

  /** As {@link #told}. */
  static void tell(Action action) throws IOException {
    told(() -> {
      action.run();
      return true;
    });
  }

  static Errno errno(WriteException.Kind kind) {
    return switch (kind) {
      case NO_SPACE -> Errno.ENOSPC;
      // The bytes are on their way and no longer here: as with a pipe, there is no way back.
      case STREAM_ONLY -> Errno.ESPIPE;
      case TOO_LARGE -> Errno.EFBIG;
      case CONFLICT -> Errno.ESTALE;
      case INTERRUPTED -> Errno.EINTR;
      case CORRUPT, LOST, CLOSED, IN_USE, UNSAFE -> Errno.EIO;
    };
  }
}
