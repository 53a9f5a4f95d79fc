package dev.cove.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mounts that this process sees, in the order they were made: /proc/self/mountinfo. */
final class MountTable {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  private MountTable() {}

  /**
   * One line.
   *
   * @param device major:minor, which no other mounted file system has
   * @param type such as {@code fuse.cove}
   */
  record Mount(String device, String mountPoint, String type, String source) {}

  static List<Mount> read() throws IOException {
    // Not readAllLines by the platform's charset: paths are bytes.
    return parse(new String(Files.readAllBytes(MOUNTINFO), ISO_8859_1));
  }

  /** What is mounted on {@code directory}, the uppermost of several. Does not touch it. */
  static Optional<Mount> on(Path directory) throws IOException {
    String path = directory.toString();
    return read().stream().filter(m -> m.mountPoint().equals(path)).reduce((a, b) -> b);
  }

  static List<Mount> parse(String mountinfo) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : mountinfo.split("\n")) {
      // id parent device root mount-point options [tag…] - type source super-options
      String[] fields = line.split(" ");
      for (int i = 6; i < fields.length - 2; i++) {
        if (fields[i].equals("-")) {
          mounts.add(new Mount(
              fields[2], unescape(fields[4]), unescape(fields[i + 1]), unescape(fields[i + 2])));
          break;
        }
      }
    }
    return mounts;
  }

  /** Blank, tab, newline and backslash stand there as three octal digits. */
  private static String unescape(String field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(c);
      }
    }
    return bytes.toString(LibC.FILE_NAMES);
  }
}
