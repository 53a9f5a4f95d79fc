package dev.cove.cli.volume;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.command.Printable;
import dev.cove.volume.FileInfo;
import dev.cove.volume.Recursive;
import dev.cove.volume.Volume;
import dev.cove.volume.VolumeView;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is done to the files of a volume without moving their bytes. */
final class FilesCommands {
  private FilesCommands() {}

  @Command(
      name = "ls",
      description = "List a directory of a volume.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove volume ls my-vol /path",
        "  cove volume ls my-vol --recursive --json",
        "  cove volume ls my-vol@12 /path           as it was at commit 12",
      })
  static final class ListFiles extends VolumeAction {
    @Parameters(
        index = "0",
        paramLabel = "VOLUME[@COMMIT]",
        description = "The volume, at its newest commit or at that number or tag.")
    private String volume;

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "PATH",
        defaultValue = "/",
        description = "The directory, or a file. Default: ${DEFAULT-VALUE}.")
    private String path;

    @Option(
        names = {"-R", "--recursive"},
        description = "Everything below, each directory before what is in it.")
    private boolean recursive;

    @Option(
        names = {"-l", "--long"},
        description = "Type and mode, links, owner, size, time and name.")
    private boolean isLong;

    @Option(
        names = "--json",
        description =
            "Print one array of objects: path, type, size, mode, uid, gid, mtime, inode, links, target.")
    private boolean json;

    @Override
    int run(dev.cove.volume.VolumeStore store) {
      Pinned pinned = Pinned.of(store, volume);
      VolumeView view = pinned.view();
      FileInfo start = view.stat(path);
      String below = start.path().equals("/") ? "/" : start.path() + "/";
      JsonArray array = new JsonArray(out());
      view.walk(path, recursive ? Recursive.YES : Recursive.NO, file -> {
        if (json) {
          array.add(FileLines.json(file));
          return;
        }
        String name = start.isDirectory() ? file.path().substring(below.length()) : file.name();
        out().println(isLong ? FileLines.detailed(file, name) : FileLines.brief(file, name));
      });
      if (json) {
        array.end();
      }
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "rm",
      description = "Remove files, all of them or none, and commit.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove volume rm my-vol /path/file.txt",
        "  cove volume rm -r my-vol /path",
      })
  static final class Remove extends OnVolume {
    @Parameters(
        index = "1..*",
        arity = "1..*",
        paramLabel = "PATH",
        description = "Files, links and empty directories.")
    private List<String> paths;

    @Option(
        names = {"-r", "--recursive"},
        description = "Directories with all that is in them.")
    private boolean recursive;

    @Mixin
    private Committing committing;

    @Override
    int run(Volume volume) {
      for (String path : paths) {
        volume.removeFile(path, recursive ? Recursive.YES : Recursive.NO);
      }
      committing.commit(volume, "rm " + String.join(" ", paths));
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "cp",
      description = "Copy within a volume, without moving a byte of content, and commit.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove volume cp my-vol /a.txt /b.txt",
        "  cove volume cp -r my-vol /data /data-before",
      })
  static final class Copy extends OnVolume {
    @Parameters(
        index = "1..*",
        arity = "2..*",
        paramLabel = "PATH",
        description = "What to copy, and at last where to: a path, or a directory to copy into.")
    private List<String> paths;

    @Option(
        names = {"-r", "--recursive"},
        description = "Directories with all that is in them.")
    private boolean recursive;

    @Mixin
    private Committing committing;

    @Override
    int run(Volume volume) {
      int last = paths.size() - 1;
      volume.copyFiles(
          paths.subList(0, last), paths.get(last), recursive ? Recursive.YES : Recursive.NO);
      committing.commit(volume, "cp " + String.join(" ", paths));
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "mv",
      description = "Rename within a volume, all of it or nothing, and commit.",
      footerHeading = "%nExamples:%n",
      footer = {"  cove volume mv my-vol /draft.txt /final.txt"})
  static final class Move extends OnVolume {
    @Parameters(
        index = "1..*",
        arity = "2..*",
        paramLabel = "PATH",
        description = "What to move, and at last where to: a path, or a directory to move into.")
    private List<String> paths;

    @Mixin
    private Committing committing;

    @Override
    int run(Volume volume) {
      int last = paths.size() - 1;
      String target = paths.get(last);
      if (last > 1 && !(volume.exists(target) && volume.stat(target).isDirectory())) {
        throw CommandFailure.notSo(
            Printable.line(target) + " is no directory to move several files into");
      }
      for (String path : paths.subList(0, last)) {
        volume.rename(path, target);
      }
      committing.commit(volume, "mv " + String.join(" ", paths));
      return ExitCodes.DONE;
    }
  }
}
