package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;

import java.util.concurrent.CompletableFuture;
import ru.serce.jnrfuse.ErrorCodes;

/** Agrees with the kernel on a version and on what both sides do. */
final class InitNegotiation {

  /**
   * Taken where the kernel has them. Left out on purpose: WRITEBACK_CACHE, with which the kernel
   * would invent sizes and times and learn of write errors too late; AUTO_INVAL_DATA, which asks for
   * attributes on every read and drops pages by mtime, while the file system knows versions and
   * says at each open whether pages are still good; POSIX_LOCKS and FLOCK_LOCKS, so that locks work
   * between the programs of this machine without a call; CACHE_SYMLINKS, which has no time-out;
   * EXPORT_SUPPORT, since forgotten inodes cannot be found again.
   */
  private static final long WANTED = ASYNC_READ
      | ATOMIC_O_TRUNC
      | BIG_WRITES
      | DO_READDIRPLUS
      | READDIRPLUS_AUTO
      | ASYNC_DIO
      | PARALLEL_DIROPS
      | MAX_PAGES
      | HANDLE_KILLPRIV_V2
      | INIT_EXT
      | HAS_EXPIRE_ONLY
      | DIRECT_IO_ALLOW_MMAP;

  private final MountOptions options;
  private final int pageSize;
  private final CompletableFuture<Agreement> agreement = new CompletableFuture<>();

  InitNegotiation(MountOptions options, int pageSize) {
    this.options = options;
    this.pageSize = pageSize;
  }

  /** What was agreed on, or why nothing was. */
  CompletableFuture<Agreement> agreement() {
    return agreement;
  }

  /** @param flags those that both sides have */
  record Agreement(int minor, long flags) {
    boolean has(long flag) {
      return (flags & flag) != 0;
    }
  }

  void negotiate(Request request, Reply reply) {
    int major = request.int32(INIT_IN_MAJOR);
    int minor = request.int32(INIT_IN_MINOR);
    if (major > MAJOR) {
      // The kernel asks again, in our version.
      reply.body().putInt(MAJOR).putInt(NEWEST_MINOR).put(new byte[INIT_OUT - 2 * Integer.BYTES]);
      reply.send();
      return;
    }
    if (major < MAJOR || minor < OLDEST_MINOR) {
      String version = major + "." + minor;
      reply.error(ErrorCodes.EPROTO());
      agreement.completeExceptionally(new MountException(
          MountException.Reason.KERNEL_TOO_OLD,
          "the kernel speaks FUSE " + version + "; Cove needs " + MAJOR + "." + OLDEST_MINOR
              + " (Linux 3.15) or newer"));
      return;
    }
    long offered = Integer.toUnsignedLong(request.int32(INIT_IN_FLAGS));
    if ((offered & INIT_EXT) != 0 && request.length() >= INIT_IN_FLAGS2 + Integer.BYTES) {
      offered |= Integer.toUnsignedLong(request.int32(INIT_IN_FLAGS2)) << 32;
    }
    long flags = offered & WANTED;
    int background = options.maxBackground();
    reply
        .body()
        .putInt(MAJOR)
        .putInt(Math.min(minor, NEWEST_MINOR))
        .putInt(options.maxReadahead())
        .putInt((int) flags)
        .putShort((short) background)
        .putShort((short) Math.max(1, background * 3 / 4))
        .putInt(options.maxWrite())
        .putInt(1) // nanoseconds
        .putShort((short) (options.maxWrite() / pageSize))
        .putShort((short) 0)
        .putInt((int) (flags >>> 32))
        .put(new byte[28]);
    reply.send();
    agreement.complete(new Agreement(Math.min(minor, NEWEST_MINOR), flags));
  }
}
