package dev.cove.cli.config;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.toml.TomlFactory;

/**
 * The configuration file: options by their long names. Those at the top are for every command that
 * knows them, those in a table named as a command are for that command and come first.
 */
final class ConfigFile {
  /** The name of the table that stands for the top of the file. */
  static final String TOP = "";

  private final Path path;
  private final Map<String, Map<String, String>> tables;

  private ConfigFile(Path path, Map<String, Map<String, String>> tables) {
    this.path = path;
    this.tables = tables;
  }

  /** Reads the file; one that does not exist is empty. */
  static ConfigFile read(Path path) {
    String text;
    try {
      text = Files.readString(path);
    } catch (NoSuchFileException e) {
      return new ConfigFile(path, Map.of());
    } catch (IOException e) {
      throw CommandFailure.usage(
          "cannot read " + Printable.line(path.toString()) + ": " + Folders.reason(e), e);
    }
    return parse(path, text);
  }

  static ConfigFile parse(Path path, String text) {
    ConfigFile file = new ConfigFile(path, new LinkedHashMap<>());
    try (JsonParser toml =
        new TomlFactory().createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
      toml.nextToken();
      file.table(toml, TOP);
    } catch (JacksonException e) {
      throw CommandFailure.usage(
          Printable.line(
              path + ", line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage()),
          e);
    }
    return file;
  }

  private void table(JsonParser toml, String name) {
    while (toml.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = toml.currentName();
      JsonToken value = toml.nextToken();
      if (value == JsonToken.START_OBJECT && name.isEmpty()) {
        table(toml, key);
        continue;
      }
      tables
          .computeIfAbsent(name, any -> new LinkedHashMap<>())
          .put(key, value(toml, value, name, key));
    }
  }

  private String value(JsonParser toml, JsonToken token, String table, String key) {
    if (token == JsonToken.START_ARRAY) {
      List<String> items = new ArrayList<>();
      for (JsonToken item = toml.nextToken();
          item != JsonToken.END_ARRAY;
          item = toml.nextToken()) {
        items.add(value(toml, item, table, key));
      }
      return String.join(",", items);
    }
    if (token == JsonToken.START_OBJECT) {
      throw CommandFailure.usage(where(table, key) + " is a table, but tables hold options only");
    }
    return toml.getString();
  }

  Path path() {
    return path;
  }

  Map<String, Map<String, String>> tables() {
    return tables;
  }

  /** A setting and where it stands. */
  record Setting(String value, String where) {}

  /** What the file says about an option of a command: in the command's own table, else at the top. */
  Optional<Setting> find(String command, String key) {
    for (String table : List.of(command, TOP)) {
      String value = tables.getOrDefault(table, Map.of()).get(key);
      if (value != null) {
        return Optional.of(new Setting(value, where(table, key)));
      }
    }
    return Optional.empty();
  }

  /** {@code /home/me/.config/cove/config.toml: mount.memory} */
  String where(String table, String key) {
    return Printable.line(path + ": " + (table.isEmpty() ? "" : table + ".") + key);
  }
}
