package dev.cove.cli.mount;

import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Printable;
import dev.cove.cli.command.Range;
import dev.cove.cli.config.Folders;
import dev.cove.disk.CacheInUseException;
import dev.cove.disk.DiskCache;
import dev.cove.disk.DiskCacheOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What of the objects is kept on disk for the next mount. */
final class CacheOptions {
  private static final Logger log = LoggerFactory.getLogger(CacheOptions.class);

  // A cold read fills memory faster than one busy processor empties it; an eighth leaves readers
  // theirs.
  private static final long MOST_WAITING = 256L << 20;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--cache-dir",
      paramLabel = "FOLDER",
      description =
          "Keep what was read in this folder, for later mounts too; one process at a time has it."
              + " Default: nothing is kept on disk.")
  private @Nullable Path folder;

  @Option(
      names = "--cache-size",
      paramLabel = "SIZE",
      defaultValue = "10g",
      description =
          "What --cache-dir may take of the disk, at least 64m; what was not used for the longest time"
              + " goes first. Default: ${DEFAULT-VALUE}.")
  private ByteSize size;

  @Option(
      names = "--cache-keep-free",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description = "What --cache-dir leaves free on its disk. Default: ${DEFAULT-VALUE}.")
  private ByteSize keepFree;

  void check() {
    Range range = new Range(spec);
    range.check("--cache-size", size, DiskCacheOptions.LEAST_SIZE, 1L << 50);
    range.check("--cache-keep-free", keepFree, 0, 1L << 50);
  }

  /**
   * The cache in the folder that was asked for; null where none was, or another process has it.
   *
   * @param memory the budget that blocks are in while they wait to be written
   * @throws CommandFailure when the folder cannot be used
   */
  @Nullable
  DiskCache open(long memory) {
    if (folder == null) {
      return null;
    }
    try {
      return DiskCache.open(new DiskCacheOptions(
          folder, size.bytes(), keepFree.bytes(), Math.min(memory / 8, MOST_WAITING)));
    } catch (CacheInUseException e) {
      // What two mounts share in a configuration file must not keep the second one from working.
      log.warn("{}; this mount keeps nothing on disk", e.getMessage());
      return null;
    } catch (IOException e) {
      throw CommandFailure.usage(
          "--cache-dir: cannot use " + Printable.line(folder.toString()) + ": " + Folders.reason(e),
          e);
    }
  }
}
