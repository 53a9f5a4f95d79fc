package dev.cove.cli.volume;

import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Printable;
import dev.cove.volume.FileInfo;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A file of a volume as {@code ls} shows it. */
final class FileLines {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private FileLines() {}

  static String brief(FileInfo file, String name) {
    return Printable.line(name) + (file.isDirectory() ? "/" : "");
  }

  static String detailed(FileInfo file, String name) {
    String target = file.target().isEmpty() ? "" : " -> " + Printable.line(file.target());
    return String.format(
        "%s %2d %5d %5d %12d %s %s%s",
        mode(file),
        file.links(),
        file.uid(),
        file.gid(),
        file.size(),
        TIME.format(file.mtime()),
        brief(file, name),
        target);
  }

  static String json(FileInfo file) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("path", file.path());
    object.put("type", type(file));
    object.put("size", file.size());
    object.put("mode", String.format("%04o", file.mode()));
    object.put("uid", file.uid());
    object.put("gid", file.gid());
    object.put("mtime", file.mtime());
    object.put("inode", file.inode());
    object.put("links", file.links());
    object.put("target", file.target().isEmpty() ? null : file.target());
    return JsonText.write(object);
  }

  private static String type(FileInfo file) {
    return switch (file.type()) {
      case FILE -> "file";
      case DIRECTORY -> "directory";
      case SYMLINK -> "symlink";
    };
  }

  private static String mode(FileInfo file) {
    char type = switch (file.type()) {
      case FILE -> '-';
      case DIRECTORY -> 'd';
      case SYMLINK -> 'l';
    };
    StringBuilder text = new StringBuilder().append(type);
    for (int bit = 8; bit >= 0; bit--) {
      text.append((file.mode() >> bit & 1) == 1 ? "xwr".charAt(bit % 3) : '-');
    }
    // Set-user-id, set-group-id and sticky stand in the place of x, as ls has it.
    String marks = "sst";
    for (int i = 0; i < 3; i++) {
      if ((file.mode() >> 11 - i & 1) == 1) {
        int at = 3 * (i + 1);
        char mark = marks.charAt(i);
        text.setCharAt(at, text.charAt(at) == 'x' ? mark : Character.toUpperCase(mark));
      }
    }
    return text.toString();
  }
}
