package dev.cove.storage.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Directories and ports for servers. A directory goes when this JVM ends, or, if that was killed, at the next start. */
final class Scratch {
  private static final long ENOUGH = 4L << 30;
  private static final Pattern OURS = Pattern.compile("cove-test-(\\d+)-.*");

  static {
    removeOrphans();
  }

  private Scratch() {}

  static Path directory(String name) {
    try {
      Path directory = Files.createTempDirectory(
          root(), "cove-test-" + ProcessHandle.current().pid() + "-" + name + "-");
      AtExit.run(() -> remove(directory));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A port that was free a moment ago: for servers that cannot choose one themselves. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void remove(Path directory) {
    try {
      Files.walkFileTree(directory, new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
            throws IOException {
          Files.deleteIfExists(file);
          return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
          // A server that still stops removes files of its own.
          return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
            throws IOException {
          Files.deleteIfExists(dir);
          return FileVisitResult.CONTINUE;
        }
      });
    } catch (IOException e) {
      throw new UncheckedIOException("could not remove " + directory, e);
    }
  }

  // Memory rather than a disk: servers sync what they store, which tests do not need.
  private static Path root() throws IOException {
    String given = Programs.environment("COVE_TEST_TMP", "");
    if (!given.isEmpty()) {
      return Files.createDirectories(Path.of(given));
    }
    Path memory = Path.of("/dev/shm");
    if (Files.isWritable(memory) && Files.getFileStore(memory).getUsableSpace() > ENOUGH) {
      return memory;
    }
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Removes the directories of JVMs that were killed before they could do so themselves. */
  static void removeOrphans() {
    try (Stream<Path> entries = Files.list(root())) {
      entries.filter(Scratch::isOrphan).forEach(Scratch::remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOrphan(Path directory) {
    Matcher ours = OURS.matcher(directory.getFileName().toString());
    return ours.matches() && ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty();
  }
}
