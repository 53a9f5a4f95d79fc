package dev.cove.cli.doctor;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.cli.command.Range;
import dev.cove.cli.config.Folders;
import dev.cove.cli.doctor.BucketChecks.Support;
import dev.cove.cli.doctor.Finding.Verdict;
import dev.cove.cli.mount.MountStatus;
import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.StoreOptions;
import dev.cove.namespace.UnshowableKeys.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cove doctor}. */
@Command(
    name = "doctor",
    description = {
      "Check what mounting needs, and say what to do where something is missing.",
      "",
      "Without an argument this machine; with a bucket also credentials, clock, endpoint, what the server supports,"
          + " and the keys that no path can show; with a directory the mount on it. Changes nothing without"
          + " --probe.%n",
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove doctor",
      "  cove doctor s3://my-bucket --region eu-central-1",
      "  cove doctor s3://my-bucket --probe",
      "  cove doctor /s3",
    })
public final class DoctorCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR|BUCKET",
      description = "A mount, or s3://BUCKET[/PREFIX], or gs://BUCKET[/PREFIX].")
  private @Nullable String subject;

  @Option(
      names = "--json",
      description = "Print one array: verdict (ok, warning, failure), what, line.")
  private boolean json;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "100000",
      description =
          "How many keys of a bucket are looked at for those that no path can show; a request for each"
              + " thousand. Default: ${DEFAULT-VALUE}.")
  private long keys;

  @Option(
      names = "--probe",
      description =
          "Find out by trying which conditions the server honours: makes an object and removes it.")
  private boolean probe;

  @Mixin
  private StoreOptions store;

  @Override
  public Integer call() throws IOException {
    BucketUrl bucket = subject != null && subject.contains("://") ? bucket(subject) : null;
    store.check(bucket == null ? List.of() : List.of(bucket));
    new Range(spec).check("--keys", keys, 1, Long.MAX_VALUE);
    Folders folders = Folders.current();
    List<Finding> findings = new ArrayList<>(new MachineChecks(folders).run());
    if (bucket != null) {
      findings.addAll(new BucketChecks(store, bucket, Clock.systemUTC())
          .run(keys, probe ? Support.TRIED : Support.EXPECTED));
    } else if (subject != null) {
      findings.addAll(mount(folders, PathArgument.resolve(subject)));
    }
    print(findings);
    return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAILURE)
        ? ExitCodes.FAILED
        : ExitCodes.DONE;
  }

  private BucketUrl bucket(String text) {
    try {
      return BucketUrl.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static List<Finding> mount(Folders folders, Path directory) {
    List<Finding> findings = new ArrayList<>();
    try {
      MountStatus status = MountStatus.of(folders, directory);
      findings.add(Finding.ok(
          "mount",
          status.source() + " on " + status.mountPoint() + ", process " + status.pid()
              + " answers"));
      if (!status.log().isEmpty()) {
        findings.add(Finding.ok("log", status.log()));
      }
      if (status.unshowable().isEmpty()) {
        findings.add(Finding.ok("names", "every key met so far shows as a path"));
      } else {
        findings.add(Finding.warning(
            "names",
            status.unshowable().size()
                + " of the keys met so far cannot be shown as paths; read them with a bucket"
                + " tool"));
        status
            .unshowable()
            .forEach((key, reason) -> findings.add(
                Finding.warning("name", key + ": " + KeyScan.why(Reason.valueOf(reason)))));
      }
    } catch (CommandFailure e) {
      findings.add(Finding.failure("mount", e.line()));
    } catch (IOException e) {
      findings.add(Finding.failure("mount", String.valueOf(e.getMessage())));
    }
    return findings;
  }

  private void print(List<Finding> findings) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(JsonText.write(findings.stream().map(DoctorCommand::map).toList()));
      return;
    }
    for (Finding finding : findings) {
      out.println(String.format("%-8s %-20s", name(finding), finding.what())
          + Printable.line(finding.line()));
    }
  }

  private static Map<String, Object> map(Finding finding) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("verdict", name(finding));
    map.put("what", finding.what());
    map.put("line", finding.line());
    return map;
  }

  private static String name(Finding finding) {
    return finding.verdict().name().toLowerCase(Locale.ROOT);
  }
}
