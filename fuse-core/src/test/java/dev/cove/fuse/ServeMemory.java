package dev.cove.fuse;

import dev.cove.vfs.MemoryFileSystem;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** Serves a file system in memory until it is unmounted: for tests that kill it, and by hand. */
final class ServeMemory {
  private ServeMemory() {}

  public static void main(String[] arguments) throws Exception {
    MemoryFileSystem files = new MemoryFileSystem(Clock.systemUTC(), Duration.ofSeconds(1));
    files.put("hello", "hello, world\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    MountOptions options = MountOptions.DEFAULTS;
    for (String argument : arguments) {
      switch (argument) {
        case "allow-other" -> options = options.withVisibility(MountOptions.Visibility.EVERYBODY);
        case "read-only" -> options = options.withAccess(MountOptions.Access.READ_ONLY);
        case "auto-unmount" -> options = options.withOnExit(MountOptions.OnExit.UNMOUNT);
        default -> {}
      }
    }
    try {
      FuseMount mount = JnrFuse.mount(files, Path.of(arguments[0]), options);
      mount.awaitReady(Duration.ofSeconds(10));
      System.out.println("ready");
      mount.awaitExit();
      System.out.println("gone " + mount.statistics());
    } catch (MountException e) {
      System.out.println(e.reason() + ": " + e.getMessage());
      System.exit(1);
    }
  }
}
