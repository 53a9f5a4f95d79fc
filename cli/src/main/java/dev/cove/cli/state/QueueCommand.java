package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.state.Format.Ending;
import dev.cove.state.Bytes;
import dev.cove.state.IfMissing;
import dev.cove.state.NamedQueue;
import dev.cove.state.ObjectInfo;
import dev.cove.state.StateObjects;
import dev.cove.state.StateStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cove queue}. */
@Command(
    name = "queue",
    description = "Items that one program puts and another gets, first in, first out.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove queue create tasks",
      "  cove queue put tasks one two three",
      "  cove queue get tasks --timeout 10",
      "  while task=$(cove queue get tasks --no-block); do echo \"$task\"; done",
    },
    subcommands = {
      QueueCommand.Create.class,
      QueueCommand.ListAll.class,
      QueueCommand.Put.class,
      QueueCommand.Get.class,
      QueueCommand.Peek.class,
      QueueCommand.Length.class,
      QueueCommand.Partitions.class,
      QueueCommand.Clear.class,
      QueueCommand.DeleteQueue.class,
    })
public final class QueueCommand {
  /** A command on one queue, or one of its partitions. */
  private abstract static class OnQueue extends StateAction {
    @Parameters(index = "0", paramLabel = "NAME", description = "The queue.")
    String name;

    abstract int run(NamedQueue queue) throws IOException, InterruptedException;

    @Override
    final int run(StateStore store) throws IOException, InterruptedException {
      return run(store.queue(name, ifMissing()));
    }

    IfMissing ifMissing() {
      return IfMissing.FAIL;
    }
  }

  /** Names a partition. */
  private static final class PartitionOption {
    @Option(
        names = {"-p", "--partition"},
        paramLabel = "KEY",
        description = "The partition of this key, 1 to 64 bytes. Default: the main one.")
    private @Nullable String key;

    boolean given() {
      return key != null;
    }

    NamedQueue of(NamedQueue queue, Format format) {
      return key == null ? queue : queue.partition(format.key(key));
    }
  }

  /** How long to wait. */
  private static final class Waiting {
    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        description = "Wait no longer than this, such as 10 or 500ms. Default: for ever.")
    private @Nullable Duration timeout;

    @Option(names = "--no-block", description = "Do not wait.")
    private boolean noBlock;

