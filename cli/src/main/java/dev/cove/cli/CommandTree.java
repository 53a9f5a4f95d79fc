package dev.cove.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The commands that a command line can mean: building all of them takes longer than most of them run. */
final class CommandTree {
  private CommandTree() {}

  /**
   * The root with the one command that the first words name, be it {@code mount} or {@code volume put}; with all of them where they
   * name none, as they ask for help on many or are misspelt.
   */
  static CommandLine of(CoveCommand root, String... words) {
    CommandLine tree = new CommandLine(root);
    Class<?> command = words.length == 0 ? null : named(words[0], CoveCommand.COMMANDS);
    List<Class<?>> below =
        command == null ? List.of() : List.of(description(command).subcommands());
    Class<?> only = words.length < 2 ? null : named(words[1], below);
    if (command == null || command == CompletionCommand.class || command == HelpCommand.class) {
      CoveCommand.COMMANDS.forEach(tree::addSubcommand);
    } else if (only == null) {
      tree.addSubcommand(command);
    } else {
      // Nothing is asked of the command in between but its name.
      CommandLine between =
          new CommandLine(CommandSpec.wrapWithoutInspection(new Object()).name(words[0]));
      tree.addSubcommand(between);
      between.addSubcommand(only);
    }
    return tree;
  }

  private static @Nullable Class<?> named(String word, List<Class<?>> commands) {
    for (Class<?> command : commands) {
      if (description(command).name().equals(word)) {
        return command;
      }
    }
    return null;
  }

  private static Command description(Class<?> command) {
    return command.getAnnotation(Command.class);
  }
}
