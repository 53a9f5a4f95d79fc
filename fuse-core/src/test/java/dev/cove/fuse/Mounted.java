package dev.cove.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.MemoryFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A file system in memory on a mount of its own. Files there are used by other processes only: this
 * one serves them.
 */
final class Mounted implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  final MemoryFileSystem files;
  final Intercepted calls;
  final Path directory;
  final FuseMount mount;

  Mounted() throws Exception {
    this(MountOptions.DEFAULTS, Duration.ofSeconds(60));
  }

  Mounted(MountOptions options, Duration timeout) throws Exception {
    files = new MemoryFileSystem(Clock.systemUTC(), timeout);
    calls = new Intercepted(files);
    directory = Files.createTempDirectory("cove-fuse-").toRealPath();
    mount = JnrFuse.mount(calls.vfs, directory, options);
    mount.awaitReady(Duration.ofSeconds(10));
  }

  /** What a command left. */
  record Result(int exit, String output) {}

  /** Runs a shell script with {@code $M} as the mount point; its output and errors are one text. */
  Result run(String script) throws Exception {
    return finish(start(script));
  }

  Process start(String script) throws IOException {
    return start(List.of("sh", "-c", script), Map.of("M", directory.toString()));
  }

  static Process start(List<String> command, Map<String, String> environment) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    builder.environment().putAll(environment);
    return builder.directory(Path.of("/").toFile()).start();
  }

  static Result finish(Process process) throws Exception {
    CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> {
      try {
        return process.getInputStream().readAllBytes();
      } catch (IOException e) {
        return new byte[0];
      }
    });
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("ended in time").isTrue();
    String text = new String(output.get(10, TimeUnit.SECONDS), StandardCharsets.UTF_8);
    return new Result(process.exitValue(), text.strip());
  }

  /** What a script printed that is to succeed. */
  String sh(String script) throws Exception {
    Result result = run(script);
    assertThat(result.exit()).as(result.output()).isZero();
    return result.output();
  }

  /** What a Python program printed that is to succeed; {@code M} is the mount point. */
  String python(String program) throws Exception {
    return python(program, List.of());
  }

  String python(String program, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        "python3",
        "-c",
        "import os, sys, ctypes, errno, fcntl, mmap, signal, subprocess, time\n"
            + "M = os.environ['M']\n"
            + program));
    command.addAll(arguments);
    Result result = finish(start(command, Map.of("M", directory.toString())));
    assertThat(result.exit()).as(result.output()).isZero();
    return result.output();
  }

  @Override
  public void close() throws Exception {
    calls.heal();
    mount.unmount(Duration.ofSeconds(10));
    Files.deleteIfExists(directory);
  }
}
