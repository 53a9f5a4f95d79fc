package dev.cove.cli.config;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where Cove keeps its files: all below {@code $COVE_HOME} when that is set, else in the folders of
 * the XDG base directory specification.
 *
 * @param config holds {@code config.toml}
 * @param state what must survive a restart: the list of mounts, logs, the spool
 * @param data what users store: dicts, queues, volumes, secrets
 * @param cache what can be thrown away
 */
public record Folders(Path config, Path state, Path data, Path cache) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<?> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(OWNER_ONLY);

  /** What a file that only its owner may read is created with. */
  public static FileAttribute<?> privateFile() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }

  /** The folders this process is to use. */
  public static Folders current() {
    return of(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  static Folders of(Map<String, String> environment, Path userHome) {
    String coveHome = environment.getOrDefault("COVE_HOME", "");
    if (!coveHome.isEmpty()) {
      Path home = PathArgument.resolve(coveHome);
      return new Folders(home, home.resolve("state"), home.resolve("data"), home.resolve("cache"));
    }
    return new Folders(
        xdg(environment, "XDG_CONFIG_HOME", userHome.resolve(".config")),
        xdg(environment, "XDG_STATE_HOME", userHome.resolve(".local/state")),
        xdg(environment, "XDG_DATA_HOME", userHome.resolve(".local/share")),
        xdg(environment, "XDG_CACHE_HOME", userHome.resolve(".cache")));
  }

  // The specification has relative values ignored.
  private static Path xdg(Map<String, String> environment, String variable, Path otherwise) {
    String value = environment.getOrDefault(variable, "");
    return (value.startsWith("/") ? Path.of(value).normalize() : otherwise).resolve("cove");
  }

  /** The configuration file; it need not exist. */
  public Path configFile() {
    return config.resolve("config.toml");
  }

  /** A folder below {@link #state} for its owner alone; made when it is not there. */
  public Path stateFolder(String name) {
    return privateFolder(privateFolder(state).resolve(name));
  }

  /** A folder below {@link #data} for its owner alone; made when it is not there. */
  public Path dataFolder(String name) {
    return privateFolder(privateFolder(data).resolve(name));
  }

  /** A folder below {@link #cache} for its owner alone; made when it is not there. */
  public Path cacheFolder(String name) {
    return privateFolder(privateFolder(cache).resolve(name));
  }

  /**
   * Makes sure of a folder that only its owner can enter.
   *
   * @throws CommandFailure when it is someone else's, others could write to it, or it is a symbolic
   *     link or no folder
   */
  public static Path privateFolder(Path folder) {
    try {
      Path parent = folder.getParent();
      if (parent != null) {
        Files.createDirectories(parent, PRIVATE_FOLDER);
      }
      try {
        return Files.createDirectory(folder, PRIVATE_FOLDER);
      } catch (FileAlreadyExistsException e) {
        check(folder);
        return folder;
      }
    } catch (IOException e) {
      throw CommandFailure.failed(
          "cannot use the folder " + Printable.line(folder.toString()) + ": " + reason(e)
              + "; set COVE_HOME to a folder of yours",
          e);
    }
  }

  private static void check(Path folder) throws IOException {
    Map<String, Object> found = Files.readAttributes(
        folder, "unix:uid,mode,isDirectory,isSymbolicLink", LinkOption.NOFOLLOW_LINKS);
    String name = Printable.line(folder.toString());
    if (Boolean.TRUE.equals(found.get("isSymbolicLink"))) {
      throw CommandFailure.failed(
          name + " is a symbolic link, which is not followed for private files; replace it");
    }
    if (!Boolean.TRUE.equals(found.get("isDirectory"))) {
      throw CommandFailure.failed(name + " is no folder; move it out of the way");
    }
    int owner = number(found.get("uid"));
    if (owner != uid()) {
      throw CommandFailure.failed(name + " belongs to the user with id " + owner
          + ", not to you; set COVE_HOME to a folder of yours");
    }
    int mode = number(found.get("mode"));
    if ((mode & 022) != 0) {
      // What others may have put there is not made one's own by closing the door behind it.
      throw CommandFailure.failed("others can write to " + name
          + ", so what is in it may be theirs; look through it, then: chmod 700 '" + name + "'");
    }
    if ((mode & 077) != 0) {
      Files.setPosixFilePermissions(folder, OWNER_ONLY);
    }
  }

  private static int number(@Nullable Object attribute) {
    return (int) Objects.requireNonNull(attribute);
  }

  /** The user this process runs as. */
  public static int uid() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /** The group this process runs as. */
  public static int gid() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
  }

  /** Why a file operation failed, without the path that {@code IOException}s begin with. */
  public static String reason(IOException e) {
    if (e instanceof java.nio.file.NoSuchFileException) {
      return "no such file or directory";
    }
    if (e instanceof java.nio.file.AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return "not a directory";
    }
    if (e instanceof java.nio.file.FileSystemException failure) {
      @Nullable String reason = failure.getReason();
      return reason == null ? failure.getClass().getSimpleName() : reason;
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
