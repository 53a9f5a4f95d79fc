package dev.cove.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import ru.serce.jnrfuse.ErrorCodes;

/** Takes mounts away: by umount(2) where that is allowed, else by the setuid helper. */
final class Unmounting {
  private static final long HELPER_SECONDS = 10;

  private Unmounting() {}

  enum Outcome {
    DONE,
    BUSY
  }

  /** Unmounts unless files are open there. */
  static Outcome unmount(Path directory) throws IOException {
    if (LibC.INSTANCE.umount2(LibC.path(directory), LibC.UMOUNT_NOFOLLOW) == 0) {
      return Outcome.DONE;
    }
    int errno = LibC.errno();
    if (errno == ErrorCodes.EBUSY()) {
      return Outcome.BUSY;
    }
    if (errno == ErrorCodes.EINVAL() || errno == ErrorCodes.ENOENT()) {
      return Outcome.DONE; // nothing is mounted there any more
    }
    if (errno != ErrorCodes.EPERM()) {
      throw new IOException("cannot unmount " + directory + ": errno " + errno);
    }
    String complaint = helper(directory, "-u");
    if (complaint.isEmpty()) {
      return Outcome.DONE;
    }
    if (complaint.contains("busy")) {
      return Outcome.BUSY;
    }
    throw new IOException("cannot unmount " + directory + ": " + complaint);
  }

  /** Takes the mount out of the tree at once; files that are open there go on until closed. */
  static void detach(Path directory) throws IOException {
    int flags = LibC.MNT_DETACH | LibC.UMOUNT_NOFOLLOW;
    if (LibC.INSTANCE.umount2(LibC.path(directory), flags) == 0) {
      return;
    }
    int errno = LibC.errno();
    if (errno != ErrorCodes.EPERM()) {
      throw new IOException("cannot unmount " + directory + ": errno " + errno);
    }
    String complaint = helper(directory, "-u", "-z");
    if (!complaint.isEmpty()) {
      throw new IOException("cannot unmount " + directory + ": " + complaint);
    }
  }

  /** @return what it complained of; empty when it succeeded */
  private static String helper(Path directory, String... options) throws IOException {
    Path program = findHelper()
        .orElseThrow(() ->
            new IOException("fusermount is missing; install the Debian package fuse3 (or fuse)"));
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(options));
    command.add("--");
    command.add(directory.toString());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    builder.directory(Path.of("/").toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(HELPER_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return program + " does not end";
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return "interrupted";
    }
    if (process.exitValue() == 0) {
      return "";
    }
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
    return output.isEmpty() ? program + " failed" : output.replace('\n', ' ');
  }

  /** fusermount3 or fusermount, on PATH or where distributions put them. */
  static Optional<Path> findHelper() {
    List<Path> folders = new ArrayList<>();
    String path = System.getenv("PATH");
    if (path != null) {
      for (String folder : path.split(":")) {
        if (folder.startsWith("/")) {
          folders.add(Path.of(folder));
        }
      }
    }
    folders.add(Path.of("/usr/bin"));
    folders.add(Path.of("/bin"));
    for (String name : List.of("fusermount", "fusermount3")) {
      for (Path folder : folders) {
        Path program = folder.resolve(name);
        if (Files.isExecutable(program)) {
          return Optional.of(program);
        }
      }
    }
    return Optional.empty();
  }
}
