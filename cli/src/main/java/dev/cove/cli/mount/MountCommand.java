package dev.cove.cli.mount;

import dev.cove.cache.MemoryBudget;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.cli.config.Folders;
import dev.cove.cli.logging.LogLevel;
import dev.cove.cli.logging.LogSettings;
import dev.cove.cli.logging.Logs;
import dev.cove.cli.metrics.Figure;
import dev.cove.cli.metrics.MetricsEndpoint;
import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.StoreOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code cove mount}. */
@Command(
    name = "mount",
    description = {
      "Mount buckets, or parts of them, on directories.",
      "",
      "Returns when the files can be read; the mount stays in the background until 'cove unmount', SIGTERM or"
          + " SIGINT. Several buckets in one command share a process and its memory.%n",
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove mount s3://my-bucket /s3",
      "  cove mount --rw s3://my-bucket /s3",
      "  cove mount s3://my-bucket/logs/2025 ~/logs --ttl 1m",
      "  cove mount --anonymous --region us-west-2 s3://a-public-bucket /data",
      "  cove mount --endpoint-url http://127.0.0.1:9000 s3://b /s3 --memory 512m",
      "  cove mount s3://photos /photos s3://music /music",
      "  cove mount gs://my-bucket /gcs",
    })
public final class MountCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @ParentCommand
  private LogSettings logSettings;

  @Parameters(
      arity = "1..*",
      paramLabel = "SOURCE DIR",
      description =
          "s3://BUCKET or gs://BUCKET, with /PREFIX for a part of it, and the empty directory to"
              + " show it on.")
  private List<String> words;

  @Option(
      names = {"-f", "--foreground"},
      description = "Stay in the foreground, log to standard error; Ctrl-C unmounts.")
  private boolean foreground;

  @Option(
      names = "--log-file",
      paramLabel = "FILE",
      description =
          "Log into this file. Default: a file for each directory in the state folder; standard error in"
              + " the foreground.")
  private @Nullable Path logFile;

  @Option(
      names = "--allow-missing-prefix",
      negatable = true,
      fallbackValue = "true",
      description = "Mount a prefix that no key begins with yet, as --rw does anyway.")
  private boolean allowMissingPrefix;

  @Option(
      names = "--metrics",
      paramLabel = "[HOST:]PORT",
      converter = ListenAddress.class,
      description =
          "Answer Prometheus at http://HOST:PORT/metrics; HOST is 127.0.0.1 unless given. Default: no"
              + " port is opened.")
  private @Nullable InetSocketAddress metrics;

  @Mixin
  private FileSystemOptions fileSystem;

  @Mixin
  private CacheOptions cache;

  @Mixin
  private WritingOptions writing;

  @Mixin
  private StoreOptions store;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<MountRequest> requests = requests();
    store.check(requests.stream().map(MountRequest::source).toList());
    fileSystem.check();
    cache.check();
    writing.check();
    boolean background = Background.wanted() && !foreground;
    Folders folders = Folders.current();
    String logs = logs(folders, requests, background);
    MountProcess process = new MountProcess(MountRegistry.open(folders), logs);
    MemoryBudget budget = fileSystem.budget();
    try (Shared shared =
        new Shared(budget, cache.open(budget.total()), metricsEndpoint(process::figures))) {
      Mounting mounting = new Mounting(
          store,
          fileSystem,
          writing,
          folders,
          shared,
          allowMissingPrefix || writing.isWritable() ? Missing.ALLOWED : Missing.REFUSED);
      List<MountedBucket> mounted = mounting.mount(requests);
      return process.serve(mounted, () -> {
        ready(mounted, background);
        requests.stream()
            .map(MountRequest::source)
            .filter(mounting::hasNothingYet)
            .forEach(this::warnOfNothing);
        if (background) {
          Background.ready(Path.of(logs));
        }
      });
    }
  }

  /** Before anything is mounted, as the port may be taken. */
  private @Nullable MetricsEndpoint metricsEndpoint(Supplier<Map<String, List<Figure>>> figures) {
    if (metrics == null) {
      return null;
    }
    try {
      return MetricsEndpoint.start(metrics, figures);
    } catch (IOException e) {
      throw CommandFailure.failed(
          "--metrics: cannot listen on " + ListenAddress.text(metrics) + ": " + Folders.reason(e),
          e);
    }
  }

  private void ready(List<MountedBucket> mounted, boolean background) {
    PrintWriter err = spec.commandLine().getErr();
    for (MountedBucket mount : mounted) {
      err.println(Printable.line(mount.source() + " is mounted on " + mount.mountPoint()
              + (writing.isWritable() ? "" : ", read-only"))
          + (background ? "" : "; Ctrl-C unmounts"));
      int left = mount.leftovers();
      if (left > 0) {
        err.println((left == 1 ? "1 file" : left + " files")
            + " of an earlier mount here could not be stored;"
            + " 'cove recover' lists what is left once this one is unmounted");
      }
    }
    err.flush();
  }

  /** A prefix that is misspelt looks like one that is new. */
  private void warnOfNothing(BucketUrl source) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(Printable.line("no key in " + source.wholeBucket() + " begins with '"
        + source.prefix() + "' yet" + (writing.isWritable() ? "; the first file makes it" : "")));
    err.flush();
  }

  /** One bucket and where it goes. */
  record MountRequest(BucketUrl source, Path directory) {}

  /** Whether a prefix may be mounted that no key begins with. */
  enum Missing {
    REFUSED,
    ALLOWED
  }

  private List<MountRequest> requests() {
    if (words.size() % 2 != 0) {
      throw usage("each SOURCE needs a DIR: '" + words.get(words.size() - 1) + "' has none");
    }
    List<MountRequest> requests = new ArrayList<>();
    for (int i = 0; i < words.size(); i += 2) {
      try {
        MountRequest request =
            new MountRequest(BucketUrl.parse(words.get(i)), PathArgument.resolve(words.get(i + 1)));
        if (requests.stream().anyMatch(other -> other.directory().equals(request.directory()))) {
          throw usage(request.directory() + " is named twice");
        }
        requests.add(request);
      } catch (InvalidPathException e) {
        throw usage("'" + words.get(i + 1) + "' is no path: " + e.getReason());
      } catch (IllegalArgumentException e) {
        throw usage(String.valueOf(e.getMessage()));
      }
    }
    return requests;
  }

  private ParameterException usage(String line) {
    return new ParameterException(spec.commandLine(), line);
  }

  private String logs(Folders folders, List<MountRequest> requests, boolean background) {
    Path file = logFile;
    if (file == null) {
      if (!background) {
        return "";
      }
      file = LogFiles.forMount(folders.stateFolder("logs"), requests.get(0).directory());
    }
    try {
      new Logs(Printable::line).toFile(file, logSettings.levelOr(LogLevel.INFO));
    } catch (IOException e) {
      throw CommandFailure.usage("cannot write the log file " + file + ": " + Folders.reason(e), e);
    }
    return file.toString();
  }

  /** The exit status for which a mount could not be made. */
  static int exitCode(dev.cove.fuse.MountException.Reason reason) {
    return switch (reason) {
      case NO_DIRECTORY, NOT_A_DIRECTORY, NOT_EMPTY -> ExitCodes.USAGE;
      case ALREADY_MOUNTED -> ExitCodes.NOT_SO;
      case NO_DEVICE, NO_LIBFUSE, NO_FUSERMOUNT, NOT_PERMITTED, KERNEL_TOO_OLD, TIMED_OUT, FAILED ->
        ExitCodes.FAILED;
    };
  }
}
