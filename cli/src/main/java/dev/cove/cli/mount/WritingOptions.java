package dev.cove.cli.mount;

import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.Range;
import dev.cove.cli.config.Folders;
import dev.cove.cli.recover.SpoolFolders;
import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.mount.WriteSettings;
import dev.cove.write.PublishOptions;
import dev.cove.write.SpoolOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether programs may write, and what becomes of their bytes until the bucket has them. */
final class WritingOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--rw",
      negatable = true,
      fallbackValue = "true",
      description = "Let programs write. Without it every change is refused before any request.")
  private boolean writable;

  @Option(
      names = "--on-conflict",
      paramLabel = "DO",
      defaultValue = "fail",
      description =
          "When another writer has changed an object since it was opened: fail (the program gets ESTALE,"
              + " its bytes are kept) or overwrite (the last writer wins). Default: ${DEFAULT-VALUE}.")
  private OnConflict onConflict;

  @Option(
      names = "--spool-size",
      paramLabel = "SIZE",
      defaultValue = "10g",
      description =
          "Disk space for bytes the bucket does not have yet, and for reading back what is being"
              + " written; at least 64m. Default: ${DEFAULT-VALUE}.")
  private ByteSize spoolSize;

  @Option(
      names = "--part-size",
      paramLabel = "SIZE",
      defaultValue = "8m",
      description =
          "Files up to this size are one request, larger ones are sent in parts that begin with this"
              + " size, 5m to 1g. Default: ${DEFAULT-VALUE}.")
  private ByteSize partSize;

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      defaultValue = "5m",
      description =
          "How long the end of a mount goes on trying to store what is left; what could not be stored"
              + " is kept for 'cove recover'. Default: ${DEFAULT-VALUE}.")
  private Duration drainTimeout;

  void check() {
    Range range = new Range(spec);
    range.check("--spool-size", spoolSize, 64L << 20, 1L << 50);
    range.check("--part-size", partSize, 5L << 20, 1L << 30);
    range.check("--drain-timeout", drainTimeout, Duration.ZERO, Duration.ofDays(30));
  }

  boolean isWritable() {
    return writable;
  }

  OnConflict onConflict() {
    return onConflict;
  }

  Duration drainTimeout() {
    return drainTimeout;
  }

  /** Where and how the changes of one mount are staged; null when it is read-only. */
  @Nullable
  WriteSettings settings(Folders folders, String source, @Nullable URI endpoint, Path directory)
      throws IOException {
    if (!writable) {
      return null;
    }
    SpoolOptions spool = SpoolOptions.DEFAULT.withSize(spoolSize.bytes());
    PublishOptions defaults = PublishOptions.DEFAULT;
    PublishOptions publish =
        new PublishOptions(partSize.bytes(), defaults.partsPerFile(), defaults.parts());
    return new WriteSettings(
        new SpoolFolders(folders).of(source, endpoint, directory), spool, publish);
  }
}
