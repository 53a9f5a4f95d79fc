package dev.cove.it.cli;

import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs {@code ./cove} of this tree, as a user would, with a home of its own. */
final class Cove {
  private static final long SECONDS = 120;

  private static final Path NOTHING = Path.of("/dev/null");

  private final Path home;
  private final Map<String, String> environment = new TreeMap<>();
  private Path workingDirectory = Path.of("/");

  /** Knows no bucket's credentials. */
  Cove(Path home) {
    this.home = home;
    environment.put("COVE_HOME", home.resolve("cove").toString());
  }

  Cove(Path home, S3Server server) {
    this(home);
    environment.put("AWS_ACCESS_KEY_ID", server.accessKey());
    environment.put("AWS_SECRET_ACCESS_KEY", server.secretKey());
    environment.put("AWS_REGION", server.region());
    environment.put("AWS_ENDPOINT_URL", server.endpoint().toString());
  }

  /** How a command ended and what it printed. */
  record Result(int exit, String out, String err) {}

  static Path launcher() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("cove"))) {
      folder = folder.getParent();
    }
    return folder.resolve("cove");
  }

  Cove with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Cove in(Path directory) {
    workingDirectory = directory;
    return this;
  }

  Result run(String... words) throws IOException, InterruptedException {
    return runReading(NOTHING, words);
  }

  /** Runs with a file as standard input. */
  Result runReading(Path input, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(List.of(words));
    return runProgram(command, input);
  }

  /** Runs any program with the environment of {@code cove}. */
  Result runProgram(List<String> command) throws IOException, InterruptedException {
    return runProgram(command, NOTHING);
  }

  private Result runProgram(List<String> command, Path input)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile(home, "out", "");
    Path err = Files.createTempFile(home, "err", "");
    Process process = builder(command)
        .redirectInput(input.toFile())
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end: " + Files.readString(err));
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command)
        .directory(workingDirectory.toFile())
        .redirectInput(NOTHING.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
    builder.environment().putAll(environment);
    return builder;
  }
}
