package dev.cove.mount;

import dev.cove.storage.StorageException;
import dev.cove.storage.testkit.model.FilesUnderTest;
import dev.cove.storage.testkit.model.Refused;
import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Attributes;
import dev.cove.vfs.Created;
import dev.cove.vfs.FsException;
import dev.cove.vfs.OpenFlags;
import java.io.IOException;
import java.util.List;

/** A file system below its transport, driven as a kernel would. */
final class VfsFiles implements FilesUnderTest {
  private static final int EXCLUSIVE = 0x80;
  private static final int TRUNCATE = 0x200;

  private final BucketFileSystem fs;
  private final Paths paths;

  VfsFiles(BucketFileSystem fs) {
    this.fs = fs;
    this.paths = new Paths(fs);
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private static <T> T answer(Call<T> call) throws Refused, IOException {
    try {
      return call.run();
    } catch (FsException e) {
      throw new Refused(e.errno().name());
    } catch (StorageException e) {
      throw new Refused(
          switch (e.kind()) {
            case NOT_FOUND -> "ENOENT";
            case PRECONDITION_FAILED -> "ESTALE";
            default -> throw e;
          });
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void perform(Work work) throws Refused, IOException {
    answer(() -> {
      work.run();
      return true;
    });
  }

  @Override
  public OpenFile open(String path, How how) throws Refused, IOException {
    int flags = switch (how) {
      case READ -> 0;
      case EDIT, CREATE -> 2;
      case CREATE_NEW -> 2 | EXCLUSIVE;
      case REWRITE -> 2 | TRUNCATE;
    };
    return answer(() -> handle(path, how, new OpenFlags(flags)));
  }

  private Handle handle(String path, How how, OpenFlags flags) throws IOException {
    if (how == How.READ || how == How.EDIT || (how != How.CREATE_NEW && paths.exists(path))) {
      return paths.with(
          path, inode -> new Handle(inode, fs.open(inode, flags, Paths.CALLER).handle()));
    }
    int slash = path.lastIndexOf('/');
    return paths.with(slash < 0 ? "" : path.substring(0, slash), parent -> {
      Created created = fs.create(parent, Paths.name(path), 0100644, flags, Paths.CALLER);
      fs.forget(created.entry().inode(), 1);
      return new Handle(created.entry().inode(), created.opened().handle());
    });
  }

  private final class Handle implements OpenFile {
    private final long inode;
    private final long handle;

    Handle(long inode, long handle) {
      this.inode = inode;
      this.handle = handle;
    }

    @Override
    public byte[] read(long offset, int size) throws Refused, IOException {
      return answer(() -> paths.pread(handle, offset, size));
    }

    @Override
    public void write(long offset, byte[] bytes) throws Refused, IOException {
      if (bytes.length > 0) {
        perform(() -> paths.pwrite(handle, offset, bytes));
      }
    }

    @Override
    public void truncate(long size) throws Refused, IOException {
      perform(() -> fs.setattr(
          inode, handle, new AttributeChange(null, null, null, size, null, null), Paths.CALLER));
    }

    @Override
    public void fsync() throws Refused, IOException {
      perform(() -> fs.fsync(handle));
    }

    @Override
    public void close() throws Refused, IOException {
      perform(() -> paths.close(handle));
    }
  }

  @Override
  public void truncate(String path, long size) throws Refused, IOException {
    perform(() -> paths.truncate(path, size));
  }

  @Override
  public void rename(String from, String to) throws Refused, IOException {
    refuseFileAsParent(from);
    perform(() -> paths.rename(from, to));
  }

  /** As a kernel does before it looks at the other path. */
  private void refuseFileAsParent(String path) throws Refused, IOException {
    int slash = path.lastIndexOf('/');
    if (slash > 0 && stat(path.substring(0, slash)).type() != Type.DIRECTORY) {
      throw new Refused("ENOTDIR");
    }
  }

  @Override
  public void unlink(String path) throws Refused, IOException {
    perform(() -> paths.unlink(path));
  }

  @Override
  public void mkdir(String path) throws Refused, IOException {
    perform(() -> paths.mkdir(path));
  }

  @Override
  public void rmdir(String path) throws Refused, IOException {
    perform(() -> paths.rmdir(path));
  }

  @Override
  public Stat stat(String path) throws Refused, IOException {
    Attributes shown = answer(() -> paths.stat(path));
    Type type = switch (shown.type()) {
      case FILE -> Type.FILE;
      case DIRECTORY -> Type.DIRECTORY;
      case SYMLINK -> Type.LINK;
      case UNKNOWN -> throw new IllegalStateException("stat knows every type");
    };
    return new Stat(type, shown.size(), shown.permissions(), shown.modifiedNanos());
  }

  @Override
  public List<String> list(String path) throws Refused, IOException {
    return answer(() -> paths.list(path));
  }

  @Override
  public void chmod(String path, int permissions) throws Refused, IOException {
    perform(() -> paths.chmod(path, permissions));
  }

  @Override
  public void setModified(String path, long nanos) throws Refused, IOException {
    perform(() -> paths.utimens(path, nanos));
  }

  @Override
  public void symlink(String path, String target) throws Refused, IOException {
    perform(() -> paths.symlink(path, target));
  }

  @Override
  public String readlink(String path) throws Refused, IOException {
    if (stat(path).type() == Type.DIRECTORY) {
      throw new Refused("EINVAL"); // a kernel does not ask
    }
    return answer(() -> paths.readlink(path));
  }
}
