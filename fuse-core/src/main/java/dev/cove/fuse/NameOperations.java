package dev.cove.fuse;

import static dev.cove.fuse.FuseProtocol.*;

import dev.cove.vfs.Created;
import dev.cove.vfs.Entry;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.RenameMode;
import dev.cove.vfs.VirtualFileSystem;
import java.io.IOException;
import ru.serce.jnrfuse.struct.FileStat;

/** Requests about names in directories. */
final class NameOperations {
  private final VirtualFileSystem vfs;

  NameOperations(VirtualFileSystem vfs) {
    this.vfs = vfs;
  }

  void lookup(Request request, Reply reply) throws IOException {
    Entry entry;
    try {
      entry = vfs.lookup(request.node(), request.name(0));
    } catch (IOException e) {
      long timeout = ErrnoMapping.means(e, Errno.ENOENT) ? vfs.negativeTimeoutNanos() : 0;
      if (timeout <= 0) {
        throw e;
      }
      reply.noEntry(timeout);
      return;
    }
    answer(entry, reply);
  }

  private void answer(Entry entry, Reply reply) {
    if (!reply.entry(entry)) {
      vfs.forget(entry.inode(), 1);
    }
  }

  void mknod(Request request, Reply reply) throws IOException {
    int mode = request.int32(MKNOD_IN_MODE);
    int type = mode & FileStat.S_IFMT;
    if (type != 0 && type != FileStat.S_IFREG) {
      throw new FsException(Errno.EPERM, "neither devices nor pipes nor sockets can be kept");
    }
    int permissions = permissions(mode, request.int32(MKNOD_IN_UMASK));
    answer(vfs.mknod(request.node(), request.name(MKNOD_IN), permissions, request.caller()), reply);
  }

  void mkdir(Request request, Reply reply) throws IOException {
    int permissions = permissions(request.int32(MKDIR_IN_MODE), request.int32(MKDIR_IN_UMASK));
    answer(vfs.mkdir(request.node(), request.name(MKDIR_IN), permissions, request.caller()), reply);
  }

  /** The kernel has taken the umask off already, but for file systems with ACLs; once more is no harm. */
  private static int permissions(int mode, int umask) {
    return mode & 07777 & ~umask;
  }

  void symlink(Request request, Reply reply) throws IOException {
    String name = request.name(0);
    String target = request.text(request.endOfText(0) + 1);
    answer(vfs.symlink(request.node(), name, target, request.caller()), reply);
  }

  void link(Request request, Reply reply) throws IOException {
    answer(vfs.link(request.int64(0), request.node(), request.name(LINK_IN)), reply);
  }

  void unlink(Request request, Reply reply) throws IOException {
    vfs.unlink(request.node(), request.name(0));
    reply.ok();
  }

  void rmdir(Request request, Reply reply) throws IOException {
    vfs.rmdir(request.node(), request.name(0));
    reply.ok();
  }

  void rename(Request request, Reply reply) throws IOException {
    rename(request, RENAME_IN, RenameMode.REPLACE, reply);
  }

  void rename2(Request request, Reply reply) throws IOException {
    RenameMode mode = switch (request.int32(RENAME2_IN_FLAGS)) {
      case 0 -> RenameMode.REPLACE;
      case RENAME_NOREPLACE -> RenameMode.KEEP_EXISTING;
      case RENAME_EXCHANGE -> RenameMode.EXCHANGE;
      default -> throw new FsException(Errno.EINVAL, "no such way to rename");
    };
    rename(request, RENAME2_IN, mode, reply);
  }

  private void rename(Request request, int names, RenameMode mode, Reply reply) throws IOException {
    String name = request.name(names);
    String newName = request.name(request.endOfText(names) + 1);
    vfs.rename(request.node(), name, request.int64(0), newName, mode);
    reply.ok();
  }

  void create(Request request, Reply reply) throws IOException {
    OpenFlags flags = new OpenFlags(request.int32(OPEN_IN_FLAGS));
    int permissions = permissions(request.int32(CREATE_IN_MODE), request.int32(CREATE_IN_UMASK));
    Created created =
        vfs.create(request.node(), request.name(CREATE_IN), permissions, flags, request.caller());
    long handle = created.opened().handle();
    int openFlags = FileOperations.openFlags(created.opened().pageCache());
    if (!reply.created(created.entry(), handle, openFlags)) {
      vfs.release(handle);
      vfs.forget(created.entry().inode(), 1);
    }
  }
}
