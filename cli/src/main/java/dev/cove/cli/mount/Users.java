package dev.cove.cli.mount;

import dev.cove.cli.command.Printable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which other programs keep a mount busy, as far as this user may know. */
final class Users {
  // More than these are no help on one line.
  private static final int NAMED = 3;

  private Users() {}

  /** {@code "bash (4711), vim (4712)"}; empty when none can be seen. Touches nothing in the mount. */
  static String of(Path mountPoint) {
    List<String> users = new ArrayList<>();
    String asking = Long.toString(ProcessHandle.current().pid());
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        // Who asks may stand in the mount too, and is gone with the answer.
        if (!process.endsWith(asking) && uses(process, mountPoint)) {
          users.add(name(process) + " (" + process.getFileName() + ")");
        }
      }
    } catch (IOException e) {
      return "";
    }
    int more = users.size() - NAMED;
    return String.join(", ", users.subList(0, Math.min(users.size(), NAMED)))
        + (more > 0 ? " and " + more + " more" : "");
  }

  private static boolean uses(Path process, Path mountPoint) {
    if (leadsInto(process.resolve("cwd"), mountPoint)
        || leadsInto(process.resolve("root"), mountPoint)) {
      return true;
    }
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      return open.anyMatch(descriptor -> leadsInto(descriptor, mountPoint));
    } catch (IOException | java.io.UncheckedIOException e) {
      return false;
    }
  }

  private static boolean leadsInto(Path link, Path mountPoint) {
    try {
      return Files.readSymbolicLink(link).startsWith(mountPoint);
    } catch (IOException e) {
      return false;
    }
  }

  private static String name(Path process) {
    try {
      return Printable.line(Files.readString(process.resolve("comm")).strip());
    } catch (IOException e) {
      return "a process";
    }
  }
}
