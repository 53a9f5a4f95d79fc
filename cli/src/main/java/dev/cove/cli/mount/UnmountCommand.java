package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.Printable;
import dev.cove.cli.config.Folders;
import dev.cove.cli.process.ProcessIdentity;
import dev.cove.fuse.StaleMounts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cove unmount}. */
@Command(
    name = "unmount",
    aliases = "umount",
    description = {
      "Unmount directories and end the processes that served them.",
      "",
      "What programs have written is in the bucket when this returns, or the exit status is 4.%n",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove unmount /s3",
      "  cove unmount --lazy /s3       while programs have files open there",
    })
public final class UnmountCommand implements Callable<Integer> {
  // What is stored takes as long as it takes; that anybody is there is known soon.
  private static final Duration STORED_WITHIN = Duration.ofHours(24);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  @Spec
  private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "DIR", description = "Where something is mounted.")
  private List<Path> directories;

  @Option(
      names = "--lazy",
      description =
          "Take it out of the tree at once; programs keep the files they have open until they close"
              + " them.")
  private boolean lazy;

  @Override
  public Integer call() throws IOException, InterruptedException {
    MountRegistry registry = MountRegistry.open(Folders.current());
    int exit = ExitCodes.DONE;
    for (Path directory : directories) {
      try {
        unmount(registry, directory);
      } catch (CommandFailure e) {
        if (directories.size() == 1) {
          throw e;
        }
        // One that is busy keeps none of the others mounted.
        spec.commandLine().getErr().println(spec.qualifiedName() + ": " + Printable.line(e.line()));
        exit = Math.max(exit, e.exitCode());
      }
    }
    return exit;
  }

  private void unmount(MountRegistry registry, Path directory)
      throws IOException, InterruptedException {
    Optional<MountRegistry.Found> found = registry.at(directory);
    if (found.isEmpty()) {
      if (StaleMounts.clearIfStale(directory)) {
        return;
      }
      throw CommandFailure.notSo(
          directory + " is not mounted by this user; 'cove mounts' lists what is");
    }
    MountEntry entry = found.get().entry();
    ControlClient client = new ControlClient(entry);
    var unused = client.ask(Map.of("do", "status"), ANSWER_WITHIN);
    Map<?, ?> answer;
    UploadProgress progress = UploadProgress.show(entry, spec.commandLine().getErr());
    try {
      answer = client.ask(
          Map.of(
              "do",
              "unmount",
              "mountPoint",
              found.get().mount().mountPoint().toString(),
              "lazy",
              lazy),
          STORED_WITHIN);
    } finally {
      progress.close();
    }
    if (Boolean.TRUE.equals(answer.get("last"))) {
      awaitEnd(entry.process());
    }
  }

  private static void awaitEnd(ProcessIdentity process) throws IOException, InterruptedException {
    long end = System.nanoTime() + END_WITHIN.toNanos();
    while (process.isAlive() && System.nanoTime() - end < 0) {
      Thread.sleep(5);
    }
  }
}
