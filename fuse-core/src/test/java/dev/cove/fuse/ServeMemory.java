package dev.cove.fuse;

import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Caller;
import dev.cove.vfs.MemoryFileSystem;
import dev.cove.vfs.VirtualFileSystem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * Serves a file system in memory until it is unmounted: for tests that kill it, and by hand.
 * Arguments: the directory, then any of {@code allow-other}, {@code read-only}, {@code
 * auto-unmount}, {@code timeout=MILLIS}, {@code big=MIB}, {@code threads=N}.
 */
final class ServeMemory {
  private ServeMemory() {}

  public static void main(String[] arguments) throws Exception {
    MountOptions options = MountOptions.DEFAULTS;
    Duration timeout = Duration.ofSeconds(1);
    long big = 0;
    for (String argument : arguments) {
      String[] words = argument.split("=");
      switch (words[0]) {
        case "allow-other" -> options = options.withVisibility(MountOptions.Visibility.EVERYBODY);
        case "read-only" -> options = options.withAccess(MountOptions.Access.READ_ONLY);
        case "auto-unmount" -> options = options.withOnExit(MountOptions.OnExit.UNMOUNT);
        case "timeout" -> timeout = Duration.ofMillis(Integer.parseInt(words[1]));
        case "readahead" -> options = options.withMaxReadahead(Integer.parseInt(words[1]) << 10);
        case "maxwrite" -> options = options.withMaxWrite(Integer.parseInt(words[1]) << 10);
        case "threads" -> {
          int threads = Integer.parseInt(words[1]);
          options = options.withConcurrency(threads, threads / 2);
        }
        case "big" -> big = Long.parseLong(words[1]) << 20;
        default -> {}
      }
    }
    MemoryFileSystem files = new MemoryFileSystem(Clock.systemUTC(), timeout);
    files.put("hello", "hello, world\n".getBytes(StandardCharsets.UTF_8));
    if (big > 0) {
      long inode = files.put("big", new byte[0]);
      files.setattr(
          inode,
          VirtualFileSystem.NO_HANDLE,
          new AttributeChange(null, null, null, big, null, null),
          new Caller(0, 0, 0));
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
