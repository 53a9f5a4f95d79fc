package dev.cove.cli.volume;

import dev.cove.cli.command.Confirmation;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.volume.VolumeStoreOptions.Missing;
import dev.cove.volume.Merging;
import dev.cove.volume.VolumeInfo;
import dev.cove.volume.VolumeStore;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is done to volumes as wholes. */
final class VolumesCommands {
  private VolumesCommands() {}

  @Command(
      name = "create",
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove volume create my-vol",
        "  cove volume create --store s3://my-bucket/volumes my-vol"
      },
      description = "Create an empty volume.")
  static final class Create extends VolumeAction {
    @Parameters(
        index = "0",
        paramLabel = "VOLUME",
        description = "1 to 64 letters, digits, '-', '_' or '.'; exit status 1 if it is taken.")
    private String name;

    @Option(
        names = "--strict",
        description =
            "Never merge commits: for databases and git repositories, whose files depend on each other.")
    private boolean strict;

    @Override
    Missing missingStore() {
      return Missing.MADE;
    }

    @Override
    int run(VolumeStore store) {
      store.create(name, strict ? Merging.REFUSED : Merging.ALLOWED).close();
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "list",
      footerHeading = "%nExamples:%n",
      footer = {"  cove volume list"},
      description = "List the volumes.")
  static final class ListAll extends VolumeAction {
    @Option(names = "--json", description = "Print one array of objects: name, created.")
    private boolean json;

    @Override
    int run(VolumeStore store) {
      JsonArray array = new JsonArray(out());
      for (VolumeInfo info : store.list()) {
        if (json) {
          Map<String, @Nullable Object> object = new LinkedHashMap<>();
          object.put("name", info.name());
          object.put("created", info.created());
          array.add(JsonText.write(object));
        } else {
          out().println(info.name());
        }
      }
      if (json) {
        array.end();
      }
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "rename",
      footerHeading = "%nExamples:%n",
      footer = {"  cove volume rename my-vol models"},
      description = "Give a volume another name; its files and history stay.")
  static final class Rename extends VolumeAction {
    @Parameters(index = "0", paramLabel = "OLD", description = "The volume.")
    private String from;

    @Parameters(index = "1", paramLabel = "NEW", description = "Its new name.")
    private String to;

    @Override
    int run(VolumeStore store) {
      store.rename(from, to);
      return ExitCodes.DONE;
    }
  }

  @Command(
      name = "delete",
      footerHeading = "%nExamples:%n",
      footer = {"  cove volume delete my-vol --yes"},
      description = "Delete a volume with all its history; exit status 1 if there is none.")
  static final class Delete extends VolumeAction {
    @Parameters(index = "0", paramLabel = "VOLUME", description = "The volume.")
    private String name;

    @Mixin
    private Confirmation confirmation;

    @Override
    void check() {
      confirmation.check("the volume '" + name + "' will be gone with all its history");
    }

    @Override
    int run(VolumeStore store) {
      store.delete(name);
      return ExitCodes.DONE;
    }
  }
}