    void check() {
      if (noBlock && timeout != null) {
        throw CommandFailure.usage("--no-block and --timeout exclude one another");
      }
    }
  }

  @Command(name = "create", description = "Create an empty queue.")
  static final class Create extends Objects.Create {
    @Option(
        names = "--capacity",
        paramLabel = "N",
        description = "The most items each partition holds. Default: as many as there is room for.")
    private @Nullable Integer capacity;

    @Override
    boolean create(StateStore store) {
      return capacity == null ? store.queues().create(name) : store.queues().create(name, capacity);
    }

    @Override
    String word() {
      return "queue";
    }
  }

  @Command(name = "list", description = "List the queues.")
  static final class ListAll extends Objects.ListAll {
    @Override
    StateObjects objects(StateStore store) {
      return store.queues();
    }

    @Override
    void describe(ObjectInfo info, Map<String, @Nullable Object> object) {
      object.put("capacity", info.capacity() == 0 ? null : info.capacity());
    }
  }

  @Command(
      name = "put",
      description = "Add items, all of them in one step; waits while there is no room.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove queue put tasks one two three",
        "  cove queue put tasks - < picture.png      one item",
        "  find . -type f | cove queue put tasks --lines",
        "  cove queue put tasks --null               such as the sign that no more will come",
      })
  static final class Put extends OnQueue {
    private static final int LINES_AT_ONCE = 1000;

    @Parameters(
        index = "1..*",
        arity = "0..*",
        paramLabel = "ITEM",
        description = "The items; - for what standard input holds.")
    private List<String> items = List.of();

    @Option(names = "--null", description = "Add null; then there is no ITEM.")
    private boolean isNull;

    @Option(
        names = "--lines",
        description =
            "Add each line of standard input as an item, 1,000 a step; then there is no ITEM.")
    private boolean lines;

    @Option(
        names = "--ttl",
        paramLabel = "TIME",
        description =
            "The partition with all its items expires this long after this put, unless another follows."
                + " Default: as it is.")
    private @Nullable Duration ttl;

    @Option(names = "--create-if-missing", description = "Create the queue if there is none.")
    private boolean create;

    @Mixin
    private PartitionOption partition;

    @Mixin
    private Waiting waiting;

    @Mixin
    private Format format;

    @Override
    IfMissing ifMissing() {
      return create ? IfMissing.CREATE_IF_MISSING : IfMissing.FAIL;
    }

    @Override
    void check() {
      waiting.check();
      int ways = (items.isEmpty() ? 0 : 1) + (isNull ? 1 : 0) + (lines ? 1 : 0);
      if (ways != 1) {
        throw CommandFailure.usage(
            ways == 0
                ? "ITEM is missing (or --null, or --lines)"
                : "ITEM, --null and --lines exclude one another");
      }
      if (items.stream().filter("-"::equals).count() > 1) {
        throw CommandFailure.usage("standard input can be one item only: - stands there twice");
      }
    }

    @Override
    int run(NamedQueue queue) throws IOException, InterruptedException {
      NamedQueue to = partition.of(queue, format);
      if (ttl != null) {
        to = to.expiring(ttl);
      }
      if (!lines) {
        return add(to, given());
      }
      int most = options.limits().maxItemBytes();
      InputLines input = new InputLines(System.in, most);
      List<Bytes> batch = new ArrayList<>();
      long bytes = 0;
      for (byte[] line = input.next(); line != null; line = input.next()) {
        batch.add(format.line(line));
        bytes += line.length;
        if (batch.size() == LINES_AT_ONCE || bytes >= most) {
          int status = add(to, batch);
          if (status != ExitCodes.DONE) {
            return status;
          }
          batch.clear();
          bytes = 0;
        }
      }
      return add(to, batch);
    }

    private List<Bytes> given() throws IOException {
      if (isNull) {
        return List.of(Bytes.NULL);
      }
      List<Bytes> given = new ArrayList<>();
      for (String item : items) {
        given.add(format.value(item, options.limits().maxItemBytes()));
      }
      return given;
    }

    private int add(NamedQueue to, List<Bytes> batch) throws InterruptedException {
      if (waiting.noBlock) {
        return to.offerMany(batch) ? ExitCodes.DONE : ExitCodes.NOT_SO;
      }
      if (waiting.timeout == null) {
        to.putMany(batch);
        return ExitCodes.DONE;
      }
      try {
        to.putMany(batch, waiting.timeout);
        return ExitCodes.DONE;
      } catch (TimeoutException e) {
        return ExitCodes.NOT_SO;
      }
    }
  }

  @Command(
      name = "get",
      description =
          "Take the oldest item and print it and a line end; exit status 1 if there is none in time.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove queue get tasks --timeout 10",
        "  cove queue get tasks --no-block || echo empty",
      })
  static final class Get extends OnQueue {
    @Option(names = "--json", description = "Print one JSON string, or null.")
    private boolean json;

    @Option(names = "--raw", description = "Print the bytes alone, without a line end.")
    private boolean raw;

    @Mixin
    private PartitionOption partition;

    @Mixin
    private Waiting waiting;

    @Mixin
    private Format format;

    @Override
    void check() {
      waiting.check();
    }

    @Override
    int run(NamedQueue queue) throws IOException, InterruptedException {
      Optional<Bytes> taken = take(partition.of(queue, format));
      if (taken.isEmpty()) {
        return ExitCodes.NOT_SO;
      }
      if (json) {
        spec.commandLine().getOut().println(format.json(taken.get()));
      } else {
        format.write(System.out, taken.get(), raw ? Ending.NOTHING : Ending.LINE);
      }
      return ExitCodes.DONE;
    }

    private Optional<Bytes> take(NamedQueue from) throws InterruptedException {
      if (waiting.noBlock) {
        return from.poll();
      }
      if (waiting.timeout == null) {
        return Optional.of(from.get());
      }
      try {
        return Optional.of(from.get(waiting.timeout));
      } catch (TimeoutException e) {
        return Optional.empty();
      }
    }
  }

  @Command(
      name = "peek",
      description = "Print the oldest items, which stay; exit status 1 if there are none.")
  static final class Peek extends OnQueue {
    @Option(
        names = {"-n", "--count"},
        paramLabel = "N",
        defaultValue = "1",
        description = "How many at most. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(names = "--json", description = "Print one array of JSON strings and nulls.")
    private boolean json;

    @Mixin
    private PartitionOption partition;

    @Mixin
    private Format format;

    @Override
    int run(NamedQueue queue) {
      PrintWriter out = spec.commandLine().getOut();
      List<Bytes> items = partition.of(queue, format).peekMany(count);
      JsonArray array = new JsonArray(out);
      for (Bytes item : items) {
        if (json) {
          array.add(format.json(item));
        } else {
          out.println(format.cell(item));
        }
      }
      if (json) {
        array.end();
      }
      return items.isEmpty() ? ExitCodes.NOT_SO : ExitCodes.DONE;
    }
  }

  @Command(name = "len", description = "Print how many items wait.")
  static final class Length extends OnQueue {
    @Option(names = "--total", description = "In all partitions together.")
    private boolean total;

    @Mixin
    private PartitionOption partition;

    @Mixin
    private Format format;

    @Override
    int run(NamedQueue queue) {
      if (total && partition.given()) {
        throw CommandFailure.usage("--total and --partition exclude one another");
      }
      spec.commandLine()
          .getOut()
          .println(total ? queue.totalSize() : partition.of(queue, format).size());
      return ExitCodes.DONE;
    }
  }

  @Command(name = "partitions", description = "Print the keys of the partitions that hold items.")
  static final class Partitions extends OnQueue {
    @Option(names = "--json", description = "Print one array of JSON strings.")
    private boolean json;

    @Mixin
    private Format format;

    @Override
    int run(NamedQueue queue) {
      PrintWriter out = spec.commandLine().getOut();
      JsonArray array = new JsonArray(out);
      for (Bytes key : queue.partitions()) {
        if (json) {
          array.add(JsonText.write(format.keyText(key)));
        } else {
          out.println(format.keyCell(key));
        }
      }
      if (json) {
        array.end();
      }
      return ExitCodes.DONE;
    }
  }

  @Command(name = "clear", description = "Remove every item, or those of one partition.")
  static final class Clear extends OnQueue {
    @Mixin
    private PartitionOption partition;

    @Mixin
    private Confirmation confirmation;

    @Mixin
    private Format format;

    @Override
    void check() {
      confirmation.check("every item of the queue '" + name + "'"
          + (partition.given() ? " in that partition" : "") + " will be gone");
    }

    @Override
    int run(NamedQueue queue) {
      if (partition.given()) {
        partition.of(queue, format).clear();
      } else {
        queue.clearAll();
      }
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "delete",
      description = "Delete a queue with all it holds; exit status 1 if there is none.")
  static final class DeleteQueue extends Objects.Delete {
    @Override
    StateObjects objects(StateStore store) {
      return store.queues();
    }

    @Override
    String word() {
      return "queue";
    }
  }
}
