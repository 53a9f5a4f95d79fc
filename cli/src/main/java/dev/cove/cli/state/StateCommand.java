package dev.cove.cli.state;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Confirmation;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.config.Folders;
import dev.cove.state.StateException;
import dev.cove.state.sqlite.SqliteFiles;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code cove state}. */
@Command(
    name = "state",
    footerHeading = "%nExamples:%n",
    footer = {"  cove state set-aside --yes"},
    description = "The files that hold this machine's dicts and queues.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = StateCommand.SetAside.class)
public final class StateCommand {
  @Command(
      name = "set-aside",
      footerHeading = "%nExamples:%n",
      footer = {"  cove state set-aside --yes"},
      description =
          "Move a damaged database out of the way, and print where it is kept; exit status 1 if there is none. The"
              + " next use begins with an empty one.")
  static final class SetAside implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Confirmation confirmation;

    @Override
    public Integer call() {
      confirmation.check("all dicts and queues of this machine will be out of reach, though kept");
      try {
        Optional<Path> kept =
            SqliteFiles.setAside(Folders.current().dataFolder("state"), Clock.systemUTC());
        if (kept.isEmpty()) {
          throw CommandFailure.notSo("there is no database to set aside");
        }
        spec.commandLine().getOut().println(kept.get());
        return ExitCodes.DONE;
      } catch (StateException e) {
        throw StateAction.failure(e);
      }
    }
  }
}
