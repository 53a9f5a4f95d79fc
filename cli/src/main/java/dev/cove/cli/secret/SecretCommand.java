package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.command.JsonText;
import dev.cove.cli.command.Printable;
import dev.cove.cli.secret.Secrets.Existing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cove secret}. */
@Command(
    name = "secret",
    description = "Credentials with a name, kept encrypted on this machine.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  cove secret create aws-creds AWS_ACCESS_KEY_ID=AK... AWS_SECRET_ACCESS_KEY=-",
      "  cove mount --secret aws-creds s3://my-bucket /s3",
      "  cove secret list",
      "  cove secret delete aws-creds",
    },
    subcommands = {
      SecretCommand.Create.class,
      SecretCommand.ListAll.class,
      SecretCommand.Delete.class,
    })
public final class SecretCommand {

  @Command(
      name = "create",
      description = {
        "Store a secret; mounts that use it take up a new one at once.",
        "",
        "KEY=- reads the value from standard input: all of it for one key, a line each for several;"
            + " on a terminal it is asked for and not shown.%n",
      },
      sortOptions = false,
      footerHeading = "%nExamples:%n",
      footer = {
        "  cove secret create aws-creds AWS_ACCESS_KEY_ID=AK... AWS_SECRET_ACCESS_KEY=-",
        "  cove secret create gcp-creds GOOGLE_APPLICATION_CREDENTIALS_JSON=- < key.json",
        "  cove secret create redis REDIS_USERNAME=app REDIS_PASSWORD=-",
        "  cove secret create aws-creds --from-dotenv .env --force",
      })
  static final class Create implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
        index = "0",
        paramLabel = "NAME",
        description = "1 to 64 letters, digits, dashes, underscores and dots.")
    private String name;

    @Parameters(
        index = "1..*",
        arity = "0..*",
        paramLabel = "KEY=VALUE",
        description = "The values; they come before those of files.")
    private @Nullable List<String> words;

    @Option(
        names = "--from-dotenv",
        paramLabel = "FILE",
        description = "Take the lines KEY=VALUE of a file; - for standard input. Nothing in them is"
            + " expanded.")
    private @Nullable String dotenv;

    @Option(
        names = "--from-json",
        paramLabel = "FILE",
        description =
            "Take the members of a JSON object whose values are strings; - for standard input.")
    private @Nullable String json;

    @Option(names = "--force", description = "Replace the secret of this name, if there is one.")
    private boolean force;

    @Override
    public Integer call() throws IOException {
      Secrets secrets = Secrets.current();
      SecretName.check(name);
      String secret = "the secret '" + name + "': ";
      CommandLineEntries given = CommandLineEntries.parse(name, words == null ? List.of() : words);
      if (!force) {
        // Before anything is typed or read.
        secrets.requireAbsent(name);
      }
      Map<String, String> values = new LinkedHashMap<>();
      StandardInput input = new StandardInput();
      if (dotenv != null) {
        values.putAll(
            Dotenv.parse(secret + source(dotenv), input.fileOrInput(dotenv, "--from-dotenv")));
      }
      if (json != null) {
        values.putAll(
            JsonEntries.parse(secret + source(json), input.fileOrInput(json, "--from-json")));
      }
      values.putAll(given.values(input));
      if (values.isEmpty()) {
        throw CommandFailure.usage("the secret '" + name
            + "' would be empty: give KEY=VALUE, KEY=-, --from-dotenv or --from-json");
      }
      secrets.store(name, values, force ? Existing.REPLACED : Existing.KEPT);
      if (given.shown()) {
        hint("others on this machine can see what is on a command line (ps); KEY=- reads the value"
            + " from standard input");
      }
      if (values.containsKey(GoogleKey.KEY)) {
        try {
          GoogleKey.json(new Entries(name, values));
        } catch (CommandFailure e) {
          hint("it is stored, but no gs:// bucket can be mounted with it: " + e.line());
        }
      }
      return ExitCodes.DONE;
    }

    private static String source(String file) {
      return file.equals("-") ? "standard input" : Printable.line(file);
    }

    private void hint(String line) {
      spec.commandLine().getErr().println("hint: " + line);
    }
  }

  @Command(
      name = "list",
      footerHeading = "%nExamples:%n",
      footer = {"  cove secret list"},
      description = "List the secrets and their keys, never their values.")
  static final class ListAll implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
        names = "--json",
        description = "Print one array: name, keys, created, changed; the last three are null for a"
            + " secret that cannot be opened.")
    private boolean json;

    @Override
    public Integer call() {
      Secrets secrets = Secrets.current();
      List<Map<String, @Nullable Object>> rows = new ArrayList<>();
      // The same for every secret where the key file is what is wrong.
      Set<String> failures = new LinkedHashSet<>();
      for (String name : secrets.names()) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("name", name);
        try {
          StoredSecret stored = secrets.read(name);
          row.put("keys", stored.entries().keys());
          row.put("created", stored.created());
          row.put("changed", stored.changed());
        } catch (CommandFailure e) {
          failures.add(e.line());
          row.put("keys", null);
          row.put("created", null);
          row.put("changed", null);
        }
        rows.add(row);
      }
      failures.forEach(
          failure -> spec.commandLine().getErr().println("cove secret list: " + failure));
      if (json) {
        spec.commandLine().getOut().println(JsonText.write(rows));
      } else {
        for (Map<String, @Nullable Object> row : rows) {
          spec.commandLine().getOut().println(line(row));
        }
      }
      return failures.isEmpty() ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private static String line(Map<String, @Nullable Object> row) {
      return row.get("keys") instanceof Iterable<?> keys
          ? row.get("name") + "\t" + row.get("changed") + "\t" + String.join(",", strings(keys))
          : String.valueOf(row.get("name"));
    }

    private static List<String> strings(Iterable<?> items) {
      List<String> strings = new ArrayList<>();
      items.forEach(item -> strings.add(String.valueOf(item)));
      return strings;
    }
  }

  @Command(
      name = "delete",
      footerHeading = "%nExamples:%n",
      footer = {"  cove secret delete aws-creds --yes"},
      description = "Delete a secret; mounts that use it go on with what they know.")
  static final class Delete implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "NAME", description = "The secret.")
    private String name;

    // A secret is a copy of values that are kept elsewhere, so nothing is lost that needs a second
    // word; scripts say it with every delete all the same.
    @Option(names = "--yes", description = "Accepted and not needed: a secret is a copy.")
    @SuppressWarnings("UnusedVariable")
    private boolean yes;

    @Override
    public Integer call() {
      Secrets.current().delete(name);
      return ExitCodes.DONE;
    }
  }
}
