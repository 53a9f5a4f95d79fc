package dev.cove.cli.volume;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.volume.FileInfo;
import dev.cove.volume.VolumeStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cove volume get}. */
@Command(
    name = "get",
    description = {
      "Download a file or a directory of a volume.",
      "Modes, times, symbolic and hard links, user.* attributes and holes are kept, owners where the system allows it."
          + " No file has its name before all of it is there, and no directory that is new; into a directory that exists"
          + " files go one by one, each whole. What an interrupted download has is taken up by the next one.%n",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove volume get my-vol /remote/path/file.txt local_file.txt",
      "  cove volume get my-vol /results results",
      "  cove volume get my-vol@12 /results/ .",
      "  cove volume get my-vol /db.sql - | psql db",
    })
final class GetCommand extends VolumeAction {
  @Parameters(
      index = "0",
      paramLabel = "VOLUME[@COMMIT]",
      description = "The volume, at its newest commit or at that number or tag.")
  private String source;

  @Parameters(index = "1", paramLabel = "REMOTE", description = "The path in the volume.")
  private String remote;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "LOCAL",
      defaultValue = ".",
      description =
          "Where to; with a slash at its end, for '.', or for a file where a directory is, below it by"
              + " the same name; - for standard output. Default: ${DEFAULT-VALUE}.")
  private String local;

  @Option(
      names = "--force",
      description = "Replace files that exist; without this they are an error, exit status 1.")
  private boolean force;

  @Override
  int run(VolumeStore store) throws IOException, InterruptedException {
    Pinned pinned = Pinned.of(store, source);
    FileInfo info = pinned.view().stat(remote);
    if (local.equals("-")) {
      try (OutputStream out = new BufferedOutputStream(System.out, 1 << 16)) {
        pinned.view().readFile(info.path(), out);
      }
      return ExitCodes.DONE;
    }
    Path target = target(info);
    Path parent = target.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw CommandFailure.notSo("no such directory: " + Printable.line(String.valueOf(parent)));
    }
    try (Download download = new Download(pinned, info, target, options.parallel())) {
      download.run(force);
    }
    return ExitCodes.DONE;
  }

  private Path target(FileInfo info) {
    Path path = PathArgument.resolve(local);
    boolean below = local.endsWith("/")
        || local.matches("(.*/)?\\.{1,2}")
        || !info.isDirectory() && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    // The root of a volume has no name: then what is in it goes right there.
    return below ? path.resolve(info.name()) : path;
  }
}
