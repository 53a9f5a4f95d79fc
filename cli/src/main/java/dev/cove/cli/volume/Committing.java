package dev.cove.cli.volume;

import dev.cove.volume.Merging;
import dev.cove.volume.Volume;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command that changes a volume commits what it did. */
final class Committing {
  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "What the history shows. Default: what was done.")
  private @Nullable String message;

  @Option(
      names = "--strict",
      description = "Fail instead of merging when another commit came first; exit status 1.")
  private boolean strict;

  void commit(Volume volume, String done) {
    volume.commit(message == null ? done : message, strict ? Merging.REFUSED : Merging.ALLOWED);
  }
}
