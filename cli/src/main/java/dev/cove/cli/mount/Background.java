package dev.cove.cli.mount;

import dev.cove.fuse.RuntimeOutput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What ties a mount in the background to the launcher that waits for it. */
final class Background {
  private Background() {}

  /** Whether a launcher started this process to stay when it ends itself. */
  static boolean wanted() {
    return Boolean.getBoolean("cove.detached");
  }

  /**
   * Tells the launcher that the mount is ready, and lets go of what it gave this process to write to:
   * from here on what the Java runtime says goes into the log.
   */
  static void ready(Path log) throws IOException {
    // Not closed: the number must not be taken by another file.
    new FileOutputStream(FileDescriptor.out)
        .write("\u0001ready\n".getBytes(StandardCharsets.US_ASCII));
    RuntimeOutput.appendTo(log);
  }
}
