package dev.cove.cli.recover;

import static java.util.Objects.requireNonNull;

import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.command.Printable;
import dev.cove.cli.config.Folders;
import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.StoreOptions;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.write.Leftover;
import dev.cove.write.PublishOptions;
import dev.cove.write.Publisher;
import dev.cove.write.Spool;
import dev.cove.write.SpoolOptions;
import dev.cove.write.StagedFile;
import dev.cove.write.Target;
import dev.cove.write.WriteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Deals with what mounts could not store. */
@Command(
    name = "recover",
    description = {
      "List what programs wrote and a mount could not store, store it after all, save it elsewhere or"
          + " discard it.",
      "",
      "Files are listed after a process was killed, after a mount ended while the bucket could not be"
          + " reached, and when another writer changed the object first. Renames that a killed process"
          + " left half done are listed too; --upload finishes or undoes them, and so does the next"
          + " mount on the same directory.%n",
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove recover",
      "  cove recover --upload",
      "  cove recover --save /tmp/rescued",
      "  cove recover --discard --yes 1a2b-1",
    })
public final class RecoverCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @ArgGroup
  private @Nullable Action action;

  @Parameters(arity = "0..*", paramLabel = "ID", description = "Only these. Default: all.")
  private @Nullable List<String> ids;

  @Option(
      names = "--yes",
      description = "Discard without --yes names what would go and does nothing.")
  private boolean yes;

  @Option(
      names = "--json",
      description =
          "Print one array: id, source, key, bytes, state, reason, changed, file (the whole content as"
              + " an ordinary file, or null).")
  private boolean json;

  @Mixin
  private StoreOptions store;

  /** What to do; to list when nothing is said. */
  static final class Action {
    @Option(names = "--list", description = "List them; the default.")
    boolean list;

    @Option(
        names = "--upload",
        description = "Store them, unless another writer has changed the object since.")
    boolean upload;

    @Option(names = "--save", paramLabel = "DIR", description = "Copy them to new files in DIR.")
    @Nullable
    Path save;

    @Option(names = "--discard", description = "Delete them for good; needs --yes.")
    boolean discard;
  }

  /** A file that was left, and where. */
  private record Found(SpoolFolders.Entry entry, Leftover leftover, Home home) {}

  /** The bucket that files of one folder belong to, opened for the first of them that needs it. */
  private final class Home implements AutoCloseable {
    private final SpoolFolders.Entry entry;
    private final Spool spool;
    private @Nullable ObjectStore bucket;
    private @Nullable Publisher publisher;

    Home(SpoolFolders.Entry entry, Spool spool) {
      this.entry = entry;
      this.spool = spool;
    }

    Publisher publisher(String source) throws IOException {
      if (publisher == null) {
        store.usualEndpoint(entry.endpoint());
        BucketUrl url = BucketUrl.parse(source);
        // To save or discard what is on this machine, the bucket need not even be there.
        bucket = action != null && action.upload ? store.openForWriting(url) : store.open(url);
        publisher = new Publisher(bucket, spool, PublishOptions.DEFAULT);
      }
      return publisher;
    }

    @Override
    public void close() {
      if (publisher != null) {
        publisher.close();
      }
      if (bucket != null) {
        bucket.close();
      }
    }
  }

  /** What is done with one of them. */
  private interface Work {
    /** Null when it is done, else why not. */
    @Nullable
    String on(Found found) throws IOException;
  }

  @Override
  public Integer call() throws IOException {
    store.check(List.of());
    Action asked = action;
    if (asked == null || asked.list) {
      return list();
    }
    if (asked.upload) {
      return each(begun -> begun.finish(store), this::upload);
    }
    Path save = asked.save;
    if (save != null) {
      Path folder = PathArgument.resolve(save.toString());
      Files.createDirectories(folder);
      return each(begun -> null, found -> save(found, folder));
    }
    if (!yes) {
      List<Map<String, @Nullable Object>> rows = rows();
      if (rows.isEmpty()) {
        err("nothing is left to discard");
        return print(rows);
      }
      print(rows);
      throw CommandFailure.usage("nothing was discarded; give --yes to delete these for good");
    }
    return each(
        begun -> {
          begun.forget();
          return null;
        },
        this::discard);
  }

  private int list() throws IOException {
    return print(rows());
  }

  private List<Map<String, @Nullable Object>> rows() throws IOException {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    each(
        begun -> {
          rows.add(begun.row());
          return null;
        },
        found -> {
          rows.add(row(found));
          return null;
        });
    return rows;
  }

  private int print(List<Map<String, @Nullable Object>> rows) {
    if (json) {
      spec.commandLine().getOut().println(JsonText.write(rows));
    } else {
      for (Map<String, @Nullable Object> row : rows) {
        spec.commandLine().getOut().println(line(row));
      }
    }
    return ExitCodes.DONE;
  }

  private static Map<String, @Nullable Object> row(Found found) {
    Leftover leftover = found.leftover();
    Target target = leftover.target();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", leftover.id());
    row.put("source", found.entry().source());
    row.put("key", target == null ? null : target.key());
    row.put("bytes", leftover.size());
    row.put("state", leftover.state().name().toLowerCase(Locale.ROOT));
    row.put("reason", leftover.reason());
    row.put("changed", leftover.changed());
    row.put("file", leftover.plainFile() == null ? null : leftover.plainFile().toString());
    return row;
  }

  private static String line(Map<String, @Nullable Object> row) {
    return Printable.line(row.get("id") + "  " + row.get("source") + "/" + row.get("key") + "  "
        + new ByteSize((long) requireNonNull(row.get("bytes"))) + ", "
        + row.get("state") + (row.get("reason") == null ? "" : ": " + row.get("reason"))
        + (row.get("file") == null ? "" : "; whole in " + row.get("file")));
  }

  /** What is done with a change that was begun; null when it is done, else why not. */
  private interface BegunWork {
    @Nullable
    String on(Begun begun) throws IOException;
  }

  private int each(BegunWork begunWork, Work work) throws IOException {
    int failed = 0;
    int done = 0;
    List<SpoolFolders.Entry> entries = new SpoolFolders(Folders.current()).all();
    for (Begun begun : Begun.all(entries)) {
      if (ids != null && !ids.contains(begun.id())) {
        continue;
      }
      done++;
      String why = begunWork.on(begun);
      if (why != null) {
        failed++;
        err(begun.id() + ": " + begun.piece().key() + ": " + why);
      }
    }
    for (SpoolFolders.Entry entry : entries) {
      try (Spool spool = Spool.open(entry.folder(), SpoolOptions.DEFAULT);
          Home home = new Home(entry, spool)) {
        for (Leftover leftover : spool.leftovers()) {
          if (ids != null && !ids.contains(leftover.id())) {
            continue;
          }
          done++;
          String why = work.on(new Found(entry, leftover, home));
          if (why != null) {
            failed++;
            err(leftover.id() + ": " + why);
          }
        }
      } catch (WriteException e) {
        if (e.kind() != WriteException.Kind.IN_USE) {
          throw CommandFailure.failed(String.valueOf(e.getMessage()), e);
        }
        err(entry.source() + " is mounted on " + entry.mountPoint()
            + "; what it has not stored is listed when it is unmounted");
      }
    }
    if (ids != null && done < ids.size()) {
      throw CommandFailure.notSo("no such file is left: see 'cove recover'");
    }
    return failed == 0 ? ExitCodes.DONE : ExitCodes.KEPT_LOCALLY;
  }

  private void err(String line) {
    spec.commandLine().getErr().println(Printable.line(line));
  }

  private @Nullable String upload(Found found) throws IOException {
    Target target = found.leftover().target();
    if (target == null) {
      return "its journal is damaged; --save or --discard it";
    }
    return with(found, (publisher, staged) -> {
      try {
        publisher.publish(staged, target);
        publisher.discard(staged);
        return null;
      } catch (WriteException e) {
        staged.keep(String.valueOf(e.getMessage()));
        return target.key() + " is not stored: " + e.getMessage();
      } catch (StorageException e) {
        return target.key() + " is not stored: " + e.getMessage();
      }
    });
  }

  private @Nullable String save(Found found, Path folder) throws IOException {
    Target target = found.leftover().target();
    if (target == null) {
      return "its journal is damaged and its bytes cannot be put in order";
    }
    Path file = folder.resolve(
        found.leftover().id() + "-" + target.key().substring(target.key().lastIndexOf('/') + 1));
    return with(found, (publisher, staged) -> {
      int holes = publisher.save(staged, file).size();
      return holes == 0 ? null : file + " has holes: the object its other bytes come from is gone";
    });
  }

  private @Nullable String discard(Found found) throws IOException {
    return withStore(found, publisher -> {
      publisher.discard(found.leftover());
      return null;
    });
  }

  /** Work with a publisher. */
  private interface WithPublisher {
    @Nullable
    String call(Publisher publisher) throws IOException;
  }

  /** Work with a file that was opened again. */
  private interface WithStaged {
    @Nullable
    String call(Publisher publisher, StagedFile staged) throws IOException;
  }

  private @Nullable String with(Found found, WithStaged work) throws IOException {
    return withStore(
        found,
        publisher -> work.call(publisher, publisher.reopen(found.leftover(), publisher::readBase)));
  }

  private @Nullable String withStore(Found found, WithPublisher work) throws IOException {
    String source = found.entry().source();
    return source == null
        ? "it is not known which bucket it belongs to"
        : work.call(found.home().publisher(source));
  }
}
