package dev.cove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cli.config.ConfiguredDefaults;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class MainTest {
  @Test
  void mountIsTheSameCommandWithAndWithoutTheOthersBesideIt() {
    CommandLine alone = commandLine(Main.wanted("mount", "s3://bucket", "dir"));
    CommandLine amongAll = commandLine(CoveCommand.COMMANDS);
    assertThat(alone.getSubcommands()).containsOnlyKeys("mount");
    assertThat(amongAll.getSubcommands()).hasSizeGreaterThan(10);
    assertThat(help(alone)).contains("--memory").isEqualTo(help(amongAll));
  }

  @Test
  void allCommandsAreThereForWhatNamesNoneOrAnother() {
    assertThat(Main.wanted()).isEqualTo(CoveCommand.COMMANDS);
    assertThat(Main.wanted("--help")).isEqualTo(CoveCommand.COMMANDS);
    assertThat(Main.wanted("moutn", "s3://bucket", "dir")).isEqualTo(CoveCommand.COMMANDS);
    assertThat(Main.wanted("-v", "mount")).isEqualTo(CoveCommand.COMMANDS);
  }

  private static CommandLine commandLine(List<Class<?>> commands) {
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    return Main.command(commands, ConfiguredDefaults.current(), nowhere, nowhere);
  }

  private static String help(CommandLine root) {
    return root.getSubcommands().get("mount").getUsageMessage();
  }
}
