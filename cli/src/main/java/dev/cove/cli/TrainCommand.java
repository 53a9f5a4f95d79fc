package dev.cove.cli;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.config.ConfiguredDefaults;
import dev.cove.cli.config.Folders;
import dev.cove.cli.mount.MountStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * A short mount of a made-up bucket of each cloud, for the launcher: the classes that are loaded at its end are
 * what later runs find loaded.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {
  private static final long COMMAND_SECONDS = 10;
  // A machine that builds has other things to do.
  private static final long MOUNT_MILLIS = 60_000;
  private static final int FILE_BYTES = 300_000;
  // More than one node of a tree holds.
  private static final int TREE_FILES = 500;
  // More than a part, so that it is an upload; then what small files go through.
  private static final String CHANGES =
      "cd \"$1\" && head -c 20000000 /dev/zero > large && mkdir dir"
          + " && echo text > dir/small && mv dir/small dir/moved && rm dir/moved && rmdir dir";

  @Parameters(paramLabel = "DIR", description = "An empty directory.")
  private Path directory;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (TrainServer s3 = new TrainServer("train", "file", FILE_BYTES);
        TrainGcsServer gcs = new TrainGcsServer("file", FILE_BYTES)) {
      trainMount("s3://train", s3.endpoint());
      trainMount("gs://train", gcs.endpoint());
    }
    trainVolumes();
    // What opens secrets, too.
    run("secret", "create", "train", "A=b");
    run("secret", "list");
    run("secret", "delete", "train", "--yes");
    run("doctor");
    run("version");
    return 0;
  }

  private void trainMount(String bucket, String endpoint) throws IOException, InterruptedException {
    Thread mount = new Thread(
        () -> run(
            "mount",
            "--foreground",
            "--rw",
            "--endpoint-url",
            endpoint,
            bucket,
            directory.toString()),
        "train-mount");
    mount.start();
    if (awaitMount(mount, directory)) {
      // Other processes look at it: one that serves a mount must not use it.
      program("ls", "-l", directory.toString());
      program("cat", directory.resolve("file").toString());
      program("sh", "-c", CHANGES, "sh", directory.toString());
      run("mounts");
      run("mounts", "--json");
      run("refresh", directory.toString());
      run("unmount", directory.toString());
    }
    mount.join(MOUNT_MILLIS);
  }

  // The classes that the short commands on volumes load.
  private static void trainVolumes() throws IOException {
    Path store = Files.createTempDirectory("cove-train");
    try {
      Path file = Files.writeString(store.resolve("file"), "content");
      String folder = store.resolve("volumes").toString();
      run("volume", "create", "train", "--store", folder);
      run("volume", "put", "train", file.toString(), "/dir/file", "--store", folder);
      Path tree = store.resolve("tree");
      Path below = Files.createDirectories(tree.resolve("below"));
      for (int i = 0; i < TREE_FILES; i++) {
        Files.writeString(below.resolve("file" + i), "content " + i);
      }
      run("volume", "put", "train", tree.toString(), "/tree", "--store", folder);
      run("volume", "get", "train", "/tree", store.resolve("got").toString(), "--store", folder);
      run("volume", "ls", "-l", "train", "/dir", "--store", folder);
      run("volume", "list", "--store", folder);
      run("volume", "log", "train", "--json", "--store", folder);
      run("volume", "get", "train", "/dir/file", file + ".got", "--store", folder);
    } finally {
      try (Stream<Path> all = Files.walk(store)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  // A command line keeps the values of its last run, so each gets its own; what is said is of no
  // interest.
  private static void run(String... words) {
    PrintWriter log = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Main.command(ConfiguredDefaults.current(), log, log, words).execute(words);
  }

  private static boolean awaitMount(Thread mount, Path directory)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOUNT_MILLIS);
    while (mount.isAlive() && System.nanoTime() - end < 0) {
      try {
        MountStatus.of(Folders.current(), directory);
        return true;
      } catch (CommandFailure e) {
        // Not there yet.
        Thread.sleep(20);
      }
    }
    return false;
  }

  private static void program(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
