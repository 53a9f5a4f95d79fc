package dev.cove.cli.config;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Suggestions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What an option is when the command line does not say: the environment variable {@code COVE_} and
 * its name, else the configuration file, else its own default.
 */
public final class ConfiguredDefaults implements IDefaultValueProvider {
  // What to do is said each time; only how it is done can be configured.
  private static final Set<String> ASKED_EACH_TIME = Set.of(
      "probe",
      "help",
      "version",
      "foreground",
      "json",
      "yes",
      "force",
      "from-dotenv",
      "from-json",
      "stop",
      "lazy",
      "watch",
      "list",
      "upload",
      "save",
      "discard",
      "recursive",
      "long",
      "limit",
      "message",
      "strict",
      "delete");

  // Of these commands only the store is configured: a --ttl here is no --ttl of a mount.
  private static final Set<String> ON_ITEMS = Set.of("dict", "queue");
  private static final Set<String> OF_STORES = Set.of(
      "verbose",
      "log-level",
      "store",
      "secret",
      "redis-ca",
      "store-timeout",
      "durability",
      "max-value",
      "warn-value",
      "max-item",
      "max-partitions");

  private final Map<String, String> environment;
  private final Supplier<ConfigFile> load;
  private final Map<ArgSpec, String> origins = new HashMap<>();
  private @Nullable ConfigFile file;
  private @Nullable Supplier<CommandSpec> allCommands;

  private ConfiguredDefaults(Map<String, String> environment, Supplier<ConfigFile> load) {
    this.environment = environment;
    this.load = load;
  }

  /** From this process's environment and the file in the configuration folder. */
  public static ConfiguredDefaults current() {
    return new ConfiguredDefaults(
        System.getenv(), () -> ConfigFile.read(Folders.current().configFile()));
  }

  static ConfiguredDefaults of(Map<String, String> environment, ConfigFile file) {
    return new ConfiguredDefaults(environment, () -> file);
  }

  /**
   * Where the commands are that the file's tables are compared with, when that is not the tree in
   * which the first value is asked for.
   */
  public void checkBy(Supplier<CommandSpec> root) {
    allCommands = root;
  }

  /** Whether an option can be set in the environment and in the file. */
  public static boolean isConfigurable(OptionSpec option) {
    String key = key(option);
    if (option.hidden() || ASKED_EACH_TIME.contains(key)) {
      return false;
    }
    return !ON_ITEMS.contains(table(option.command())) || OF_STORES.contains(key);
  }

  /** An option's key in the file: its long name without the dashes. */
  public static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  /** An option's environment variable: {@code --part-size} is {@code COVE_PART_SIZE}. */
  public static String variable(OptionSpec option) {
    // The store of dicts and queues is another one, and each is no place for the other.
    if (key(option).equals("store") && table(option.command()).equals("volume")) {
      return "COVE_VOLUME_STORE";
    }
    return "COVE_" + key(option).replace('-', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || !isConfigurable(option)) {
      return null;
    }
    String value = environment.get(variable(option));
    if (value != null && !value.isEmpty()) {
      origins.put(argument, "the environment variable " + variable(option));
      return flag(option, value, "the environment variable " + variable(option));
    }
    Optional<ConfigFile.Setting> setting =
        file(option.command()).find(table(option.command()), key(option));
    if (setting.isEmpty()) {
      return null;
    }
    origins.put(argument, setting.get().where());
    return flag(option, setting.get().value(), setting.get().where());
  }

  /** Where an option's value came from when not from the command line: {@code config.toml: mount.memory}. */
  public Optional<String> origin(@Nullable ArgSpec argument) {
    return Optional.ofNullable(origins.get(argument));
  }

  // Anything but true would otherwise pass for false.
  private static String flag(OptionSpec option, String value, String where) {
    if (option.arity().max() > 0) {
      return value;
    }
    String lower = value.toLowerCase(Locale.ROOT);
    if (lower.equals("true") || lower.equals("1")) {
      return "true";
    }
    if (lower.equals("false") || lower.equals("0")) {
      return "false";
    }
    throw CommandFailure.usage(where + ": '" + value + "' is neither true nor false");
  }

  private ConfigFile file(CommandSpec command) {
    ConfigFile loaded = file;
    if (loaded == null) {
      loaded = load.get();
      if (!loaded.tables().isEmpty()) {
        check(loaded, allCommands == null ? command.root() : allCommands.get());
      }
      file = loaded;
    }
    return loaded;
  }

  // The first word after `cove`: `cove dict get` has the table [dict].
  private static String table(CommandSpec command) {
    CommandSpec below = command;
    while (below.parent() != null && below.parent().parent() != null) {
      below = below.parent();
    }
    return below.parent() == null ? ConfigFile.TOP : below.name();
  }

  private static void check(ConfigFile file, CommandSpec root) {
    file.tables().forEach((table, settings) -> {
      Set<String> known = new TreeSet<>();
      if (table.isEmpty()) {
        collect(root, known);
      } else if (root.subcommands().containsKey(table)) {
        collect(root.subcommands().get(table).getCommandSpec(), known);
      } else {
        throw CommandFailure.usage(file.where(ConfigFile.TOP, table) + " is no command"
            + Suggestions.hint(table, root.subcommands().keySet()));
      }
      for (String key : settings.keySet()) {
        if (!known.contains(key)) {
          String of = table.isEmpty() ? "any command" : "'cove " + table + "'";
          throw CommandFailure.usage(file.where(table, key) + " is no option of " + of
              + Suggestions.hint(key, known) + hintTable(key, known, root));
        }
      }
    });
  }

  private static String hintTable(String key, Set<String> known, CommandSpec root) {
    if (Suggestions.nearest(key, known).isPresent()) {
      return "";
    }
    List<String> others = new ArrayList<>();
    root.subcommands().forEach((name, command) -> {
      Set<String> keys = new TreeSet<>();
      collect(command.getCommandSpec(), keys);
      if (keys.contains(key)) {
        others.add(name);
      }
    });
    return others.isEmpty() ? "; remove it" : "; it belongs in the table [" + others.get(0) + "]";
  }

  private static void collect(CommandSpec command, Set<String> keys) {
    command.options().stream()
        .filter(ConfiguredDefaults::isConfigurable)
        .map(ConfiguredDefaults::key)
        .forEach(keys::add);
    command.subcommands().values().forEach(below -> collect(below.getCommandSpec(), keys));
  }
}
