package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.state.Format.Ending;
import dev.cove.state.Bytes;
import dev.cove.state.IfMissing;
import dev.cove.state.Lease;
import dev.cove.state.NamedQueue;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that bring items into a queue and out of it. */
final class QueueItems {
  private QueueItems() {}

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
    private Partition partition;

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
    private static final Duration LOOKED_AT = Duration.ofMinutes(1);
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    @Option(names = "--json", description = "Print one JSON string, or null.")
    private boolean json;

    @Option(names = "--raw", description = "Print the bytes alone, without a line end.")
    private boolean raw;

    @Mixin
    private Partition partition;

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
      NamedQueue from = partition.of(queue, format);
      if (json) {
        Optional<String> text = takeAsJson(from);
        text.ifPresent(spec.commandLine().getOut()::println);
        return text.isPresent() ? ExitCodes.DONE : ExitCodes.NOT_SO;
      }
      Optional<Bytes> taken = take(from);
      if (taken.isEmpty()) {
        return ExitCodes.NOT_SO;
      }
      format.write(System.out, taken.get(), raw ? Ending.NOTHING : Ending.LINE);
      return ExitCodes.DONE;
    }

    /** What has no JSON, being no text, goes back to its place: nobody would have seen it. */
    private Optional<String> takeAsJson(NamedQueue from) throws InterruptedException {
      while (true) {
        Optional<Lease> lease = lease(from);
        if (lease.isEmpty()) {
          return Optional.empty();
        }
        String text;
        try {
          text = format.json(lease.get().item());
        } catch (CommandFailure e) {
          lease.get().giveBack();
          throw e;
        }
        if (lease.get().acknowledge()) {
          return Optional.of(text);
        }
      }
    }

    private Optional<Lease> lease(NamedQueue from) throws InterruptedException {
      if (waiting.noBlock) {
        return from.lease(LOOKED_AT);
      }
      try {
        return Optional.of(
            from.lease(LOOKED_AT, waiting.timeout == null ? FOR_EVER : waiting.timeout));
      } catch (TimeoutException e) {
        return Optional.empty();
      }
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
      footerHeading = "%nExamples:%n",
      footer = {"  cove queue peek tasks"},
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
    private Partition partition;

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
}
