package dev.cove.cli.logging;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;

/**
 * Appends to a file that only its owner can read. When the file is full it becomes {@code NAME.1}, in
 * place of the one that was called so, and a new one begins; so two of them at most. The handler of
 * the JDK calls the current file {@code NAME.0} and leaves a lock file beside it.
 */
final class RotatingFile extends Handler {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private final long limit;

  @GuardedBy("this")
  private OutputStream out;

  @GuardedBy("this")
  private long size;

  RotatingFile(Path path, long limit, Formatter formatter) throws IOException {
    this.path = path;
    this.limit = limit;
    this.out = open(path);
    this.size = Files.size(path);
    setFormatter(formatter);
  }

  private static OutputStream open(Path path) throws IOException {
    requireOwn(path);
    OutputStream out = Channels.newOutputStream(FileChannel.open(
        path,
        // A link left in a folder that others can write to would lead the log elsewhere.
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND,
            LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(OWNER_ONLY)));
    // One that was there may have been made by a shell's redirect.
    Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setPermissions(OWNER_ONLY);
    return out;
  }

  /** Lines of ours in a file of another's, and the other way round, would mislead whoever reads it. */
  private static void requireOwn(Path path) throws IOException {
    Map<String, Object> found;
    try {
      found = Files.readAttributes(path, "unix:uid,mode,isRegularFile", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if (!Boolean.TRUE.equals(found.get("isRegularFile"))) {
      // Devices too: to rotate one would be to move it away.
      throw new FileSystemException(path.toString(), null, "it is a link or no ordinary file");
    }
    if (!Objects.equals(found.get("uid"), Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      throw new FileSystemException(path.toString(), null, "it belongs to another user");
    }
    if (((int) Objects.requireNonNull(found.get("mode")) & 022) != 0) {
      throw new FileSystemException(path.toString(), null, "others can write to it");
    }
  }

  @Override
  public synchronized void publish(LogRecord entry) {
    if (!isLoggable(entry)) {
      return;
    }
    byte[] line = getFormatter().format(entry).getBytes(StandardCharsets.UTF_8);
    try {
      if (size > 0 && size + line.length > limit) {
        out.close();
        Files.move(
            path,
            path.resolveSibling(path.getFileName() + ".1"),
            StandardCopyOption.REPLACE_EXISTING);
        out = open(path);
        size = 0;
      }
      out.write(line);
      size += line.length;
    } catch (IOException e) {
      reportError(null, e, ErrorManager.WRITE_FAILURE);
    }
  }

  @Override
  public void flush() {
    // Each line is written as it comes.
  }

  @Override
  public synchronized void close() {
    try {
      out.close();
    } catch (IOException e) {
      reportError(null, e, ErrorManager.CLOSE_FAILURE);
    }
  }
}
