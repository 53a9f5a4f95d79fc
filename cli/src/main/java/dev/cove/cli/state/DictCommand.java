package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Confirmation;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.state.Format.Ending;
import dev.cove.state.Bytes;
import dev.cove.state.Dict;
import dev.cove.state.IfMissing;
import dev.cove.state.StateObjects;
import dev.cove.state.StateStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cove dict}. */
@Command(
    name = "dict",
    description = "Keys and values that programs share.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove dict create cache",
      "  cove dict put cache answer 42 --ttl 1h",
      "  cove dict get cache answer --default none",
      "  cove dict incr limits user-7 --ttl 60     a rate limiter: how often within a minute",
    },
    subcommands = {
      DictCommand.Create.class,
      DictCommand.ListAll.class,
      DictCommand.Put.class,
      DictCommand.Get.class,
      DictCommand.Increment.class,
      DictCommand.Items.class,
      DictCommand.Delete.class,
      DictCommand.Clear.class,
      DictCommand.DeleteDict.class,
    })
public final class DictCommand {
  /** A command on one dict. */
  private abstract static class OnDict extends StateAction {
    @Parameters(index = "0", paramLabel = "NAME", description = "The dict.")
    String name;

    abstract int run(Dict dict) throws IOException;

    @Override
    final int run(StateStore store) throws IOException {
      return run(store.dict(name, ifMissing()));
    }

    IfMissing ifMissing() {
      return IfMissing.FAIL;
    }
  }

  @Command(
      name = "create",
      footerHeading = "%nExamples:%n",
      footer = {"  cove dict create cache"},
      description = "Create an empty dict.")
  static final class Create extends Objects.Create {
    @Override
    boolean create(StateStore store) {
      return store.dicts().create(name);
    }

    @Override
    String word() {
      return "dict";
    }
  }

  @Command(
      name = "list",
      footerHeading = "%nExamples:%n",
      footer = {"  cove dict list"},
      description = "List the dicts.")
  static final class ListAll extends Objects.ListAll {
    @Override
    StateObjects objects(StateStore store) {
      return store.dicts();
    }
  }

