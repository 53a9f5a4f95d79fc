package dev.cove.cli.mount;

import dev.cove.cli.command.JsonText;
import dev.cove.cli.process.ProcessIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a process that serves mounts.
 *
 * @param socket where it takes requests
 * @param log its log file; empty when it logs elsewhere
 */
record MountEntry(ProcessIdentity process, Path socket, String log, List<Mounted> mounts) {

  /** One mount of it. */
  record Mounted(Path mountPoint, String source, Access access, Instant since) {}

  /** Whether programs may write. */
  enum Access {
    READ_ONLY,
    READ_WRITE
  }

  MountEntry {
    mounts = List.copyOf(mounts);
  }

  String toJson() {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("pid", process.pid());
    entry.put("start", process.start());
    entry.put("boot", process.boot());
    entry.put("namespace", process.namespace());
    entry.put("socket", socket);
    entry.put("log", log);
    entry.put("mounts", mounts.stream().map(MountEntry::toMap).toList());
    return JsonText.write(entry);
  }

  private static Map<String, Object> toMap(Mounted mount) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mountPoint", mount.mountPoint());
    map.put("source", mount.source());
    map.put("readOnly", mount.access() == Access.READ_ONLY);
    map.put("since", mount.since());
    return map;
  }

  /** @throws IllegalArgumentException when the text is no entry */
  static MountEntry fromJson(String text) {
    Map<String, @Nullable Object> entry = JsonText.readObject(text);
    try {
      return new MountEntry(
          new ProcessIdentity(
              (long) entry(entry, "pid"),
              (long) entry(entry, "start"),
              (String) entry(entry, "boot"),
              (String) entry(entry, "namespace")),
          Path.of((String) entry(entry, "socket")),
          (String) entry(entry, "log"),
          ((List<?>) entry(entry, "mounts")).stream().map(MountEntry::mounted).toList());
    } catch (ClassCastException | NullPointerException | java.time.DateTimeException e) {
      throw new IllegalArgumentException("no entry of a mount", e);
    }
  }

  private static Mounted mounted(@Nullable Object value) {
    Map<?, ?> map = (Map<?, ?>) Objects.requireNonNull(value);
    return new Mounted(
        Path.of((String) Objects.requireNonNull(map.get("mountPoint"))),
        (String) Objects.requireNonNull(map.get("source")),
        (boolean) Objects.requireNonNull(map.get("readOnly"))
            ? Access.READ_ONLY
            : Access.READ_WRITE,
        Instant.parse((String) Objects.requireNonNull(map.get("since"))));
  }

  private static Object entry(Map<String, @Nullable Object> entry, String name) {
    return Objects.requireNonNull(entry.get(name));
  }
}
