package dev.cove.cli.quickstart;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Tree;
import dev.cove.cli.config.Folders;
import dev.cove.cli.mount.LogFiles;
import dev.cove.cli.process.ProcessIdentity;
import dev.cove.cli.recover.SpoolFolders;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What the quickstart leaves on this machine until it is stopped: a folder of its own, a server and a mount. */
final class Playground {
  static final String BUCKET = "quickstart";
  private static final long SERVER_END_SECONDS = 10;

  private final Path folder;
  private final Folders folders;

  Playground(Folders folders) {
    this.folders = folders;
    this.folder = folders.stateFolder("quickstart");
  }

  /** Where the bucket is shown. */
  Path mountPoint() {
    return folder.resolve("files");
  }

  /** The store of the volume that it shows. */
  Path volumes() {
    return folder.resolve("volumes");
  }

  private Path serverFolder() {
    return folder.resolve("server");
  }

  private Path record() {
    return folder.resolve("server.json");
  }

  /** Starts the server on what its folder holds, and makes the mount point. */
  URI start(LocalServer kind) throws IOException {
    Files.createDirectories(mountPoint());
    LocalServer.Running server = kind.start(Folders.privateFolder(serverFolder()));
    ProcessIdentity process = ProcessIdentity.of(server.pid());
    Files.deleteIfExists(record());
    Files.createFile(record(), Folders.privateFile());
    Files.writeString(
        record(),
        JsonText.write(Map.of(
            "pid", process.pid(),
            "start", process.start(),
            "boot", process.boot(),
            "namespace", process.namespace(),
            "kind", kind.name(),
            "endpoint", server.endpoint().toString())),
        StandardOpenOption.WRITE);
    return server.endpoint();
  }

  /**
   * A server of an earlier run.
   *
   * @param alive whether it still runs; its objects are in its folder when it keeps them
   */
  record Earlier(LocalServer kind, URI endpoint, boolean alive) {}

  /** The server of an earlier run; empty when none was started, or its record cannot be read. */
  Optional<Earlier> earlier() throws IOException {
    ProcessIdentity process = server();
    if (process == null) {
      return Optional.empty();
    }
    Map<String, @Nullable Object> read = JsonText.readObject(Files.readString(record()));
    if (read.get("kind") instanceof String kind
        && read.get("endpoint") instanceof String endpoint) {
      return Optional.of(
          new Earlier(LocalServer.valueOf(kind), URI.create(endpoint), process.isAlive()));
    }
    return Optional.empty();
  }

  /** Whether a server or its objects are left of an earlier run. */
  boolean exists() {
    return Files.exists(record()) || Files.exists(serverFolder());
  }

  /** Ends the server and removes its folder. Nothing may be mounted any more. */
  void remove() throws IOException {
    ProcessIdentity server = server();
    if (server != null && server.isAlive()) {
      end(server.pid());
    }
    Files.deleteIfExists(record());
    Tree.delete(serverFolder());
    Tree.delete(volumes());
    new SpoolFolders(folders).forget(mountPoint());
    LogFiles.forget(folders.stateFolder("logs"), mountPoint());
    // A directory that is not empty is not ours to clear: something else was put there.
    Files.deleteIfExists(mountPoint());
    Files.deleteIfExists(folder);
  }

  private @Nullable ProcessIdentity server() throws IOException {
    try {
      Map<String, @Nullable Object> read = JsonText.readObject(Files.readString(record()));
      if (read.get("pid") instanceof Long pid
          && read.get("start") instanceof Long start
          && read.get("boot") instanceof String boot
          && read.get("namespace") instanceof String namespace) {
        return new ProcessIdentity(pid, start, boot, namespace);
      }
      return null;
    } catch (NoSuchFileException | IllegalArgumentException e) {
      return null;
    }
  }

  private static void end(long pid) {
    ProcessHandle.of(pid).ifPresent(process -> {
      process.destroy();
      try {
        process.onExit().get(SERVER_END_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        process.destroyForcibly();
      } catch (ExecutionException e) {
        throw CommandFailure.failed("the server (process " + pid + ") did not end", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }
}
