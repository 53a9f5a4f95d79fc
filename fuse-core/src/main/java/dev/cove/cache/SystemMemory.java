package dev.cove.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory this process may use. Read from the files the kernel offers, because the
 * management beans cost a tenth of a second at start.
 */
final class SystemMemory {
  private static final long UNKNOWN = 1L << 30;

  private final Path root;

  SystemMemory() {
    this(Path.of("/"));
  }

  SystemMemory(Path root) {
    this.root = root;
  }

  /** The machine's memory or the smallest limit of a control group around us, in bytes. */
  long bytes() {
    long bytes =
        Math.min(machine(), limit(root.resolve("sys/fs/cgroup/memory/memory.limit_in_bytes")));
    bytes = Math.min(bytes, limit(root.resolve("sys/fs/cgroup/memory.max")));
    Path top = root.resolve("sys/fs/cgroup");
    for (String line : lines(root.resolve("proc/self/cgroup"))) {
      if (line.startsWith("0::/")) {
        for (Path group = top.resolve(line.substring(4)).normalize();
            group != null && group.startsWith(top) && !group.equals(top);
            group = group.getParent()) {
          bytes = Math.min(bytes, limit(group.resolve("memory.max")));
        }
      }
    }
    return bytes;
  }

  private long machine() {
    for (String line : lines(root.resolve("proc/meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        return number(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    return UNKNOWN;
  }

  private static long limit(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? Long.MAX_VALUE : number(lines.get(0).trim());
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notLimited) {
      return Long.MAX_VALUE;
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException absent) {
      return List.of();
    }
  }
}
