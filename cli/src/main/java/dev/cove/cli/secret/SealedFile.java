package dev.cove.cli.secret;

import static java.util.Objects.requireNonNull;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Small private files whose first line says what they are and in which version: {@code cove-secret 1}.
 * They are replaced as a whole, so a reader sees the old bytes or the new ones, after a crash too.
 */
final class SealedFile {
  /** What no file of ours reaches: a secret is at most half of it. */
  private static final int LARGEST = 4 << 20;

  private static final int LONGEST_HEADER = 64;
  private static final int VERSION = 1;
  private static final Pattern HEADER = Pattern.compile("([a-z-]+) ([0-9]{1,9})");

  /** The ending of files that are not whole yet. */
  static final String UNFINISHED = ".tmp";

  private final String kind;

  /** @param kind the first word of the file */
  SealedFile(String kind) {
    this.kind = kind;
  }

  /** The first line without its end. */
  String header() {
    return kind + " " + VERSION;
  }

  /**
   * The bytes below the first line.
   *
   * @throws java.nio.file.NoSuchFileException when there is no file
   * @throws CommandFailure when it is of a newer version, or none of these files
   */
  byte[] read(Path file) throws IOException {
    byte[] all;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      all = in.readNBytes(LARGEST + 1);
    }
    int end = 0;
    while (end < Math.min(all.length, LONGEST_HEADER) && all[end] != '\n') {
      end++;
    }
    Matcher header = HEADER.matcher(new String(all, 0, end, StandardCharsets.ISO_8859_1));
    if (all.length > LARGEST || !header.matches() || !header.group(1).equals(kind)) {
      throw CommandFailure.failed(
          shown(file) + " is damaged: it does not begin like a file of" + " Cove's secrets");
    }
    int version = Integer.parseInt(header.group(2));
    if (version != VERSION) {
      throw CommandFailure.failed(shown(file) + " is of version " + version
          + ", written by a newer Cove; this one reads version " + VERSION + ": update it");
    }
    return Arrays.copyOfRange(all, end + 1, all.length);
  }

  /** Puts a file in place of any other, for its owner alone; it survives a power failure from then on. */
  void replace(Path file, byte[] bytes) throws IOException {
    Path folder = requireNonNull(file.toAbsolutePath().getParent());
    Path fresh = Files.createTempFile(folder, "new", UNFINISHED);
    try {
      try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        write(out, (header() + "\n").getBytes(StandardCharsets.ISO_8859_1));
        write(out, bytes);
        out.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
    sync(folder);
  }

  /** Makes a change of names in a folder survive a power failure. */
  static void sync(Path folder) throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private static void write(FileChannel out, byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      out.write(rest);
    }
  }

  static String shown(Path file) {
    return Printable.line(file.toString());
  }
}
