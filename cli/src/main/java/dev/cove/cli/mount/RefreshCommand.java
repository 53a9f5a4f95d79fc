package dev.cove.cli.mount;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.config.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code cove refresh}. */
@Command(
    name = "refresh",
    description = "Forget what a mount remembers of the bucket, so that the next look asks it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove refresh /s3                          everything",
      "  cove refresh /s3 logs/2025                what is in one directory",
      "  cove refresh /s3/logs/2025                the same",
    })
public final class RefreshCommand implements Callable<Integer> {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  @Parameters(index = "0", paramLabel = "DIR", description = "A mount, or a path in it.")
  private Path directory;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description = "A path below DIR. Default: all of it.")
  private @Nullable String path;

  @Override
  public Integer call() throws IOException {
    MountRegistry.Found found = MountRegistry.open(Folders.current()).require(directory);
    Path top = found.mount().mountPoint();
    Path below = found.path();
    if (path != null) {
      below = path.startsWith("/")
          ? PathArgument.resolve(path)
          : below.resolve(path).normalize();
    }
    if (!below.startsWith(top)) {
      throw CommandFailure.usage(below + " is not below " + top);
    }
    new ControlClient(found.entry())
        .ask(
            Map.of(
                "do", "refresh",
                "mountPoint", top.toString(),
                "path", top.relativize(below).toString()),
            ANSWER_WITHIN);
    return 0;
  }
}
