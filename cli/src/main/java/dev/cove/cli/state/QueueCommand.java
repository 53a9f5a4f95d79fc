package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Confirmation;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.command.JsonText;
import dev.cove.state.Bytes;
import dev.cove.state.NamedQueue;
import dev.cove.state.ObjectInfo;
import dev.cove.state.StateObjects;
import dev.cove.state.StateStore;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
      QueueItems.Put.class,
      QueueItems.Get.class,
      QueueItems.Peek.class,
      QueueCommand.Length.class,
      QueueCommand.Partitions.class,
      QueueCommand.Clear.class,
      QueueCommand.DeleteQueue.class,
    })
public final class QueueCommand {
  @Command(
      name = "create",
      footerHeading = "%nExamples:%n",
      footer = {"  cove queue create tasks"},
      description = "Create an empty queue.")
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

  @Command(
      name = "list",
      footerHeading = "%nExamples:%n",
      footer = {"  cove queue list"},
      description = "List the queues.")
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
      name = "len",
      footerHeading = "%nExamples:%n",
      footer = {"  cove queue len tasks"},
      description = "Print how many items wait.")
  static final class Length extends OnQueue {
    @Option(names = "--total", description = "In all partitions together.")
    private boolean total;

    @Mixin
    private Partition partition;

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

  @Command(
      name = "partitions",
      footerHeading = "%nExamples:%n",
      footer = {"  cove queue partitions tasks"},
      description = "Print the keys of the partitions that hold items.")
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

  @Command(
      name = "clear",
      footerHeading = "%nExamples:%n",
      footer = {"  cove queue clear tasks --yes"},
      description = "Remove every item, or those of one partition.")
  static final class Clear extends OnQueue {
    @Mixin
    private Partition partition;

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
      footerHeading = "%nExamples:%n",
      footer = {"  cove queue delete tasks --yes"},
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
