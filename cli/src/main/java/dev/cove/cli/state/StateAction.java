package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.state.StateException;
import dev.cove.state.StateStore;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One command on a store: opens it, runs, and gives what went wrong its line and its exit status. */
abstract class StateAction implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Mixin
  StateOptions options;

  /** Returns the exit status. */
  abstract int run(StateStore store) throws IOException, InterruptedException;

  @Override
  public final Integer call() throws IOException, InterruptedException {
    try {
      check();
      try (StateStore store = options.open()) {
        return run(store);
      }
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(String.valueOf(e.getMessage()), e);
    } catch (StateException e) {
      throw failure(e);
    }
  }

  /** Refuses what no store would take before one is opened. */
  void check() {}

  static CommandFailure failure(StateException e) {
    String line = String.valueOf(e.getMessage());
    return switch (e.reason()) {
      case UNKNOWN_NAME, OTHER_CAPACITY, TOO_MANY_PARTITIONS, NOT_A_NUMBER ->
        CommandFailure.notSo(line, e);
      case UNREACHABLE,
          REFUSED,
          OUT_OF_MEMORY,
          READ_ONLY,
          DISK_FULL,
          CORRUPT,
          NEWER_VERSION,
          BUSY,
          CLOSED,
          FAILED -> CommandFailure.failed(line, e);
    };
  }
}
