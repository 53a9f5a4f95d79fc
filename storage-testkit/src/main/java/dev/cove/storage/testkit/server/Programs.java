package dev.cove.storage.testkit.server;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the servers' programs: on {@code PATH}, else where {@code it-tests/provision} builds them. */
final class Programs {
  private static final Logger log = LoggerFactory.getLogger(Programs.class);

  private Programs() {}

  static boolean has(String program) {
    return find(program).isPresent();
  }

  /** @throws IllegalStateException when the program is nowhere; the message says how to get it */
  static String require(String program) {
    return find(program)
        .orElseThrow(() -> new IllegalStateException(
            program + " is neither on PATH nor in " + cache() + ": run it-tests/provision"))
        .toString();
  }

  /**
   * Says that something stands in for a real server: in the log, and in the file that {@code ./test} prints at its end.
   *
   * @throws IllegalStateException with {@code CI=true}, where the real one is insisted on
   */
  static void standIn(String program, String substitute) {
    if (Boolean.parseBoolean(environment("CI", "false"))) {
      throw new IllegalStateException(
          program + " is missing, and CI=true insists on it: run it-tests/provision");
    }
    String note = program + " was not there: tests ran on " + substitute + " in its place";
    log.warn(note);
    String notes = environment("COVE_TEST_NOTES", "");
    if (!notes.isEmpty()) {
      try {
        Files.write(
            Path.of(notes),
            (note + "\n").getBytes(StandardCharsets.UTF_8),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static String environment(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? otherwise : value;
  }

  private static Optional<Path> find(String program) {
    return Stream.concat(
            Stream.of(environment("PATH", "").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of),
            Stream.of(cache()))
        .map(directory -> directory.resolve(program))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static Path cache() {
    Path home = Path.of(System.getProperty("user.home"));
    Path caches = Path.of(environment("XDG_CACHE_HOME", home.resolve(".cache").toString()));
    return Path.of(environment("COVE_CACHE", caches.resolve("cove-test").toString()), "bin");
  }
}
