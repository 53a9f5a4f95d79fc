package dev.cove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cli.config.ConfiguredDefaults;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class CommandTreeTest {
  @Test
  void everyCommandIsTheSameWithAndWithoutTheOthersBesideIt() {
    commandLine().getSubcommands().forEach((name, command) -> {
      assertThat(help(commandLine(name).getSubcommands().get(name))).isEqualTo(help(command));
      command.getSubcommands().forEach((below, only) -> {
        CommandLine alone = commandLine(name, below).getSubcommands().get(name);
        assertThat(alone.getSubcommands()).containsOnlyKeys(below);
        assertThat(help(alone.getSubcommands().get(below))).isEqualTo(help(only));
      });
    });
  }

  @Test
  void onlyTheCommandThatIsNamedIsBuilt() {
    assertThat(commandLine("mount", "s3://bucket", "dir").getSubcommands())
        .containsOnlyKeys("mount");
    assertThat(commandLine("volume", "put", "v", "file").getSubcommands())
        .containsOnlyKeys("volume");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "--help", "moutn s3://bucket dir", "-v mount", "completion bash", "help mount"
      })
  void allCommandsAreThereForWhatNamesNoneOrNeedsThem(String line) {
    assertThat(commandLine(line.split(" ")).getSubcommands()).hasSizeGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"volume", "volume --help", "volume putt v file", "volume -v put"})
  void allOfAGroupAreThereForWhatNamesNone(String line) {
    Map<String, CommandLine> commands = commandLine(line.split(" ")).getSubcommands();
    assertThat(commands).containsOnlyKeys("volume");
    assertThat(commands.get("volume").getSubcommands()).hasSizeGreaterThan(10);
  }

  private static CommandLine commandLine(String... words) {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    return Main.command(ConfiguredDefaults.current(), nowhere, nowhere, words);
  }

  private static String help(CommandLine command) {
    return command.getUsageMessage();
  }
}
