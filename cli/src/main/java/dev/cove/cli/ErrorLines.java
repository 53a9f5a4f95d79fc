package dev.cove.cli;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.Printable;
import dev.cove.cli.command.Suggestions;
import dev.cove.cli.config.ConfiguredDefaults;
import dev.cove.storage.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What went wrong, in one line on standard error; stack traces only with {@code --verbose}. */
final class ErrorLines implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final ConfiguredDefaults defaults;
  private final CoveCommand root;

  ErrorLines(ConfiguredDefaults defaults, CoveCommand root) {
    this.defaults = defaults;
    this.root = root;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    if (failure.getCause() instanceof CommandFailure told) {
      return handleExecutionException(told, command, null);
    }
    String line = line(failure, command, arguments);
    print(command, line + " (see '" + command.getCommandSpec().qualifiedName() + " --help')");
    return ExitCodes.USAGE;
  }

  private String line(ParameterException failure, CommandLine command, String... arguments) {
    if (failure instanceof MissingParameterException) {
      // What is unknown may stand where the missing one should.
      for (String word : arguments) {
        if (isUnknownOption(word, command)) {
          return unmatched(word, command);
        }
      }
    }
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      return unmatched(unmatched.getUnmatched().get(0), command);
    }
    String message = String.valueOf(failure.getMessage());
    if (!(failure instanceof MissingParameterException)) {
      message =
          defaults.origin(failure.getArgSpec()).map(where -> where + ": ").orElse("") + message;
    }
    return Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }

  private static boolean isUnknownOption(String word, CommandLine command) {
    return word.length() > 1
        && word.startsWith("-")
        && !word.equals("--")
        && command.getCommandSpec().findOption(word.replaceFirst("=.*", "")) == null;
  }

  private static String unmatched(String word, CommandLine command) {
    if (word.startsWith("-") && word.length() > 1) {
      String name = word.replaceFirst("=.*", "");
      Collection<String> known = new TreeSet<>();
      command.getCommandSpec().options().stream()
          .filter(option -> !option.hidden())
          .forEach(option -> known.addAll(Set.of(option.names())));
      return "unknown option " + name + Suggestions.hint(name, known);
    }
    if (!command.getSubcommands().isEmpty()) {
      return "unknown command " + word
          + Suggestions.hint(word, command.getSubcommands().keySet());
    }
    // What follows an equals sign may be a secret's value.
    return "one argument too many: " + word.replaceFirst("(?s)=.*", "=...");
  }

  @Override
  public int handleExecutionException(
      Exception failure,
      CommandLine command,
      @org.jspecify.annotations.Nullable ParseResult parsed) {
    int exitCode = ExitCodes.FAILED;
    if (failure instanceof CommandFailure told) {
      exitCode = told.exitCode();
      print(command, told.line());
    } else if (failure instanceof StorageException refused) {
      exitCode = switch (refused.kind()) {
        case NO_SUCH_BUCKET -> ExitCodes.NOT_SO;
        case INVALID -> ExitCodes.USAGE;
        default -> ExitCodes.FAILED;
      };
      print(command, message(failure));
    } else if (failure instanceof IOException) {
      print(command, message(failure));
    } else {
      print(command, "unexpected: " + failure + (root.verbose() ? "" : " (more with --verbose)"));
    }
    if (root.verbose()) {
      failure.printStackTrace(command.getErr());
      command.getErr().flush();
    }
    return exitCode;
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof FileSystemException file && file.getReason() == null) {
      // Its message is the name alone.
      return file.getFile() + ": " + reason(file);
    }
    return message == null ? failure.toString() : message;
  }

  private static String reason(FileSystemException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "it exists already";
    }
    if (failure instanceof NotDirectoryException) {
      return "it is not a folder";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    return failure.getClass().getSimpleName();
  }

  private static void print(CommandLine command, String line) {
    PrintWriter err = command.getErr();
    err.println(command.getCommandSpec().qualifiedName() + ": " + Printable.line(line));
    err.flush();
  }
}
