package dev.cove.cli.mount;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Log files of mounts in the background: one for each mount point. */
public final class LogFiles {
  private static final Logger log = LoggerFactory.getLogger(LogFiles.class);
  // Beyond these the oldest go: scripts mount on a new temporary directory each time.
  private static final int KEPT = 100;
  // Of the 255 bytes of a name, leaving room for what is added.
  private static final int LONGEST_NAME = 120;

  private LogFiles() {}

  /** {@code mnt-s3.log} for {@code /mnt/s3}. */
  static Path forMount(Path folder, Path mountPoint) {
    prune(folder);
    String path = mountPoint.toString();
    String name = path.substring(1).replaceAll("[^A-Za-z0-9._]", "-");
    if (name.length() > LONGEST_NAME || name.isEmpty() || name.startsWith(".")) {
      name = "mount-" + Integer.toHexString(path.hashCode());
    }
    return folder.resolve(name + ".log");
  }

  /** Removes those of a mount point. */
  public static void forget(Path folder, Path mountPoint) throws IOException {
    Path file = forMount(folder, mountPoint);
    Files.deleteIfExists(file);
    Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".1"));
  }

  private static void prune(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> newestFirst =
          all.sorted(Comparator.comparing(LogFiles::changed).reversed()).toList();
      for (Path old : newestFirst.subList(Math.min(KEPT, newestFirst.size()), newestFirst.size())) {
        Files.deleteIfExists(old);
      }
    } catch (IOException | UncheckedIOException e) {
      log.debug("old log files stay: {}", e.getMessage());
    }
  }

  private static long changed(Path file) {
    return file.toFile().lastModified();
  }
}
