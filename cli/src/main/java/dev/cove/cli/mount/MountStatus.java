package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.config.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a mount is doing, as its process says.
 *
 * @param unshowable the keys met so far that no path shows, each with its reason
 */
public record MountStatus(
    String mountPoint, String source, long pid, String log, Map<String, String> unshowable) {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  /**
   * Asks about the mount on a directory.
   *
   * @throws CommandFailure when nothing is mounted there, or nobody serves it
   * @throws IOException when its process does not answer
   */
  public static MountStatus of(Folders folders, Path directory) throws IOException {
    MountRegistry.Found found = MountRegistry.open(folders).require(directory);
    MountEntry entry = found.entry();
    String mountPoint = found.mount().mountPoint().toString();
    Map<?, ?> answer = new ControlClient(entry).ask(Map.of("do", "status"), ANSWER_WITHIN);
    Map<String, String> unshowable = new LinkedHashMap<>();
    if (answer.get("mounts") instanceof List<?> mounts) {
      for (Object mount : mounts) {
        if (mount instanceof Map<?, ?> status
            && mountPoint.equals(status.get("mountPoint"))
            && status.get("unshowable") instanceof Map<?, ?> keys) {
          keys.forEach(
              (key, reason) -> unshowable.put(String.valueOf(key), String.valueOf(reason)));
        }
      }
    }
    return new MountStatus(
        mountPoint, found.mount().source(), entry.process().pid(), entry.log(), unshowable);
  }
}
