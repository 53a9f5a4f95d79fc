package dev.cove.cli;

import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.cli.command.TimeSpan;
import dev.cove.cli.config.ConfiguredDefaults;
import dev.cove.cli.logging.LogLevel;
import dev.cove.cli.logging.Logs;
import dev.cove.cli.store.BucketUrl;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;

/** Where {@code cove} starts. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exit = command(ConfiguredDefaults.current(), out, err, arguments).execute(arguments);
    out.flush();
    err.flush();
    System.exit(exit);
  }

  /** The root command with those below it that the words can mean; with all of them for no words. */
  static CommandLine command(
      ConfiguredDefaults defaults, PrintWriter out, PrintWriter err, String... words) {
    CoveCommand root = new CoveCommand();
    ErrorLines errors = new ErrorLines(defaults, root);
    // The file's tables are those of all commands.
    defaults.checkBy(() -> CommandTree.of(new CoveCommand()).getCommandSpec());
    return CommandTree.of(root, words)
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
}
