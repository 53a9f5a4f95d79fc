package dev.cove.cli.volume;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.volume.VolumeStoreOptions.Missing;
import dev.cove.volume.VolumeException;
import dev.cove.volume.VolumeStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One command on a store of volumes: opens it, runs, and gives what went wrong its line and its exit status. */
abstract class VolumeAction implements Callable<Integer> {
  @Spec
  CommandSpec spec;

  @Mixin
  VolumeStoreOptions options;

  /** Returns the exit status. */
  abstract int run(VolumeStore store) throws IOException, InterruptedException;

  /** Refuses what no store would take before one is opened. */
  void check() {}

  Missing missingStore() {
    return Missing.REFUSED;
  }

  @Override
  public final Integer call() throws IOException, InterruptedException {
    try {
      check();
      try (VolumeStore store = options.open(missingStore())) {
        return run(store);
      }
    } catch (VolumeException e) {
      throw failure(e);
    } catch (UncheckedIOException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static CommandFailure failure(VolumeException e) {
    String line = String.valueOf(e.getMessage());
    return switch (e.reason()) {
      case UNKNOWN_VOLUME,
          VOLUME_EXISTS,
          UNKNOWN_COMMIT,
          NO_SUCH_STORE,
          TAG_EXISTS,
          CONFLICT,
          UNCOMMITTED_CHANGES,
          NO_SUCH_FILE,
          FILE_EXISTS,
          IS_A_DIRECTORY,
          NOT_A_DIRECTORY,
          DIRECTORY_NOT_EMPTY -> CommandFailure.notSo(line, e);
      case INVALID, BELOW_ITSELF -> CommandFailure.usage(line, e);
      case CORRUPT,
          NEWER_VERSION,
          STORE_FULL,
          READ_ONLY,
          UNSUITABLE_STORE,
          REFUSED,
          UNREACHABLE,
          CLOSED,
          FAILED -> CommandFailure.failed(line, e);
    };
  }
}
