package dev.cove.cli.volume;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Printable;
import dev.cove.volume.Commit;
import dev.cove.volume.Difference;
import dev.cove.volume.Volume;
import dev.cove.volume.VolumeStore;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is done with the commits of a volume. */
final class HistoryCommands {
  private HistoryCommands() {}

  @Command(
      name = "log",
      footerHeading = "%nExamples:%n",
      footer = {"  cove volume log my-vol"},
      description = "Show the commits of a volume, the newest first.")
  static final class Log extends OnVolume {
    @Option(
        names = {"-n", "--limit"},
        paramLabel = "N",
        description = "The newest N only. Default: all.")
    private @Nullable Integer limit;

    @Option(
        names = "--json",
        description =
            "Print one array of objects: id, parents, time, message, files, bytes, author.")
    private boolean json;

    @Override
    void check() {
      if (limit != null && limit < 1) {
        throw CommandFailure.usage("--limit: " + limit + " is less than 1");
      }
    }

    @Override
    int run(Volume volume) {
      List<Commit> log = limit == null ? volume.log() : volume.log(limit);
      JsonArray array = new JsonArray(out());
      for (Commit commit : log) {
        if (json) {
          array.add(json(commit));
        } else {
          out()
              .println(String.format(
                  "%s\t%s\t%s\t%s",
                  commit.id(),
                  commit.time().truncatedTo(ChronoUnit.SECONDS),
                  Printable.line(commit.author()),
                  Printable.line(commit.message())));
        }
      }
      if (json) {
        array.end();
      }
      return ExitCodes.DONE;
    }

    private static String json(Commit commit) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("id", commit.id());
      object.put("parents", commit.parents().stream().map(String::valueOf).toList());
      object.put("time", commit.time());
      object.put("message", commit.message());
      object.put("files", commit.files());
      object.put("bytes", commit.bytes());
      object.put("author", commit.author());
      return JsonText.write(object);
    }
  }

  @Command(
      name = "diff",
      description = {
        "Show what differs between two commits: A added, D removed, M modified, R renamed.",
        "A directory that was renamed is one line.%n"
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove volume diff my-vol 12            from commit 12 to the newest",
        "  cove volume diff my-vol before 14",
      })
  static final class Diff extends OnVolume {
    @Parameters(index = "1", paramLabel = "BEFORE", description = "A commit's number or tag.")
    private String before;

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "AFTER",
        description = "A commit's number or tag. Default: the newest.")
    private @Nullable String after;

    @Option(
        names = "--json",
        description =
            "Print one array of objects: kind (added, removed, modified, renamed), path, before.")
    private boolean json;

    @Override
    int run(Volume volume) {
      JsonArray array = new JsonArray(out());
      String to = after == null ? volume.base().id() : after;
      for (Difference difference : volume.diff(before, to)) {
        if (json) {
          Map<String, @Nullable Object> object = new LinkedHashMap<>();
          object.put("kind", difference.kind().name().toLowerCase(Locale.ROOT));
          object.put("path", difference.path());
          object.put("before", difference.before());
          array.add(JsonText.write(object));
        } else {
          out().println(line(difference));
        }
      }
      if (json) {
        array.end();
      }
      return ExitCodes.DONE;
    }

    private static String line(Difference difference) {
      String path = Printable.line(difference.path());
      return switch (difference.kind()) {
        case ADDED -> "A\t" + path;
        case REMOVED -> "D\t" + path;
        case MODIFIED -> "M\t" + path;
        case RENAMED -> "R\t" + Printable.line(difference.before()) + " -> " + path;
      };
    }
  }

  @Command(
      name = "rollback",
      footerHeading = "%nExamples:%n",
      footer = {"  cove volume rollback my-vol 3"},
      description = "Make a new commit with the content of an old one; the history stays.")
  static final class Rollback extends OnVolume {
    @Parameters(index = "1", paramLabel = "COMMIT", description = "A commit's number or tag.")
    private String commit;

    @Option(
        names = {"-m", "--message"},
        paramLabel = "TEXT",
        description = "What the history shows. Default: what was done.")
    private @Nullable String message;

    @Override
    int run(Volume volume) {
      volume.rollback(commit, message == null ? "rollback to " + commit : message);
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "tag",
      description = "Name a commit, or list the tags.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove volume tag my-vol v1             the newest commit",
        "  cove volume tag my-vol before 12",
        "  cove volume tag my-vol",
        "  cove volume tag my-vol before --delete",
      })
  static final class Tag extends OnVolume {
    @Parameters(index = "1", arity = "0..1", paramLabel = "TAG", description = "The name.")
    private @Nullable String tag;

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "COMMIT",
        description = "A commit's number or tag. Default: the newest.")
    private @Nullable String commit;

    @Option(names = "--delete", description = "Remove the tag; the commit stays.")
    private boolean delete;

    @Option(names = "--json", description = "Print the tags as one array of objects: tag, id.")
    private boolean json;

    @Override
    void check() {
      if (delete && (tag == null || commit != null)) {
        throw CommandFailure.usage("--delete takes one TAG");
      }
    }

    @Override
    int run(Volume volume) {
      if (tag == null) {
        list(volume);
      } else if (delete) {
        volume.removeTag(tag);
      } else {
        volume.tag(tag, commit == null ? volume.base().id() : commit);
      }
      return ExitCodes.DONE;
    }

    private void list(Volume volume) {
      JsonArray array = new JsonArray(out());
      volume.tags().forEach((name, number) -> {
        if (json) {
          Map<String, @Nullable Object> object = new LinkedHashMap<>();
          object.put("tag", name);
          object.put("id", number.toString());
          array.add(JsonText.write(object));
        } else {
          out().println(name + "\t" + number);
        }
      });
      if (json) {
        array.end();
      }
    }
  }

  @Command(
      name = "clone",
      description = "Create a volume that begins with the files of another; nothing is copied.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove volume clone my-vol experiment",
        "  cove volume clone my-vol@12 experiment",
      })
  static final class Clone extends VolumeAction {
    @Parameters(
        index = "0",
        paramLabel = "VOLUME[@COMMIT]",
        description = "The volume, at its newest commit or at that number or tag.")
    private String source;

    @Parameters(index = "1", paramLabel = "NEW", description = "The new volume's name.")
    private String target;

    @Override
    int run(VolumeStore store) {
      Pinned pinned = Pinned.of(store, source);
      pinned.volume().clone(target, pinned.commit()).close();
      return ExitCodes.DONE;
    }
  }
}
