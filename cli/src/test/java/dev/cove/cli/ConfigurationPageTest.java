package dev.cove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cli.config.ConfiguredDefaults;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** docs/CONFIGURATION.md and the commands say the same. */
final class ConfigurationPageTest {
  private static final Pattern ROW =
      Pattern.compile("\\| ((?:`-[^`]*`(?:, )?)+) \\| ([^|]*) \\| ([^|]*) \\| ([^|]*) \\|.*");
  private static final Path PAGE = Path.of("../docs/CONFIGURATION.md");
  private static final Path STATE_PAGE = Path.of("../docs/STATE.md");
  // Their options are described on the page about dicts and queues.
  private static final Set<String> ELSEWHERE = Set.of("dict", "queue");

  private static List<OptionSpec> options() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    List<OptionSpec> options = new ArrayList<>();
    collect(Main.command(ConfiguredDefaults.current(), nowhere, nowhere), options);
    return options;
  }

  private static void collect(CommandLine command, List<OptionSpec> options) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.usageMessage().hidden() || ELSEWHERE.contains(spec.name())) {
      return;
    }
    spec.options().stream()
        .filter(option -> !option.hidden() && !option.usageHelp() && !option.versionHelp())
        .forEach(options::add);
    command.getSubcommands().values().forEach(below -> collect(below, options));
  }

  private static Map<String, Matcher> rows(Path page) throws IOException {
    Map<String, Matcher> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(page)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), row);
      }
    }
    return rows;
  }

  private static String names(OptionSpec option) {
    return "`" + String.join("`, `", option.names()) + "`";
  }

  @Test
  void everyOptionIsOnThePageAndNoOther() throws IOException {
    Set<String> known = new TreeSet<>();
    options().forEach(option -> known.add(names(option)));
    assertThat(new TreeSet<>(rows(PAGE).keySet())).isEqualTo(known);
  }

  @Test
  void pageHasTheDefaultAndTheEnvironmentVariableOfEachOption() throws IOException {
    Map<String, Matcher> rows = rows(PAGE);
    for (OptionSpec option : options()) {
      check(rows, option);
    }
  }

  @Test
  void thePageAboutStateHasWhatCanBeConfiguredOfDictsAndQueues() throws IOException {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Map<String, CommandLine> commands =
        Main.command(ConfiguredDefaults.current(), nowhere, nowhere).getSubcommands();
    Map<String, Matcher> rows = rows(STATE_PAGE);
    Set<String> configurable = new TreeSet<>();
    for (String command : ELSEWHERE) {
      for (CommandLine below : commands.get(command).getSubcommands().values()) {
        for (OptionSpec option : below.getCommandSpec().options()) {
          boolean ofEveryCommand = option.longestName().matches("--(verbose|log-level)");
          if (ConfiguredDefaults.isConfigurable(option) && !ofEveryCommand) {
            configurable.add(names(option));
            check(rows, option);
          }
        }
      }
    }
    assertThat(new TreeSet<>(rows.keySet())).isEqualTo(configurable);
  }

  private static void check(Map<String, Matcher> rows, OptionSpec option) {
    Matcher row = rows.get(names(option));
    assertThat(row).as(names(option)).isNotNull();
    assertThat(row.group(4))
        .as(names(option))
        .isEqualTo(
            ConfiguredDefaults.isConfigurable(option)
                ? "`" + ConfiguredDefaults.variable(option) + "`"
                : "asked each time");
    if (option.defaultValue() != null) {
      assertThat(row.group(3)).as(names(option)).isEqualTo(option.defaultValue());
    }
  }
}
