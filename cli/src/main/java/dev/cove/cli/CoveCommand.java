package dev.cove.cli;

import dev.cove.cli.doctor.DoctorCommand;
import dev.cove.cli.logging.LogLevel;
import dev.cove.cli.logging.LogSettings;
import dev.cove.cli.mount.MountCommand;
import dev.cove.cli.mount.MountsCommand;
import dev.cove.cli.mount.RefreshCommand;
import dev.cove.cli.mount.StatsCommand;
import dev.cove.cli.mount.UnmountCommand;
import dev.cove.cli.quickstart.QuickstartCommand;
import dev.cove.cli.recover.RecoverCommand;
import dev.cove.cli.secret.SecretCommand;
import dev.cove.cli.state.DictCommand;
import dev.cove.cli.state.QueueCommand;
import dev.cove.cli.state.StateCommand;
import dev.cove.cli.volume.VolumeCommand;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root command: prints help when nothing else is asked for. */
@Command(
    name = "cove",
    description = "Mounts cloud buckets as ordinary directories.",
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove quickstart                           try it without an account",
      "  cove mount s3://my-bucket /s3             read a bucket's objects as files",
      "  cove mount s3://my-bucket/data /s3 --rw   and write them",
      "  cove unmount /s3",
      "",
      "Each command has examples: cove help mount",
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:not so: absent, empty, there already, in conflict",
      "2:wrong usage or configuration",
      "3:failed",
      "4:data could not be stored and is kept on this machine",
    })
final class CoveCommand implements Runnable, LogSettings {
  /** All that stand below it, in the order of its help; {@link CommandTree} adds those that are needed. */
  static final List<Class<?>> COMMANDS = List.of(
      MountCommand.class,
      UnmountCommand.class,
      MountsCommand.class,
      RefreshCommand.class,
      StatsCommand.class,
      RecoverCommand.class,
      DoctorCommand.class,
      QuickstartCommand.class,
      VolumeCommand.class,
      DictCommand.class,
      QueueCommand.class,
      SecretCommand.class,
      StateCommand.class,
      VersionCommand.class,
      CompletionCommand.class,
      HelpCommand.class,
      TrainCommand.class);

  @Spec
  private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      fallbackValue = "true",
      description = "Say more: log at debug, and print stack traces.")
  private boolean verbose;

  @Option(
      names = "--log-level",
      scope = ScopeType.INHERIT,
      paramLabel = "LEVEL",
      description =
          "Log at error, warn, info, debug or trace. Default: warn, and info into a log file.")
  private @Nullable LogLevel logLevel;

  boolean verbose() {
    return verbose;
  }

  @Override
  public LogLevel levelOr(LogLevel otherwise) {
    if (logLevel != null) {
      return logLevel;
    }
    return verbose ? LogLevel.DEBUG : otherwise;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
