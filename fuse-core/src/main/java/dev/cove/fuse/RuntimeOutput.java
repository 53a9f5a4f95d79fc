package dev.cove.fuse;

import java.io.IOException;
import java.nio.file.Path;

/** Where the Java runtime itself writes, such as why it ended this process. */
public final class RuntimeOutput {
  private RuntimeOutput() {}

  /**
   * Leads standard output and standard error of this process to the end of a file, which must exist.
   * Whoever read them until now sees their end.
   */
  public static void appendTo(Path file) throws IOException {
    LibC libc = LibC.INSTANCE;
    int fd = libc.open(
        LibC.path(file), LibC.O_WRONLY | LibC.O_APPEND | LibC.O_NOFOLLOW | LibC.O_CLOEXEC);
    if (fd < 0) {
      throw new IOException(file + " could not be opened: error " + LibC.errno());
    }
    try {
      if (libc.dup2(fd, 1) < 0 || libc.dup2(fd, 2) < 0) {
        throw new IOException("output could not be led to " + file + ": error " + LibC.errno());
      }
    } finally {
      libc.close(fd);
    }
  }
}
