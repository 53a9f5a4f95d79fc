package dev.cove.benchmarks.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a user waits for: whole commands, from a shell's prompt to the next, into a fresh store each time. */
final class WholeCommands {
  private final Path scratch;
  private final String tree;

  WholeCommands(Path scratch, Path tree) {
    this.scratch = scratch;
    this.tree = tree.toString();
  }

  /** The seconds that {@code restic backup} takes, with its own defaults. */
  double restic() throws IOException, InterruptedException {
    Path folder = fresh("restic");
    Map<String, String> settings = Map.of(
        "RESTIC_PASSWORD", "benchmark",
        "RESTIC_REPOSITORY", folder.resolve("repository").toString(),
        "RESTIC_CACHE_DIR", folder.resolve("cache").toString());
    run(settings, "restic", "init");
    settle();
    return run(settings, "restic", "backup", "--quiet", tree);
  }

  /** The seconds that {@code cove volume put} takes. */
  double cove() throws IOException, InterruptedException {
    Path folder = fresh("cove");
    String store = folder.resolve("store").toString();
    String cove = Path.of("cove").toAbsolutePath().toString();
    Map<String, String> settings = Map.of("COVE_HOME", folder.resolve("home").toString());
    run(settings, cove, "volume", "create", "v", "--store", store);
    settle();
    return run(settings, cove, "volume", "put", "v", tree, "/t", "--store", store);
  }

  private Path fresh(String name) throws IOException {
    Path folder = scratch.resolve(name);
    VolumeBenchmark.remove(folder);
    return Files.createDirectories(folder);
  }

  /** What went before must not be written to the disk on the other's time. */
  private void settle() throws IOException, InterruptedException {
    run(Map.of(), "sync");
  }

  private double run(Map<String, String> settings, String... command)
      throws IOException, InterruptedException {
    Path log = scratch.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().putAll(settings);
    long start = System.nanoTime();
    int status = builder.start().waitFor();
    double seconds = (System.nanoTime() - start) / 1e9;
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + status + ": "
          + Files.readString(log, StandardCharsets.UTF_8));
    }
    return seconds;
  }
}
