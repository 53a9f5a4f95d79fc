package dev.cove.cli.state;

import dev.cove.cli.command.ByteSize;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Range;
import dev.cove.cli.config.Folders;
import dev.cove.cli.secret.Entries;
import dev.cove.cli.secret.Secret;
import dev.cove.cli.secret.SecretOption;
import dev.cove.state.Durability;
import dev.cove.state.Limits;
import dev.cove.state.StateStore;
import dev.cove.state.StoreOptions;
import dev.cove.state.StoreOptions.Login;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which store, and what it accepts. */
final class StateOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--store",
      paramLabel = "URL",
      description =
          "redis://HOST[:PORT][/DATABASE] or rediss://..., with user and password from --secret."
              + " Default: $$COVE_REDIS_URL, else files of this machine.")
  private @Nullable String store;

  @Mixin
  private SecretOption secretOption;

  @Option(
      names = "--redis-ca",
      paramLabel = "FILE",
      description =
          "PEM certificates of the authorities to trust with rediss://. Default: the runtime's.")
  private @Nullable Path ca;

  @Option(
      names = "--store-timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      description =
          "How long the server, or another writer to the files, may keep a step waiting, up to 5m. Default:"
              + " ${DEFAULT-VALUE}.")
  private Duration timeout;

  @Option(
      names = "--durability",
      paramLabel = "WHAT",
      description =
          "What a write to files survives: process (its end, however it comes) or disk (a power failure too)."
              + " Default: process.")
  private @Nullable Durability durability;

  @Option(
      names = "--max-value",
      paramLabel = "SIZE",
      defaultValue = "100m",
      description = "The largest value of a dict, up to 512m. Default: ${DEFAULT-VALUE}.")
  private ByteSize maxValue;

  @Option(
      names = "--warn-value",
      paramLabel = "SIZE",
      defaultValue = "5m",
      description = "Values larger than this are stored with a warning. Default: ${DEFAULT-VALUE}.")
  private ByteSize warnValue;

  @Option(
      names = "--max-item",
      paramLabel = "SIZE",
      defaultValue = "1m",
      description = "The largest item of a queue, up to 64m. Default: ${DEFAULT-VALUE}.")
  private ByteSize maxItem;

  @Option(
      names = "--max-partitions",
      paramLabel = "N",
      defaultValue = "100000",
      description =
          "The most partitions of one queue at a time, up to 1000000. Default: ${DEFAULT-VALUE}.")
  private int maxPartitions;

  StateStore open() {
    return StateStore.open(options());
  }

  Limits limits() {
    Range range = new Range(spec);
    range.check("--max-partitions", maxPartitions, 1, 1_000_000);
    return new Limits(
        bytes("--max-value", maxValue),
        bytes("--warn-value", warnValue),
        bytes("--max-item", maxItem),
        maxPartitions);
  }

  private static int bytes(String option, ByteSize size) {
    if (size.bytes() > Integer.MAX_VALUE) {
      throw CommandFailure.usage(option + " " + size + " is more than any store takes");
    }
    return (int) size.bytes();
  }

  /** Where the files are; the folder is made. */
  StoreOptions options() {
    Path folder = Folders.current().dataFolder("state");
    StoreOptions options = StoreOptions.fromEnvironment(System.getenv())
        .withFolder(folder)
        .withLimits(limits())
        .withTimeout(timeout);
    if (store != null) {
      options = options.withUrl(store);
      if (spec.commandLine().getParseResult().hasMatchedOption("--store")
          && store.matches(".*//[^/]*:[^/]*@.*")) {
        spec.commandLine()
            .getErr()
            .println(
                "hint: others can see a password on the command line; keep it in a secret or in COVE_REDIS_URL");
      }
    }
    if (options.url() != null) {
      options = options.withLogin(login());
    } else if (secretOption.isOnCommandLine()) {
      throw CommandFailure.usage("--secret says who you are on a server: name one with --store");
    }
    if (ca != null) {
      options = options.withCertificates(ca);
    }
    return durability == null ? options : options.withDurability(durability);
  }

  private @Nullable Login login() {
    Secret secret = secretOption.secret();
    if (secret == null) {
      return null;
    }
    Entries entries = secret.entries();
    return new Login(
        entries.get("REDIS_USERNAME"), entries.require("REDIS_PASSWORD", "a redis:// store"));
  }
}
