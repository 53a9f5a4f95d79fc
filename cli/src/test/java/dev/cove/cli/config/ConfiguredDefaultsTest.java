package dev.cove.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cli.command.CommandFailure;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

final class ConfiguredDefaultsTest {
  private static final Path FILE = Path.of("/etc/cove/config.toml");

  @Command(
      name = "cove",
      subcommands = {Mount.class, Other.class})
  static final class Root {}

  @Command(name = "mount")
  static final class Mount {
    @Option(names = "--memory", defaultValue = "default")
    private String memory;

    @Option(names = "--rw", negatable = true, fallbackValue = "true")
    private boolean writable;

    @Option(names = "--threads", defaultValue = "1")
    private int threads;

    @Option(names = "--foreground")
    private boolean foreground;
  }

  @Command(name = "other")
  static final class Other {
    @Option(names = "--speed")
    private String speed;

    @Override
    public String toString() {
      return speed;
    }
  }

  private static Mount parse(String toml, Map<String, String> environment, String... words) {
    CommandLine command = new CommandLine(new Root())
        .setDefaultValueProvider(ConfiguredDefaults.of(environment, ConfigFile.parse(FILE, toml)));
    String[] all = new String[words.length + 1];
    all[0] = "mount";
    System.arraycopy(words, 0, all, 1, words.length);
    return (Mount) command.parseArgs(all).subcommand().commandSpec().userObject();
  }

  @Test
  void commandLineComesBeforeEnvironmentBeforeFileBeforeDefault() {
    Map<String, String> environment = Map.of("COVE_MEMORY", "environment");
    String file = "[mount]\nmemory = 'file'\n";
    assertThat(parse(file, environment, "--memory", "line").memory).isEqualTo("line");
    assertThat(parse(file, environment).memory).isEqualTo("environment");
    assertThat(parse(file, Map.of()).memory).isEqualTo("file");
    assertThat(parse("", Map.of()).memory).isEqualTo("default");
  }

  @Test
  void tableOfACommandComesBeforeTheTopOfTheFile() {
    assertThat(parse("memory = 'top'\n[mount]\nmemory = 'table'\n", Map.of()).memory)
        .isEqualTo("table");
    assertThat(parse("memory = 'top'\n[mount]\nthreads = 7\n", Map.of()).memory).isEqualTo("top");
  }

  @Test
  void flagSetInTheFileCanBeTakenBackOnTheCommandLine() {
    assertThat(parse("[mount]\nrw = true\n", Map.of()).writable).isTrue();
    assertThat(parse("[mount]\nrw = true\n", Map.of(), "--no-rw").writable).isFalse();
    assertThat(parse("[mount]\nrw = true\n", Map.of(), "--rw").writable).isTrue();
    assertThat(parse("", Map.of("COVE_RW", "0")).writable).isFalse();
  }

  @Test
  void flagThatIsNeitherTrueNorFalseIsRefused() {
    assertThatThrownBy(() -> parse("[mount]\nrw = 'perhaps'\n", Map.of()))
        .hasMessageContaining(FILE + ": mount.rw: 'perhaps' is neither true nor false");
  }

  @Test
  void unknownKeyIsRefusedWithFileAndKey() {
    assertThatThrownBy(() -> parse("[mount]\nmemry = '1g'\n", Map.of()))
        .hasRootCauseInstanceOf(CommandFailure.class)
        .hasRootCauseMessage(
            FILE + ": mount.memry is no option of 'cove mount'; did you mean memory?");
  }

  @Test
  void keyInTheWrongTableIsToldItsOwn() {
    assertThatThrownBy(() -> parse("[mount]\nspeed = 'fast'\n", Map.of()))
        .hasRootCauseMessage(
            FILE + ": mount.speed is no option of 'cove mount'; it belongs in the table [other]");
  }

  @Test
  void tablesOfCommandsThatWereLeftOutAreComparedWithAllCommands() {
    ConfigFile file = ConfigFile.parse(FILE, "[mount]\nmemory = 'file'\n[other]\nsped = '1'\n");
    ConfiguredDefaults defaults = ConfiguredDefaults.of(Map.of(), file);
    CommandLine one = new CommandLine(new Alone()).setDefaultValueProvider(defaults);
    defaults.checkBy(() -> new CommandLine(new Root()).getCommandSpec());
    assertThatThrownBy(() -> one.parseArgs("mount"))
        .hasRootCauseMessage(
            FILE + ": other.sped is no option of 'cove other'; did you mean speed?");
  }

  @Command(name = "cove", subcommands = Mount.class)
  static final class Alone {}

  @Test
  void tableThatIsNoCommandIsRefused() {
    assertThatThrownBy(() -> parse("[muont]\nmemory = '1g'\n", Map.of()))
        .hasRootCauseMessage(FILE + ": muont is no command; did you mean mount?");
  }

  @Test
  void fileThatIsNoTomlIsRefusedWithItsLine() {
    assertThatThrownBy(() -> parse("memory = 'a'\n[mount\n", Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(FILE + ", line 2");
  }

  @Test
  void whatIsAskedEachTimeCannotBeConfigured() {
    assertThatThrownBy(() -> parse("[mount]\nforeground = true\n", Map.of()))
        .hasMessageContaining("mount.foreground is no option");
    assertThat(parse("", Map.of("COVE_FOREGROUND", "true")).foreground).isFalse();
  }

  @Test
  void settingsSayWhereTheyComeFrom() {
    ConfiguredDefaults defaults =
        ConfiguredDefaults.of(Map.of(), ConfigFile.parse(FILE, "[mount]\nthreads = 7\n"));
    CommandLine command = new CommandLine(new Root()).setDefaultValueProvider(defaults);
    command.parseArgs("mount");
    CommandLine mount = command.getSubcommands().get("mount");
    assertThat(defaults.origin(mount.getCommandSpec().findOption("--threads")))
        .contains(FILE + ": mount.threads");
    assertThat(((Mount) mount.getCommand()).threads).isEqualTo(7);
  }
}
