package dev.cove.cli.doctor;

import dev.cove.cache.MemoryBudget;
import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.config.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether this machine can mount, for this user. */
final class MachineChecks {
  private static final Path DEVICE = Path.of("/dev/fuse");
  private static final Path FUSE_CONFIGURATION = Path.of("/etc/fuse.conf");

  private final Folders folders;
  private final int uid;

  MachineChecks(Folders folders) throws IOException {
    this.folders = folders;
    this.uid = Folders.uid();
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(device());
    findings.add(libfuse());
    findings.add(helper());
    if (uid != 0) {
      findings.add(others());
    }
    findings.add(memory());
    findings.add(state());
    findings.add(configuration());
    return findings;
  }

  private static Finding java() {
    return Finding.ok("java", Runtime.version() + ", " + System.getProperty("java.home"));
  }

  private Finding device() {
    if (Files.notExists(DEVICE)) {
      return Finding.failure(
          "fuse device",
          DEVICE
              + " is missing; load the kernel module with 'sudo modprobe fuse', or start the container with"
              + " --device /dev/fuse --cap-add SYS_ADMIN");
    }
    // The setuid helper opens it for everybody but root, so only root's own access counts.
    if (uid == 0 && !(Files.isReadable(DEVICE) && Files.isWritable(DEVICE))) {
      return Finding.failure(
          "fuse device",
          DEVICE
              + " may not be opened here; start the container with --device /dev/fuse --cap-add SYS_ADMIN");
    }
    return Finding.ok("fuse device", DEVICE.toString());
  }

  private static Finding libfuse() {
    Optional<Path> library = libraryFolders()
        .map(folder -> folder.resolve("libfuse.so.2"))
        .filter(Files::exists)
        .findFirst();
    if (library.isEmpty()) {
      return Finding.failure(
          "libfuse 2",
          "libfuse.so.2 is missing; install it with 'sudo apt-get install libfuse2' (libfuse2t64 from Debian 13"
              + " and Ubuntu 24.04 on)");
    }
    return Finding.ok("libfuse 2", library.get().toString());
  }

  private static Stream<Path> libraryFolders() {
    List<Path> folders = new ArrayList<>();
    for (String top : List.of("/usr/local/lib", "/lib", "/usr/lib", "/lib64", "/usr/lib64")) {
      folders.add(Path.of(top));
      try (Stream<Path> below = Files.list(Path.of(top))) {
        below
            .filter(folder -> folder.getFileName().toString().contains("-linux-"))
            .forEach(folders::add);
      } catch (IOException e) {
        // Not every system has each of them.
        continue;
      }
    }
    return folders.stream();
  }

  private Finding helper() {
    Optional<Path> helper = Stream.of("fusermount3", "fusermount")
        .flatMap(name -> Stream.of("/usr/bin", "/bin", "/usr/local/bin").map(f -> Path.of(f, name)))
        .filter(Files::isExecutable)
        .findFirst();
    if (helper.isEmpty()) {
      String line = "fusermount is missing; install it with 'sudo apt-get install fuse3'";
      return uid == 0
          ? Finding.warning("fusermount", line + " (root mounts without it)")
          : Finding.failure("fusermount", line);
    }
    if (uid != 0 && !isSetuid(helper.get())) {
      return Finding.failure(
          "fusermount",
          helper.get()
              + " is not setuid root, so only root can mount; run 'sudo apt-get install --reinstall"
              + " fuse3'");
    }
    return Finding.ok("fusermount", helper.get().toString());
  }

  private static boolean isSetuid(Path program) {
    try {
      return ((int) Files.getAttribute(program, "unix:mode") & 04000) != 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Finding others() {
    try {
      boolean allowed = Files.readAllLines(FUSE_CONFIGURATION, StandardCharsets.ISO_8859_1).stream()
          .anyMatch(line -> line.strip().equals("user_allow_other"));
      return allowed
          ? Finding.ok("other users", "--allow-other may be given")
          : Finding.ok(
              "other users",
              "only you can enter your mounts: --allow-other needs the line user_allow_other in "
                  + FUSE_CONFIGURATION);
    } catch (IOException e) {
      return Finding.ok(
          "other users", "only you can enter your mounts: there is no " + FUSE_CONFIGURATION);
    }
  }

  private static Finding memory() {
    return Finding.ok(
        "memory",
        (MemoryBudget.defaultBytes() >> 20)
            + "m for files' bytes unless --memory says otherwise; the least is "
            + new ByteSize(MemoryBudget.MINIMUM));
  }

  private Finding state() {
    try {
      Path mounts = folders.stateFolder("mounts");
      return Finding.ok("state", mounts.getParent() + ", for its owner alone");
    } catch (CommandFailure e) {
      return Finding.failure("state", e.line());
    }
  }

  private Finding configuration() {
    Path file = folders.configFile();
    if (Files.notExists(file)) {
      return Finding.ok("configuration", "no file at " + file + "; none is needed");
    }
    try {
      boolean open = Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS)
          .contains(PosixFilePermission.OTHERS_WRITE);
      return open
          ? Finding.warning(
              "configuration", "others may write " + file + "; run: chmod go-w " + file)
          : Finding.ok("configuration", file.toString());
    } catch (IOException e) {
      return Finding.failure("configuration", file + " cannot be read: " + Folders.reason(e));
    }
  }
}
