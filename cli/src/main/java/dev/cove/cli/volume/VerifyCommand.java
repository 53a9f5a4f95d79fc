package dev.cove.cli.volume;

import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonArray;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Printable;
import dev.cove.volume.VerifyReport;
import dev.cove.volume.VerifyReport.Damage;
import dev.cove.volume.Volume;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cove volume verify}. */
@Command(
    name = "verify",
    footerHeading = "%nExamples:%n",
    footer = {"  cove volume verify my-vol", "  cove volume verify --json my-vol"},
    description = {
      "Read every byte of a volume and of its history, and name the files that cannot be read.",
      "Exit status 3 if there are any.%n"
    })
final class VerifyCommand extends OnVolume {
  @Option(
      names = "--json",
      description = "Print the damages as one array of objects: object, what, files.")
  private boolean json;

  @Override
  int run(Volume volume) {
    VerifyReport report = volume.verify();
    JsonArray array = new JsonArray(out());
    for (Damage damage : report.damages()) {
      if (json) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("object", damage.object());
        object.put("what", damage.what());
        object.put("files", damage.files());
        array.add(JsonText.write(object));
      } else {
        out().println(Printable.line(damage.object() + ": " + damage.what()));
        damage.files().forEach(file -> out().println("  " + Printable.line(file)));
      }
    }
    if (json) {
      array.end();
    } else if (report.isSound()) {
      out().println(report.objects() + " objects, " + report.bytes() + " bytes: all as written");
    }
    return report.isSound() ? ExitCodes.DONE : ExitCodes.FAILED;
  }
}
