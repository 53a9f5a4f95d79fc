package dev.cove.cli.mount;

import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Printable;
import dev.cove.cli.config.Folders;
import dev.cove.fuse.StaleMounts;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cove mounts}. */
@Command(
    name = "mounts",
    description = "List this user's mounts.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove mounts",
      "  cove mounts --json | jq -r '.[].mountPoint'",
    })
public final class MountsCommand implements Callable<Integer> {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--json",
      description =
          "Print one array: mountPoint, source, readOnly, pid, alive, pendingBytes (null when its process"
              + " does not answer), since, logFile.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (MountEntry entry : MountRegistry.open(Folders.current()).all()) {
      boolean alive = entry.process().isAlive();
      Map<String, Object> pending = alive ? pendingBytes(entry) : Map.of();
      for (MountEntry.Mounted mount : entry.mounts()) {
        if (!alive && !StaleMounts.isStale(mount.mountPoint())) {
          // Cleared, and perhaps mounted anew by another process, which is listed itself.
          continue;
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("mountPoint", mount.mountPoint().toString());
        row.put("source", mount.source());
        row.put("readOnly", mount.access() == MountEntry.Access.READ_ONLY);
        row.put("pid", entry.process().pid());
        row.put("alive", alive);
        row.put("pendingBytes", pending.get(mount.mountPoint().toString()));
        row.put("since", mount.since());
        row.put("logFile", entry.log().isEmpty() ? null : entry.log());
        rows.add(row);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(JsonText.write(rows));
    } else {
      for (Map<String, @Nullable Object> row : rows) {
        out.println(line(row));
      }
    }
    return 0;
  }

  private static String line(Map<String, @Nullable Object> row) {
    Object pending = row.get("pendingBytes");
    String state;
    if (Boolean.FALSE.equals(row.get("alive"))) {
      state = ", which is gone: end it with 'cove unmount'";
    } else if (pending == null) {
      state = ", does not answer";
    } else {
      state = pending.equals(0L) ? "" : ", " + new ByteSize((long) pending) + " to upload";
    }
    return Printable.line(row.get("mountPoint") + "  " + row.get("source") + "  "
        + (Boolean.TRUE.equals(row.get("readOnly")) ? "read-only" : "writable") + ", pid "
        + row.get("pid") + state);
  }

  static Map<String, Object> pendingBytes(MountEntry entry) {
    Map<String, Object> pending = new LinkedHashMap<>();
    try {
      Map<?, ?> answer = new ControlClient(entry).ask(Map.of("do", "status"), ANSWER_WITHIN);
      if (answer.get("mounts") instanceof List<?> mounts) {
        for (Object mount : mounts) {
          if (mount instanceof Map<?, ?> status
              && status.get("pendingBytes") instanceof Long bytes) {
            pending.put(String.valueOf(status.get("mountPoint")), bytes);
          }
        }
      }
    } catch (IOException | CommandFailure e) {
      // A process that hangs is listed all the same, and said to hang.
      return pending;
    }
    return pending;
  }
}
