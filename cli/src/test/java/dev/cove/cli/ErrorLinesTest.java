package dev.cove.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cli.config.ConfiguredDefaults;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class ErrorLinesTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    return Main.command(
            ConfiguredDefaults.current(),
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            words)
        .execute(words);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      mount --memoy 1g s3://bucket dir            | unknown option --memoy; did you mean --memory?
      mount --memory=lots s3://bucket dir         | 'lots' is no size
      mount --memory 1k s3://bucket dir           | --memory: 1k is out of range: from 16m to 1p
      mount --threads 1 s3://bucket dir           | --threads: 1 is out of range: from 2 to 4096
      mount --retries 101 s3://bucket dir         | --retries: 101 is out of range: from 0 to 100
      mount --ttl forever s3://bucket dir         | 'forever' is no length of time
      mount --file-mode 999 s3://bucket dir       | '999' is no mode
      mount --attrs magic s3://bucket dir         | expected one of
      mount --endpoint-url ftp://x s3://bucket d  | --endpoint-url: 'ftp://x' is no URL
      mount --endpoint-url http://u:pw@x s3://bb d| --endpoint-url: 'http://…@x' is no URL
      mount --endpoint-url http://x:99999 s3://bb d| --endpoint-url: 'http://x:99999' is no URL
      mount --region eu.west s3://bucket d        | --region: 'eu.west' is no region
      mount --sse rot13 s3://bucket dir           | --sse: 'rot13' is none of s3, kms and kms:KEY
      mount --anonymous --profile p s3://bucket d | --anonymous and --profile exclude one another
      mount ftp://bucket dir                      | 'ftp://bucket' is no bucket
      mount s3://bucket                           | each SOURCE needs a DIR: 's3://bucket' has none
      mount                                       | missing required parameter: 'SOURCE DIR'
      mount --uid bob s3://bucket dir             | 'bob' is no id: write a number, as 'id -u NAME'
      unmount -x                                  | unknown option -x (see
      help moutn                                  | unknown command moutn; did you mean mount?
      mount s3:// dir                             | 's3://' names no bucket
      mount s3://bucket dir s3://other            | 's3://other' has none
      mount s3://aa dir s3://bb ./dir             | is named twice
      doctor --keys 0                             | --keys: 0 is out of range: from 1
      mounts --jsn                                | unknown option --jsn; did you mean --json?
      moutn                                       | unknown command moutn; did you mean mount?
      version now                                 | one argument too many: now
      completion fish                             | expected one of
      """)
  void wrongUsageIsOneLineThatNamesTheArgument(String command, String said) {
    assertThat(run(command.split(" "))).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains(said).endsWith("--help')\n").containsOnlyOnce("\n");
  }

  @Test
  void escapeCodesInArgumentsDoNotReachTheTerminal() {
    assertThat(run("mount", "s3://bucket\u001b[2J", "dir")).isEqualTo(2);
    assertThat(err.toString()).contains("\\x1b[2J").doesNotContain("\u001b");
  }

  @Test
  void everyCommandHasHelpWithExamplesOfItsOwnOnStandardOutput() {
    CommandLine root = Main.command(
        ConfiguredDefaults.current(), new PrintWriter(out, true), new PrintWriter(err, true));
    List<String> commands = new ArrayList<>();
    collect(root, commands);
    assertThat(commands).hasSizeGreaterThan(40);
    for (String command : commands) {
      out.getBuffer().setLength(0);
      assertThat(run((command.substring("cove ".length()) + " --help").split(" ")))
          .isZero();
      assertThat(out.toString()).contains("Usage: " + command);
      String[] parts = out.toString().split("Examples?:\n");
      assertThat(parts).as(command).hasSize(2);
      assertThat(parts[1]).contains(command);
      assertThat(out.toString().lines()).as(command).allMatch(line -> line.length() <= 80);
    }
    assertThat(err.toString()).isEmpty();
  }

  private static void collect(CommandLine command, List<String> names) {
    for (CommandLine child : command.getSubcommands().values()) {
      if (!child.getCommandSpec().usageMessage().hidden()) {
        names.add(child.getCommandSpec().qualifiedName());
        collect(child, names);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mount", "volume put"})
  void helpOfACommandIsThatOfItsOption(String command) {
    assertThat(run((command + " --help").split(" "))).isZero();
    String wanted = out.toString();
    out.getBuffer().setLength(0);
    assertThat(run(("help " + command).split(" "))).isZero();
    assertThat(out).hasToString(wanted);
  }

  @Test
  void anEmptyDirectoryIsSaidToBeNoPath() {
    assertThat(run("mount", "s3://bucket", "")).isEqualTo(2);
    assertThat(err.toString()).contains("'' is no path: it is empty").containsOnlyOnce("\n");
  }

  @Test
  void withoutACommandHelpIsPrinted() {
    assertThat(run()).isZero();
    assertThat(out.toString())
        .contains("Usage: cove")
        .contains("cove quickstart")
        .doesNotContain("train");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completionKnowsTheCommands(String shell) {
    assertThat(run("completion", shell)).isZero();
    assertThat(out.toString()).contains("unmount").contains("--endpoint-url");
  }
}
