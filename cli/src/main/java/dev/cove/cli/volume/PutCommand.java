package dev.cove.cli.volume;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.volume.BatchUpload;
import dev.cove.volume.IfExists;
import dev.cove.volume.Volume;
import dev.cove.volume.VolumeException;
import dev.cove.volume.VolumeException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cove volume put}. */
@Command(
    name = "put",
    description = {
      "Upload a file or a directory into a volume, and commit.",
      "Modes, times, owners, symbolic and hard links, user.* attributes and holes are kept. Others see all of it or,"
          + " until it is done and whenever it fails, nothing. Content that the volume has already is not sent"
          + " again.%n",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove volume put my-vol local_file.txt /remote/path/file.txt",
      "  cove volume put my-vol results/ /results            what is in results",
      "  cove volume put my-vol results /runs/               as /runs/results",
      "  pg_dump db | cove volume put my-vol - /db.sql --force",
    })
final class PutCommand extends OnVolume {
  @Parameters(
      index = "1",
      paramLabel = "LOCAL",
      description = "A file, symbolic link or directory; - for standard input.")
  private String local;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "REMOTE",
      defaultValue = "/",
      description =
          "The path in the volume; with a slash at its end, or for a file where a directory is,"
              + " below it by the same name. Default: ${DEFAULT-VALUE}.")
  private String remote;

  @Option(
      names = "--force",
      description = "Replace files that exist; without this they are an error, exit status 1.")
  private boolean force;

  @Mixin
  private Committing committing;

  @Override
  void check() {
    if (local.equals("-") && remote.endsWith("/")) {
      throw CommandFailure.usage("REMOTE is missing: what standard input holds has no name");
    }
    if (!local.equals("-")
        && !Files.exists(PathArgument.resolve(local), LinkOption.NOFOLLOW_LINKS)) {
      throw CommandFailure.notSo("no such file or directory: " + Printable.line(local));
    }
  }

  @Override
  int run(Volume volume) throws IOException {
    Path source = local.equals("-") ? null : PathArgument.resolve(local);
    String target = target(volume, source);
    IfExists ifExists = force ? IfExists.REPLACE : IfExists.FAIL;
    try (BatchUpload batch = volume.batchUpload(ifExists);
        TransferProgress progress = TransferProgress.of(
            "put", TransferProgress.size(source), batch::filesRead, batch::bytesRead)) {
      if (source == null) {
        batch.put(System.in, target);
      } else {
        batch.put(source, target);
      }
      batch.stage();
    } catch (VolumeException e) {
      if (e.reason() == Reason.FILE_EXISTS) {
        throw CommandFailure.notSo(e.getMessage() + " (--force replaces it)", e);
      }
      throw e;
    }
    committing.commit(volume, "put " + target);
    return ExitCodes.DONE;
  }

  private String target(Volume volume, @Nullable Path source) throws IOException {
    if (source == null) {
      return remote;
    }
    boolean isDirectory = Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS);
    boolean below = remote.endsWith("/")
        || !isDirectory && volume.exists(remote) && volume.stat(remote).isDirectory();
    Path name = source.getFileName();
    // Of the root directory there is no name: then what is in it goes right there.
    if (!below || name == null) {
      return remote;
    }
    return remote + (remote.endsWith("/") ? "" : "/") + name;
  }
}
