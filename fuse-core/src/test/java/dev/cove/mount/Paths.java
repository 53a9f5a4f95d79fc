package dev.cove.mount;

import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Attributes;
import dev.cove.vfs.Caller;
import dev.cove.vfs.Created;
import dev.cove.vfs.Entry;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.RenameMode;
import dev.cove.vfs.VirtualFileSystem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Drives a file system by paths, call for call as the kernel would: every component is looked up
 * and forgotten again.
 */
final class Paths {
  static final Caller CALLER = new Caller(1000, 100, 1);
  static final OpenFlags WRITE_ONLY = new OpenFlags(1);
  static final OpenFlags REWRITE = new OpenFlags(1 | 0x200);

  private final VirtualFileSystem fs;

  Paths(VirtualFileSystem fs) {
    this.fs = fs;
  }

  /** A call with an inode. */
  interface WithInode<T> {
    T call(long inode) throws IOException;
  }

  <T> T with(String path, WithInode<T> call) throws IOException {
    List<Long> walked = new ArrayList<>();
    long inode = VirtualFileSystem.ROOT;
    try {
      for (String name : path.isEmpty() ? new String[0] : path.split("/")) {
        inode = fs.lookup(inode, name).inode();
        walked.add(inode);
      }
      return call.call(inode);
    } finally {
      walked.forEach(one -> fs.forget(one, 1));
    }
  }

  private <T> T in(String path, WithInode<T> call) throws IOException {
    int slash = path.lastIndexOf('/');
    return with(slash < 0 ? "" : path.substring(0, slash), call);
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  boolean exists(String path) throws IOException {
    try {
      return with(path, inode -> true);
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  Attributes stat(String path) throws IOException {
    return with(path, inode -> fs.getattr(inode, VirtualFileSystem.NO_HANDLE));
  }

  long open(String path, OpenFlags flags) throws IOException {
    return with(path, inode -> fs.open(inode, flags, CALLER).handle());
  }

  long create(String path) throws IOException {
    return in(path, parent -> {
      Created created = fs.create(parent, name(path), 0100644, OpenFlags.READ_WRITE, CALLER);
      fs.forget(created.entry().inode(), 1);
      return created.opened().handle();
    });
  }

  void pwrite(long handle, long offset, byte[] bytes) throws IOException {
    int written = fs.write(handle, offset, ByteBuffer.wrap(bytes));
    if (written != bytes.length) {
      throw new AssertionError("short write: " + written);
    }
  }

  byte[] pread(long handle, long offset, int size) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fs.read(handle, offset, size, pieces -> {
      for (ByteBuffer piece : pieces) {
        byte[] bytes = new byte[piece.remaining()];
        piece.duplicate().get(bytes);
        out.writeBytes(bytes);
      }
    });
    return out.toByteArray();
  }

  void close(long handle) throws IOException {
    try {
      fs.flush(handle);
    } finally {
      fs.release(handle);
    }
  }

  /** As {@code cat > path} does. */
  void write(String path, byte[] bytes) throws IOException {
    long handle = exists(path) ? open(path, REWRITE) : create(path);
    try {
      if (bytes.length > 0) {
        pwrite(handle, 0, bytes);
      }
    } finally {
      close(handle);
    }
  }

  byte[] read(String path) throws IOException {
    long handle = open(path, OpenFlags.READ_ONLY);
    try {
      return pread(handle, 0, 1 << 26);
    } finally {
      close(handle);
    }
  }

  List<String> list(String path) throws IOException {
    return with(path, inode -> {
      List<String> names = new ArrayList<>();
      long handle = fs.opendir(inode);
      fs.readdir(handle, 0, new Collector(names));
      fs.releasedir(handle);
      return names;
    });
  }

  private final class Collector implements VirtualFileSystem.DirectorySink {
    private final List<String> names;

    Collector(List<String> names) {
      this.names = names;
    }

    @Override
    public boolean wantsAttributes() {
      return true;
    }

    @Override
    public boolean add(String name, Entry entry, long cookie) {
      names.add(name);
      fs.forget(entry.inode(), 1);
      return true;
    }
  }

  void mkdir(String path) throws IOException {
    in(path, parent -> {
      fs.forget(fs.mkdir(parent, name(path), 0755, CALLER).inode(), 1);
      return true;
    });
  }

  void symlink(String path, String target) throws IOException {
    in(path, parent -> {
      fs.forget(fs.symlink(parent, name(path), target, CALLER).inode(), 1);
      return true;
    });
  }

  String readlink(String path) throws IOException {
    return with(path, fs::readlink);
  }

  void unlink(String path) throws IOException {
    in(path, parent -> {
      fs.unlink(parent, name(path));
      return true;
    });
  }

  void rmdir(String path) throws IOException {
    in(path, parent -> {
      fs.rmdir(parent, name(path));
      return true;
    });
  }

  void rename(String from, String to) throws IOException {
    rename(from, to, RenameMode.REPLACE);
  }

  void rename(String from, String to, RenameMode mode) throws IOException {
    in(
        from,
        parent -> in(to, newParent -> {
          fs.rename(parent, name(from), newParent, name(to), mode);
          return true;
        }));
  }

  void truncate(String path, long size) throws IOException {
    change(path, new AttributeChange(null, null, null, size, null, null));
  }

  void chmod(String path, int permissions) throws IOException {
    change(path, new AttributeChange(permissions, null, null, null, null, null));
  }

  void utimens(String path, long modifiedNanos) throws IOException {
    change(path, new AttributeChange(null, null, null, null, null, modifiedNanos));
  }

  private void change(String path, AttributeChange change) throws IOException {
    with(path, inode -> fs.setattr(inode, VirtualFileSystem.NO_HANDLE, change, CALLER));
  }
}
