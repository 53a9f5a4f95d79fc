package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Confirmation;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.command.JsonText;
import dev.cove.state.ObjectInfo;
import dev.cove.state.StateObjects;
import dev.cove.state.StateStore;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is done alike to dicts and to queues as wholes. */
final class Objects {
  private Objects() {}

  abstract static class Create extends StateAction {
    @Parameters(
        index = "0",
        paramLabel = "NAME",
        description = "1 to 64 letters, digits, '-', '_' or '.'; exit status 1 if it is taken.")
    String name;

    abstract boolean create(StateStore store);

    abstract String word();

    @Override
    final int run(StateStore store) {
      if (!create(store)) {
        throw CommandFailure.notSo("there is a " + word() + " named '" + name + "' already");
      }
      return ExitCodes.DONE;
    }
  }

  abstract static class ListAll extends StateAction {
    @Option(
        names = "--json",
        description = "Print one array: name, created, and of a queue capacity (null for none).")
    private boolean json;

    abstract StateObjects objects(StateStore store);

    /** What the array says besides name and creation time. */
    void describe(ObjectInfo info, Map<String, @Nullable Object> object) {}

    @Override
    final int run(StateStore store) {
      PrintWriter out = spec.commandLine().getOut();
      JsonArray array = new JsonArray(out);
      for (ObjectInfo info : objects(store).list()) {
        if (json) {
          Map<String, @Nullable Object> object = new LinkedHashMap<>();
          object.put("name", info.name());
          object.put("created", info.created());
          describe(info, object);
          array.add(JsonText.write(object));
        } else {
          out.println(info.name());
        }
      }
      if (json) {
        array.end();
      }
      return ExitCodes.DONE;
    }
  }

  abstract static class Delete extends StateAction {
    @Parameters(index = "0", paramLabel = "NAME", description = "What is to be deleted.")
    private String name;

    @Mixin
    private Confirmation confirmation;

    abstract StateObjects objects(StateStore store);

    abstract String word();

    @Override
    final void check() {
      confirmation.check("the " + word() + " '" + name + "' will be gone with all it holds");
    }

    @Override
    final int run(StateStore store) {
      if (!objects(store).delete(name)) {
        throw CommandFailure.notSo("no " + word() + " is named '" + name + "'");
      }
      return ExitCodes.DONE;
    }
  }
}
