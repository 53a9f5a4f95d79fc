package dev.cove.cli.mount;

import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Range;
import dev.cove.cli.config.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cove stats}. */
@Command(
    name = "stats",
    description =
        "Show what a mount has done and holds: requests, bytes, cache hits, latencies, memory.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove stats /s3",
      "  cove stats /s3 --watch 5s     every five seconds, with what happened between",
      "  cove stats /s3 --json | jq '.[0].read_bytes'",
    })
public final class StatsCommand implements Callable<Integer> {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "A mount, or a path in it.")
  private Path directory;

  @Option(
      names = "--watch",
      paramLabel = "TIME",
      arity = "0..1",
      fallbackValue = "1s",
      description =
          "Show it again and again, this long apart (1s when no TIME is given), until the mount ends or"
              + " Ctrl-C.")
  private @Nullable Duration watch;

  @Option(
      names = "--json",
      description =
          "Print one array with one object: mountPoint, source, time, and each figure by its name; with"
              + " --watch one such line each time.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (watch != null) {
      new Range(spec).check("--watch", watch, Duration.ofMillis(100), Duration.ofDays(1));
    }
    MountRegistry registry = MountRegistry.open(Folders.current());
    MountRegistry.Found found = registry.require(directory);
    Stats before = ask(found);
    print(before, null);
    while (watch != null && !spec.commandLine().getOut().checkError()) {
      Thread.sleep(watch.toMillis());
      if (registry.find(directory).isEmpty()) {
        return 0;
      }
      Stats now = ask(found);
      print(now, before);
      before = now;
    }
    return 0;
  }

  private static Stats ask(MountRegistry.Found found) throws IOException {
    String mountPoint = found.mount().mountPoint().toString();
    Map<?, ?> answer = new ControlClient(found.entry())
        .ask(Map.of("do", "stats", "mountPoint", mountPoint), ANSWER_WITHIN);
    Map<String, Number> figures = new LinkedHashMap<>();
    if (answer.get("figures") instanceof List<?> all) {
      for (Object one : all) {
        if (one instanceof Map<?, ?> figure && figure.get("value") instanceof Number value) {
          figures.put(name(figure), value);
        }
      }
    }
    return new Stats(mountPoint, String.valueOf(answer.get("source")), figures);
  }

  private static String name(Map<?, ?> figure) {
    StringBuilder name = new StringBuilder(String.valueOf(figure.get("name")));
    if (figure.get("labels") instanceof Map<?, ?> labels) {
      labels.forEach((label, value) -> name.append('.').append(value));
    }
    return name.toString();
  }

  private void print(Stats now, @Nullable Stats before) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(JsonText.write(List.of(now.toMap())));
    } else {
      now.lines(before).forEach(out::println);
    }
    out.flush();
  }
}
