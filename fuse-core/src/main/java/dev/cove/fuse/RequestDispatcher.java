package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;

import dev.cove.vfs.Errno;
import dev.cove.vfs.KernelCache;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.VirtualFileSystem;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.ErrorCodes;

/**
 * Turns one request into one call of the file system and its outcome into one reply. Whatever is
 * thrown, decoding included, is answered: with its errno, or as {@code EIO} and logged.
 */
final class RequestDispatcher {
  private static final Logger log = LoggerFactory.getLogger(RequestDispatcher.class);

  private final FuseMetrics metrics;
  private final Interrupts interrupts;
  private final InitNegotiation init;
  private final NameOperations names;
  private final InodeOperations inodes;
  private final FileOperations files;
  private final DirectoryOperations directories;
  private final LogLimit failures;

  RequestDispatcher(
      VirtualFileSystem vfs,
      KernelCache cache,
      Clock clock,
      InitNegotiation init,
      Interrupts interrupts,
      FuseMetrics metrics) {
    this.init = init;
    this.interrupts = interrupts;
    this.metrics = metrics;
    this.failures = new LogLimit(clock);
    names = new NameOperations(vfs);
    inodes = new InodeOperations(vfs, clock);
    files = new FileOperations(vfs, cache, metrics.bytesRead, metrics.bytesWritten);
    directories = new DirectoryOperations(vfs);
  }

  void dispatch(Request request, Reply reply) {
    metrics.requests.increment();
    try {
      call(request, reply);
      if (!reply.answered() && expectsReply(request.opcode())) {
        throw new IllegalStateException("the file system returned without an answer");
      }
    } catch (Throwable t) {
      answerFailure(t, request, reply);
    }
  }

  private static boolean expectsReply(int opcode) {
    return switch (opcode) {
      case FORGET, BATCH_FORGET, INTERRUPT, NOTIFY_REPLY -> false;
      default -> true;
    };
  }

  private void answerFailure(Throwable t, Request request, Reply reply) {
    try {
      int errno = ErrnoMapping.numberOf(t);
      if (request.opcode() == FLUSH && errno == ErrorCodes.EINTR()) {
        // Programs take a close that was interrupted for one that was done (dd and Python do).
        errno = ErrorCodes.EIO();
      } else if (errno == 0) {
        errno = ErrnoMapping.number(Errno.EIO);
        metrics.failures.increment();
        if (failures.allows()) {
          log.error("{} of inode {} failed", opcodeName(request.opcode()), request.node(), t);
        }
      } else if (log.isDebugEnabled()) {
        log.debug("{} of inode {}: {}", opcodeName(request.opcode()), request.node(), t.toString());
      }
      if (expectsReply(request.opcode())) {
        reply.error(errno);
      }
    } catch (Throwable second) {
      // Out of memory or stack while logging: the program must have its answer all the same.
      if (expectsReply(request.opcode())) {
        reply.error(ErrnoMapping.number(Errno.EIO));
      }
    }
  }

  /** Whether giving the request up midway leaves nothing half done. */
  static boolean mayBeAbandoned(Request request) {
    return switch (request.opcode()) {
      case LOOKUP,
          GETATTR,
          READLINK,
          READ,
          STATFS,
          GETXATTR,
          LISTXATTR,
          OPENDIR,
          READDIR,
          READDIRPLUS -> true;
      case OPEN ->
        request.length() >= Integer.BYTES
            && !new OpenFlags(request.int32(OPEN_IN_FLAGS)).truncate();
      default -> false;
    };
  }

  /** Whether it is about bytes that were written before, so that its work goes on without whoever asked. */
  static boolean stores(int opcode) {
    return opcode == FLUSH || opcode == FSYNC;
  }

  private void call(Request request, Reply reply) throws IOException {
    int opcode = request.opcode();
    switch (opcode) {
      case LOOKUP -> names.lookup(request, reply);
      case FORGET -> inodes.forget(request);
      case BATCH_FORGET -> inodes.batchForget(request);
      case GETATTR -> inodes.getattr(request, reply);
      case SETATTR -> inodes.setattr(request, reply);
      case READLINK -> inodes.readlink(request, reply);
      case SYMLINK -> names.symlink(request, reply);
      case MKNOD -> names.mknod(request, reply);
      case MKDIR -> names.mkdir(request, reply);
      case UNLINK -> names.unlink(request, reply);
      case RMDIR -> names.rmdir(request, reply);
      case RENAME -> names.rename(request, reply);
      case RENAME2 -> names.rename2(request, reply);
      case LINK -> names.link(request, reply);
      case OPEN -> files.open(request, reply);
      case CREATE -> names.create(request, reply);
      case READ -> files.read(request, reply);
      case WRITE -> files.write(request, reply);
      case STATFS -> inodes.statfs(reply);
      case FLUSH -> files.flush(request, reply);
      case FSYNC -> files.fsync(request, reply);
      case RELEASE -> files.release(request, reply);
      case FALLOCATE -> files.fallocate(request, reply);
      case GETXATTR -> inodes.getxattr(request, reply);
      case LISTXATTR -> inodes.listxattr(request, reply);
      case SETXATTR -> inodes.setxattr(request, reply);
      case REMOVEXATTR -> inodes.removexattr(request, reply);
      case OPENDIR -> directories.opendir(request, reply);
      case READDIR -> directories.readdir(request, reply);
      case READDIRPLUS -> directories.readdirplus(request, reply);
      case FSYNCDIR -> directories.fsyncdir(request, reply);
      case RELEASEDIR -> directories.releasedir(request, reply);
      case INTERRUPT -> interrupts.interrupted(request.int64(0), reply);
      case INIT -> init.negotiate(request, reply);
      case DESTROY -> reply.ok();
      case NOTIFY_REPLY -> {}
      case IOCTL -> reply.error(ErrorCodes.ENOTTY());
      // The kernel remembers ENOSYS and does these itself from then on, which is what is wanted:
      // locks stay local, holes are data, copies go through the page cache, permissions are its
      // own.
      case ACCESS,
          BMAP,
          COPY_FILE_RANGE,
          COPY_FILE_RANGE_64,
          GETLK,
          LSEEK,
          POLL,
          SETLK,
          SETLKW,
          STATX,
          SYNCFS,
          TMPFILE -> reply.error(ErrorCodes.ENOSYS());
      default -> unknown(opcode, reply);
    }
  }

  private void unknown(int opcode, Reply reply) {
    metrics.unknownRequests.increment();
    if (failures.allows()) {
      log.warn("the kernel sent a request that Cove does not know: opcode {}", opcodeName(opcode));
    }
    reply.error(ErrorCodes.EOPNOTSUPP());
  }

  /** Counters that the dispatcher keeps; shared by all workers. */
  static final class FuseMetrics {
    final LongAdder requests = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder unknownRequests = new LongAdder();
    final LongAdder slowRequests = new LongAdder();
    final LongAdder bytesRead = new LongAdder();
    final LongAdder bytesWritten = new LongAdder();
  }
}
