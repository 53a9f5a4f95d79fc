package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.config.Folders;
import dev.cove.cli.process.ProcessIdentity;
import dev.cove.fuse.StaleMounts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's mounts: one file for each process that serves some, replaced as a whole. The file of a
 * process that was killed is removed once nothing of it is mounted any more.
 */
final class MountRegistry {
  private static final Logger log = LoggerFactory.getLogger(MountRegistry.class);
  private static final String SUFFIX = ".json";
  // 108 bytes with the NUL at the end is what the kernel takes for the path of a socket.
  private static final int LONGEST_SOCKET_PATH = 100;

  private final Path folder;

  /** @param folder for its owner alone, and there */
  MountRegistry(Path folder) {
    this.folder = folder;
  }

  static MountRegistry open(Folders folders) {
    return new MountRegistry(folders.stateFolder("mounts"));
  }

  /** Where the control socket of a process goes. */
  Path socketFor(ProcessIdentity process) throws IOException {
    Path beside = folder.resolve(name(process) + ".sock");
    if (beside.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length
        <= LONGEST_SOCKET_PATH) {
      Files.deleteIfExists(beside);
      return beside;
    }
    // A new folder that only its owner can enter.
    return Files.createTempDirectory(Path.of("/tmp"), "cove-").resolve("control.sock");
  }

  void put(MountEntry entry) throws IOException {
    Path file = folder.resolve(name(entry.process()) + SUFFIX);
    Path fresh = Files.createTempFile(folder, "new", ".tmp");
    Files.writeString(fresh, entry.toJson() + "\n", StandardOpenOption.WRITE);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  void remove(MountEntry entry) throws IOException {
    Files.deleteIfExists(folder.resolve(name(entry.process()) + SUFFIX));
    Files.deleteIfExists(entry.socket());
    if (!entry.socket().startsWith(folder)) {
      Files.deleteIfExists(entry.socket().getParent());
    }
  }

  /** The processes that live, oldest mount first; what others left behind is removed. */
  List<MountEntry> live() throws IOException {
    List<MountEntry> live = new ArrayList<>();
    for (MountEntry entry : all()) {
      if (entry.process().isAlive()) {
        live.add(entry);
      }
    }
    return live;
  }

  /** Those that live, and those that are gone and left something mounted, oldest mount first. */
  List<MountEntry> all() throws IOException {
    List<MountEntry> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        Optional<MountEntry> entry = read(file);
        if (entry.isEmpty() || !entry.get().process().isVisible()) {
          continue;
        }
        if (entry.get().process().isAlive() || isLeftMounted(entry.get())) {
          all.add(entry.get());
        } else {
          log.debug("{} is left of a process that is gone", file);
          remove(entry.get());
        }
      }
    }
    all.sort(Comparator.comparing(
        entry -> entry.mounts().isEmpty() ? "" : entry.mounts().get(0).since().toString()));
    return all;
  }

  private static boolean isLeftMounted(MountEntry entry) throws IOException {
    for (MountEntry.Mounted mount : entry.mounts()) {
      if (StaleMounts.isMounted(mount.mountPoint())) {
        return true;
      }
    }
    return false;
  }

  private static Optional<MountEntry> read(Path file) throws IOException {
    try {
      return Optional.of(MountEntry.fromJson(Files.readString(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      log.warn("{} is damaged and left out: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * A mount and the process that serves it.
   *
   * @param path what was looked for, at or below the mount point
   */
  record Found(MountEntry entry, MountEntry.Mounted mount, Path path) {}

  /** The mount that is on a directory itself. */
  Optional<Found> at(Path directory) throws IOException {
    return find(directory).filter(found -> found.path().equals(found.mount().mountPoint()));
  }

  /** The mount that is on a directory, or that the path lies in. Touches nothing below a mount point. */
  Optional<Found> find(Path path) throws IOException {
    Optional<Found> found = covering(path);
    if (found.isEmpty()) {
      found = covering(withoutLinks(path));
    }
    return found.isPresent() ? found : covering(linkTarget(path));
  }

  /**
   * As {@link #find}, of what must be mounted.
   *
   * @throws CommandFailure when nothing is mounted there, or nobody serves it
   */
  Found require(Path path) throws IOException {
    Optional<Found> found = find(path);
    if (found.isPresent()) {
      return found.get();
    }
    throw StaleMounts.isStale(path)
        ? CommandFailure.failed(
            path + " is mounted by a process that is gone; run 'cove unmount " + path + "'")
        : CommandFailure.notSo(path + " is not mounted by this user; 'cove mounts' lists what is");
  }

  private Optional<Found> covering(Path path) throws IOException {
    return live().stream()
        .flatMap(entry -> entry.mounts().stream().map(mount -> new Found(entry, mount, path)))
        .filter(found -> path.startsWith(found.mount().mountPoint()))
        .max(Comparator.comparingInt(found -> found.mount().mountPoint().getNameCount()));
  }

  // A mount whose server hangs would hang who looks at it, so only what is above is looked at.
  private static Path withoutLinks(Path path) {
    Path parent = path.getParent();
    Path name = path.getFileName();
    if (parent == null || name == null) {
      return path;
    }
    try {
      return parent.toRealPath().resolve(name);
    } catch (IOException e) {
      return path;
    }
  }

  private static Path linkTarget(Path path) {
    try {
      return Files.isSymbolicLink(path) ? path.toRealPath() : path;
    } catch (IOException e) {
      return path;
    }
  }

  private static String name(ProcessIdentity process) {
    return process.pid() + "-" + process.start();
  }
}
