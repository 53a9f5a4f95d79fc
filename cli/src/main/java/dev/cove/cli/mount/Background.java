package dev.cove.cli.mount;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What ties a mount in the background to the launcher that waits for it. */
final class Background {
  private Background() {}

  /** Whether a launcher started this process to stay when it ends itself. */
  static boolean wanted() {
    return Boolean.getBoolean("cove.detached");
  }

  /** Tells the launcher that the mount is ready, and lets go of what it gave this process to write to. */
  static void ready() throws IOException {
    try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
      out.write("\u0001ready\n".getBytes(StandardCharsets.US_ASCII));
    }
    // Closing one of the standard streams leads it to /dev/null, so that who reads the other end
    // sees its end.
    new FileOutputStream(FileDescriptor.err).close();
  }
}
