package dev.cove.cli.command;

import org.jspecify.annotations.Nullable;

/** Ends a command with one line for the user and an exit status. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandFailure(int exitCode, String line, @Nullable Throwable cause) {
    super(line, cause);
    this.exitCode = exitCode;
  }

  /** Something is absent, empty, there already or in conflict. */
  public static CommandFailure notSo(String line) {
    return new CommandFailure(ExitCodes.NOT_SO, line, null);
  }

  public static CommandFailure notSo(String line, Throwable cause) {
    return new CommandFailure(ExitCodes.NOT_SO, line, cause);
  }

  /** An argument or a setting is wrong. */
  public static CommandFailure usage(String line) {
    return new CommandFailure(ExitCodes.USAGE, line, null);
  }

  public static CommandFailure usage(String line, Throwable cause) {
    return new CommandFailure(ExitCodes.USAGE, line, cause);
  }

  /** It was tried and did not work. */
  public static CommandFailure failed(String line) {
    return new CommandFailure(ExitCodes.FAILED, line, null);
  }

  public static CommandFailure failed(String line, Throwable cause) {
    return new CommandFailure(ExitCodes.FAILED, line, cause);
  }

  /** Data could not be stored; the line says where they are kept. */
  public static CommandFailure keptLocally(String line) {
    return new CommandFailure(ExitCodes.KEPT_LOCALLY, line, null);
  }

  public int exitCode() {
    return exitCode;
  }

  /** The line to print. */
  public String line() {
    String message = getMessage();
    return message == null ? "failed" : message;
  }
}
