package dev.cove.cli;

import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.cli.command.TimeSpan;
import dev.cove.cli.config.ConfiguredDefaults;
import dev.cove.cli.logging.LogLevel;
import dev.cove.cli.logging.Logs;
import dev.cove.cli.mount.MountCommand;
import dev.cove.cli.store.BucketUrl;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;

/** Where {@code cove} starts. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exit =
        command(wanted(arguments), ConfiguredDefaults.current(), out, err).execute(arguments);
    out.flush();
    err.flush();
    System.exit(exit);
  }

  /** The commands that the arguments can mean: building all of them takes a quarter of a mount's start. */
  static List<Class<?>> wanted(String... arguments) {
    return arguments.length > 0 && arguments[0].equals("mount")
        ? List.of(MountCommand.class)
        : CoveCommand.COMMANDS;
  }

  static CommandLine command(ConfiguredDefaults defaults, PrintWriter out, PrintWriter err) {
    return command(CoveCommand.COMMANDS, defaults, out, err);
  }

  static CommandLine command(
      List<Class<?>> commands, ConfiguredDefaults defaults, PrintWriter out, PrintWriter err) {
    CoveCommand root = new CoveCommand();
    ErrorLines errors = new ErrorLines(defaults, root);
    // The file's tables are those of all commands.
    defaults.checkBy(() -> tree(CoveCommand.COMMANDS, new CoveCommand()).getCommandSpec());
    return tree(commands, root)
        .setOut(out)
        .setErr(err)
        .registerConverter(ByteSize.class, new ByteSize.Converter())
        .registerConverter(Duration.class, new TimeSpan.Converter())
        .registerConverter(BucketUrl.class, new BucketUrl.Converter())
        .registerConverter(Path.class, new PathArgument())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setAbbreviatedOptionsAllowed(false)
        // A value that begins with a dash is more often an option whose predecessor lacks its
        // value.
        .setUnmatchedOptionsAllowedAsOptionParameters(false)
        .setUsageHelpLongOptionsMaxWidth(30)
        .setDefaultValueProvider(defaults)
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .setExecutionStrategy(parsed -> {
          new Logs(Printable::line).toStandardError(root.levelOr(LogLevel.WARN));
          return new CommandLine.RunLast().execute(parsed);
        });
  }

  private static CommandLine tree(List<Class<?>> commands, CoveCommand root) {
    CommandLine tree = new CommandLine(root);
    commands.forEach(tree::addSubcommand);
    return tree;
  }
}
