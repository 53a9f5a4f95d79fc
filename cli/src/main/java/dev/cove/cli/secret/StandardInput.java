package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.PathArgument;
import dev.cove.cli.config.Folders;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads values where others cannot see them. Standard input is read once. */
final class StandardInput {
  private static final int LARGEST = 1 << 20;

  private @Nullable String reader;

  /** The text of a file, or of standard input for {@code -}. */
  String fileOrInput(String name, String option) throws IOException {
    if (name.equals("-")) {
      return input(option + " -");
    }
    try (InputStream in = Files.newInputStream(PathArgument.resolve(name))) {
      return text(in, name);
    } catch (InvalidPathException e) {
      throw CommandFailure.usage(option + ": this is no path: " + e.getReason());
    } catch (IOException e) {
      throw CommandFailure.usage(option + ": " + name + " cannot be read: " + Folders.reason(e), e);
    }
  }

  /** A value for each key: all of standard input for one, a line each for several, asked for on a terminal. */
  Map<String, String> values(List<String> keys) throws IOException {
    if (keys.isEmpty()) {
      return Map.of();
    }
    return isTerminal() ? typed(keys) : piped(keys);
  }

  // Runtimes differ in whether they have a console without a terminal; Linux knows.
  private static boolean isTerminal() {
    try {
      String input = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
      return input.startsWith("/dev/pts/")
          || input.startsWith("/dev/tty")
          || input.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  private static Map<String, String> typed(List<String> keys) {
    Console console = System.console();
    if (console == null) {
      throw CommandFailure.usage(
          "what is typed cannot be hidden while the output goes elsewhere; pipe the value in");
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (String key : keys) {
      char[] value = console.readPassword("%s: ", key);
      if (value == null || value.length == 0) {
        throw CommandFailure.usage("no value was given for " + key);
      }
      values.put(key, new String(value));
    }
    return values;
  }

  private Map<String, String> piped(List<String> keys) throws IOException {
    String all = input(keys.get(0) + "=-");
    String text = all.endsWith("\n") ? all.substring(0, all.length() - 1) : all;
    List<String> parts = keys.size() == 1 ? List.of(text) : List.of(text.split("\n", -1));
    if (parts.size() != keys.size()) {
      throw CommandFailure.usage("standard input has " + parts.size()
          + (parts.size() == 1 ? " line, but " : " lines, but ") + String.join(", ", keys)
          + " take one each");
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      String part = parts.get(i);
      String value = part.endsWith("\r") ? part.substring(0, part.length() - 1) : part;
      if (value.isEmpty()) {
        throw CommandFailure.usage("standard input has no value for " + keys.get(i));
      }
      values.put(keys.get(i), value);
    }
    return values;
  }

  private String input(String use) throws IOException {
    if (reader != null) {
      throw CommandFailure.usage(reader + " and " + use + " both want standard input");
    }
    reader = use;
    return text(System.in, "standard input");
  }

  private static String text(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      throw CommandFailure.usage(name + " is larger than 1 MiB");
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.indexOf('\0') < 0) {
        return text;
      }
    } catch (CharacterCodingException e) {
      // Said below; its own message counts bytes of the value.
    }
    throw CommandFailure.usage(name + " is no text in UTF-8");
  }
}
