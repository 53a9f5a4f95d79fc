package dev.cove.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A running embedded S3 server. It is a process of its own with its own class path, takes any credentials, and listens on
 * the loopback interface alone.
 */
public final class EmbeddedS3 implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private final Process process;
  private final URI endpoint;

  private EmbeddedS3(Process process, URI endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /** How long a server runs. */
  public enum Lifetime {
    /** Until it is closed, or the process that started it ends in whatever way. */
    OF_THIS_PROCESS,
    /** Until it is closed or killed. */
    UNTIL_STOPPED
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param directory holds the objects and the server's log; created when absent, never removed
   * @param port the port to listen on, 0 for a free one
   * @param buckets created when absent
   * @throws IOException when it does not start; the message names the log
   */
  public static EmbeddedS3 start(Path directory, int port, List<String> buckets, Lifetime lifetime)
      throws IOException {
    Path objects = Files.createDirectories(directory.resolve("objects"));
    Path log = directory.resolve("server.log");
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-Djava.io.tmpdir=" + directory,
        "-D" + LoopbackOnly.ENDS_WITH_PARENT + "=" + (lifetime == Lifetime.OF_THIS_PROCESS),
        "-Dloader.path=" + ownClasses(),
        "-Dloader.main=com.adobe.testing.s3mock.S3MockApplication",
        "-cp",
        serverJar().toString(),
        "org.springframework.boot.loader.launch.PropertiesLauncher",
        "--http.port=" + port,
        "--server.address=127.0.0.1",
        "--server.port=0",
        "--server.ssl.enabled=false",
        "--spring.main.banner-mode=off",
        "--com.adobe.testing.s3mock.store.root=" + objects,
        "--com.adobe.testing.s3mock.store.retain-files-on-exit=true"));
    if (!buckets.isEmpty()) {
      command.add("--com.adobe.testing.s3mock.store.initial-buckets=" + String.join(",", buckets));
    }
    Files.deleteIfExists(log);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    if (lifetime == Lifetime.UNTIL_STOPPED) {
      builder.redirectInput(new File("/dev/null"));
    }
    Process process = builder.start();
    try {
      return new EmbeddedS3(process, URI.create("http://127.0.0.1:" + awaitPort(process, log)));
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Where clients connect; path-style addressing. */
  public URI endpoint() {
    return endpoint;
  }

  public long pid() {
    return process.pid();
  }

  /** Stops the server and waits for its end. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static int awaitPort(Process process, Path log) throws IOException {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      Optional<String> ready;
      try (var lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
        ready = lines.filter(line -> line.startsWith(LoopbackOnly.READY)).findFirst();
      }
      if (ready.isPresent()) {
        return Integer.parseInt(ready.get().substring(LoopbackOnly.READY.length()));
      }
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IOException("the embedded S3 server did not start: see " + log);
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while the embedded S3 server started", e);
      }
    }
  }

  private static Path serverJar() {
    Path jar = ownClasses().resolveSibling("server").resolve("s3mock.jar");
    if (!Files.isReadable(jar)) {
      throw new UncheckedIOException(new IOException("no embedded S3 server at " + jar));
    }
    return jar;
  }

  private static Path ownClasses() {
    try {
      return Path.of(
          EmbeddedS3.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
