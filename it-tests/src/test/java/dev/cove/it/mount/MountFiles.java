package dev.cove.it.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.cove.storage.testkit.model.FilesUnderTest;
import dev.cove.storage.testkit.model.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A mounted file system, used through the JDK's calls. */
final class MountFiles implements FilesUnderTest {
  private final Path top;
  private final Attributes attributes;

  /** When changes of modes and times reach the bucket. */
  enum Attributes {
    SOON,
    AT_ONCE
  }

  MountFiles(Path top, Attributes attributes) {
    this.top = top;
    this.attributes = attributes;
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private interface Work {
    void run() throws IOException;
  }

  private static <T> T answer(Call<T> call) throws Refused, IOException {
    try {
      return call.run();
    } catch (NoSuchFileException e) {
      throw new Refused("ENOENT");
    } catch (FileAlreadyExistsException e) {
      throw new Refused("EEXIST");
    } catch (DirectoryNotEmptyException e) {
      throw new Refused("ENOTEMPTY");
    } catch (NotDirectoryException e) {
      throw new Refused("ENOTDIR");
    } catch (NotLinkException e) {
      throw new Refused("EINVAL");
    } catch (IOException e) {
      String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
      throw new Refused(errno(String.valueOf(reason), e));
    }
  }

  private static String errno(String reason, IOException why) throws IOException {
    return switch (reason.split(" \\(")[0]) {
      case "Not a directory" -> "ENOTDIR";
      case "Is a directory" -> "EISDIR";
      case "Directory not empty" -> "ENOTEMPTY";
      case "Too many levels of symbolic links" -> "ELOOP";
      case "Invalid argument" -> "EINVAL";
      case "Stale file handle" -> "ESTALE";
      default -> throw why;
    };
  }

  private static void perform(Work work) throws Refused, IOException {
    answer(() -> {
      work.run();
      return true;
    });
  }

  @Override
  public OpenFile open(String path, How how) throws Refused, IOException {
    Set<OpenOption> options = switch (how) {
      case READ -> Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS);
      case EDIT -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, NOFOLLOW_LINKS);
      case CREATE ->
        Set.of(
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            NOFOLLOW_LINKS);
      case CREATE_NEW ->
        Set.of(
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW,
            NOFOLLOW_LINKS);
      case REWRITE ->
        Set.of(
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            NOFOLLOW_LINKS);
    };
    Path file = top.resolve(path);
    if (how == How.READ && Files.isDirectory(file, NOFOLLOW_LINKS)) {
      throw new Refused("EISDIR"); // a directory can be opened, but not read as a file
    }
    return new Handle(answer(() -> FileChannel.open(
        file,
        options,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")))));
  }

  private static final class Handle implements OpenFile {
    private final FileChannel channel;

    Handle(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public byte[] read(long offset, int size) throws Refused, IOException {
      ByteBuffer buffer = ByteBuffer.allocate(size);
      perform(() -> {
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {
          // until it is full or the file ends
        }
      });
      return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public void write(long offset, byte[] bytes) throws Refused, IOException {
      perform(() -> channel.write(ByteBuffer.wrap(bytes), offset));
    }

    @Override
    public void truncate(long size) throws Refused, IOException {
      perform(() -> {
        if (size > channel.size()) {
          // The JDK only shortens.
          channel.write(ByteBuffer.allocate(1), size - 1);
        } else {
          channel.truncate(size);
        }
      });
    }

    @Override
    public void fsync() throws Refused, IOException {
      perform(() -> channel.force(true));
    }

    @Override
    public void close() throws Refused, IOException {
      perform(channel::close);
    }
  }

  @Override
  public void truncate(String path, long size) throws Refused, IOException {
    OpenFile file = open(path, How.EDIT);
    try {
      file.truncate(size);
    } finally {
      file.close();
    }
  }

  @Override
  public void rename(String from, String to) throws Refused, IOException {
    // rename(2) itself; the JDK's other moves look and delete first.
    perform(() -> Files.move(top.resolve(from), top.resolve(to), StandardCopyOption.ATOMIC_MOVE));
  }

  @Override
  public void unlink(String path) throws Refused, IOException {
    if (Files.isDirectory(top.resolve(path), NOFOLLOW_LINKS)) {
      throw new Refused("EISDIR");
    }
    perform(() -> Files.delete(top.resolve(path)));
  }

  @Override
  public void mkdir(String path) throws Refused, IOException {
    perform(() -> Files.createDirectory(
        top.resolve(path),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))));
  }

  @Override
  public void rmdir(String path) throws Refused, IOException {
    if (stat(path).type() != Type.DIRECTORY) {
      throw new Refused("ENOTDIR");
    }
    perform(() -> Files.delete(top.resolve(path)));
  }

  @Override
  public Stat stat(String path) throws Refused, IOException {
    Path file = top.resolve(path);
    PosixFileAttributes shown = answer(() -> {
      // Newer JDKs make ENOENT of ENOTDIR here.
      for (Path above = file.getParent(); !above.equals(top); above = above.getParent()) {
        if (Files.isRegularFile(above, NOFOLLOW_LINKS)) {
          throw new NotDirectoryException(path);
        }
      }
      return Files.readAttributes(file, PosixFileAttributes.class, NOFOLLOW_LINKS);
    });
    Type type =
        shown.isDirectory() ? Type.DIRECTORY : shown.isSymbolicLink() ? Type.LINK : Type.FILE;
    int mode = 0;
    for (PosixFilePermission each : shown.permissions()) {
      mode |= 0400 >> each.ordinal();
    }
    return new Stat(type, shown.size(), mode, shown.lastModifiedTime().to(TimeUnit.NANOSECONDS));
  }

  @Override
  public List<String> list(String path) throws Refused, IOException {
    return answer(() -> {
      if (Files.isSymbolicLink(top.resolve(path))) {
        throw new NotDirectoryException(path); // links are not followed
      }
      List<String> names = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(top.resolve(path))) {
        entries.forEach(entry -> names.add(entry.getFileName().toString()));
      }
      return names;
    });
  }

  @Override
  public void chmod(String path, int permissions) throws Refused, IOException {
    Set<PosixFilePermission> wanted = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission each : PosixFilePermission.values()) {
      if ((permissions & 0400 >> each.ordinal()) != 0) {
        wanted.add(each);
      }
    }
    perform(() -> Files.setPosixFilePermissions(top.resolve(path), wanted));
    store(path);
  }

  @Override
  public void setModified(String path, long nanos) throws Refused, IOException {
    stat(path);
    // The JDK's own call knows microseconds only.
    String time = "@" + nanos / 1_000_000_000 + "." + String.format("%09d", nanos % 1_000_000_000);
    Process touch =
        new ProcessBuilder("touch", "-c", "-d", time, top.resolve(path).toString()).start();
    try {
      if (touch.waitFor() != 0) {
        throw new IOException("touch " + path + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    store(path);
  }

  private void store(String path) throws IOException {
    if (attributes == Attributes.AT_ONCE && Files.isRegularFile(top.resolve(path))) {
      try (FileChannel file = FileChannel.open(top.resolve(path), StandardOpenOption.READ)) {
        file.force(true);
      }
    }
  }

  @Override
  public void symlink(String path, String target) throws Refused, IOException {
    perform(() -> Files.createSymbolicLink(top.resolve(path), Path.of(target)));
  }

  @Override
  public String readlink(String path) throws Refused, IOException {
    return answer(() -> Files.readSymbolicLink(top.resolve(path)).toString());
  }
}
