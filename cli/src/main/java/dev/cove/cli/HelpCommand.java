package dev.cove.cli;

import dev.cove.cli.command.Suggestions;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cove help}: what {@code --help} prints. */
@Command(
    name = "help",
    description = "Show the help of cove, or of a command.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove help mount                           as cove mount --help",
      "  cove help volume put",
    })
final class HelpCommand implements Runnable {
  @Spec
  private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "The command's words.")
  private List<String> words = List.of();

  @Override
  public void run() {
    CommandLine command = spec.root().commandLine();
    for (String word : words) {
      CommandLine below = command.getSubcommands().get(word);
      if (below == null) {
        throw new ParameterException(
            spec.commandLine(),
            "unknown command " + word
                + Suggestions.hint(word, command.getSubcommands().keySet()));
      }
      command = below;
    }
    command.usage(spec.commandLine().getOut());
  }
}