  @Command(
      name = "put",
      description = "Store a value, replacing any other.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove dict put cache answer 42 --ttl 3600",
        "  cove dict put cache report - < report.pdf",
        "  cove dict put jobs lock me --if-absent --ttl 30s || echo taken",
      })
  static final class Put extends OnDict {
    @Parameters(index = "1", paramLabel = "KEY", description = "The key.")
    private String key;

    @Parameters(
        index = "2",
        arity = "0..1",
        paramLabel = "VALUE",
        description = "The value; - for what standard input holds.")
    private @Nullable String value;

    @Option(names = "--null", description = "Store null; then there is no VALUE.")
    private boolean isNull;

    @Option(
        names = "--ttl",
        paramLabel = "TIME",
        description = "Until the entry expires, such as 3600 or 1h. Default: never.")
    private @Nullable Duration ttl;

    @Option(
        names = "--if-absent",
        description = "Store only where the key has no value; exit status 1 if it has one.")
    private boolean ifAbsent;

    @Option(names = "--create-if-missing", description = "Create the dict if there is none.")
    private boolean create;

    @Mixin
    private Format format;

    @Override
    IfMissing ifMissing() {
      return create ? IfMissing.CREATE_IF_MISSING : IfMissing.FAIL;
    }

    @Override
    void check() {
      if (isNull == (value != null)) {
        throw CommandFailure.usage(
            isNull ? "--null leaves no place for a VALUE" : "VALUE is missing (or --null)");
      }
    }

    @Override
    int run(Dict dict) throws IOException {
      Bytes at = format.key(key);
      Bytes stored =
          value == null ? Bytes.NULL : format.value(value, options.limits().maxValueBytes());
      if (ifAbsent) {
        boolean done =
            ttl == null ? dict.putIfAbsent(at, stored) : dict.putIfAbsent(at, stored, ttl);
        return done ? ExitCodes.DONE : ExitCodes.NOT_SO;
      }
      if (ttl == null) {
        dict.put(at, stored);
      } else {
        dict.put(at, stored, ttl);
      }
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "get",
      description = "Print a value and a line end; exit status 1 if there is none.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove dict get cache answer --default none",
        "  cove dict get cache report --raw > report.pdf",
      })
  static final class Get extends OnDict {
    @Parameters(index = "1", paramLabel = "KEY", description = "The key.")
    private String key;

    @Option(
        names = "--default",
        paramLabel = "VALUE",
        description = "Printed where there is no value; then the exit status is 0.")
    private @Nullable String fallback;

    @Option(names = "--json", description = "Print one JSON string, or null.")
    private boolean json;

    @Option(names = "--raw", description = "Print the bytes alone, without a line end.")
    private boolean raw;

    @Mixin
    private Format format;

    @Override
    int run(Dict dict) throws IOException {
      Optional<Bytes> found = dict.get(format.key(key));
      if (found.isEmpty() && fallback == null) {
        return ExitCodes.NOT_SO;
      }
      Bytes value = found.orElseGet(() -> format.bytes(String.valueOf(fallback)));
      if (json) {
        spec.commandLine().getOut().println(format.json(value));
      } else {
        format.write(System.out, value, raw ? Ending.NOTHING : Ending.LINE);
      }
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "incr",
      description = "Add to the number at a key, from 0 if there is none, and print the sum.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove dict incr visits home",
        "  cove dict incr stock apples --by -3",
        "  [ $(cove dict incr limits user-7 --ttl 1h) -le 100 ] || echo too often",
      })
  static final class Increment extends OnDict {
    @Parameters(index = "1", paramLabel = "KEY", description = "The key.")
    private String key;

    @Option(
        names = "--by",
        paramLabel = "N",
        defaultValue = "1",
        description = "Default: ${DEFAULT-VALUE}.")
    private long by;

    @Option(
        names = "--ttl",
        paramLabel = "TIME",
        description =
            "Until the entry expires, if this call creates it; else it keeps what it has.")
    private @Nullable Duration ttl;

    @Option(names = "--create-if-missing", description = "Create the dict if there is none.")
    private boolean create;

    @Mixin
    private Format format;

    @Override
    IfMissing ifMissing() {
      return create ? IfMissing.CREATE_IF_MISSING : IfMissing.FAIL;
    }

    @Override
    int run(Dict dict) {
      Bytes at = format.key(key);
      long sum = ttl == null ? dict.increment(at, by) : dict.increment(at, by, ttl);
      spec.commandLine().getOut().println(sum);
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "items",
      footerHeading = "%nExamples:%n",
      footer = {"  cove dict items cache"},
      description = "Print every key and value.")
  static final class Items extends OnDict {
    @Option(names = "--json", description = "Print one array of objects: key, value.")
    private boolean json;

    @Option(names = "--keys-only", description = "Print the keys alone.")
    private boolean keysOnly;

    @Mixin
    private Format format;

    @Override
    int run(Dict dict) {
      PrintWriter out = spec.commandLine().getOut();
      JsonArray array = new JsonArray(out);
      if (keysOnly) {
        for (Bytes key : dict.keys()) {
          if (json) {
            array.add(JsonText.write(format.keyText(key)));
          } else {
            out.println(format.keyCell(key));
          }
        }
      } else {
        for (Dict.Entry entry : dict.entries()) {
          if (json) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("key", format.keyText(entry.key()));
            object.put("value", format.text(entry.value()));
            array.add(JsonText.write(object));
          } else {
            out.println(format.keyCell(entry.key()) + "\t" + format.cell(entry.value()));
          }
        }
      }
      if (json) {
        array.end();
      }
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "del",
      footerHeading = "%nExamples:%n",
      footer = {"  cove dict del cache answer"},
      description = "Remove keys; exit status 1 if one of them was not there.")
  static final class Delete extends OnDict {
    @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY", description = "The keys.")
    private List<String> keys;

    @Mixin
    private Format format;

    @Override
    int run(Dict dict) {
      boolean all = true;
      for (String key : keys) {
        all &= dict.remove(format.key(key));
      }
      return all ? ExitCodes.DONE : ExitCodes.NOT_SO;
    }
  }

  @Command(
      name = "clear",
      footerHeading = "%nExamples:%n",
      footer = {"  cove dict clear cache --yes"},
      description = "Remove every entry.")
  static final class Clear extends OnDict {
    @Mixin
    private Confirmation confirmation;

    @Override
    void check() {
      confirmation.check("every entry of the dict '" + name + "' will be gone");
    }

    @Override
    int run(Dict dict) {
      dict.clear();
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "delete",
      footerHeading = "%nExamples:%n",
      footer = {"  cove dict delete cache --yes"},
      description = "Delete a dict with all it holds; exit status 1 if there is none.")
  static final class DeleteDict extends Objects.Delete {
    @Override
    StateObjects objects(StateStore store) {
      return store.dicts();
    }

    @Override
    String word() {
      return "dict";
    }
  }
}
