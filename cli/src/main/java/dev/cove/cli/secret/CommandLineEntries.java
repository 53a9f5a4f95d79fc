package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The words {@code KEY=VALUE} and {@code KEY=-} of a command line. */
final class CommandLineEntries {
  private final Map<String, String> values;
  private final List<String> asked;

  private CommandLineEntries(Map<String, String> values, List<String> asked) {
    this.values = values;
    this.asked = asked;
  }

  /** @throws CommandFailure when a word is none of both; the message has its key or its place, never its value */
  static CommandLineEntries parse(String secret, List<String> words) {
    Map<String, String> values = new LinkedHashMap<>();
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw CommandFailure.usage("what follows the name of the secret '" + secret
            + "' is KEY=VALUE or KEY=-, but word " + (i + 1) + " has no equals sign");
      }
      String key = word.substring(0, equals);
      String where = "word " + (i + 1) + " after the name";
      EntryKey.check(key, where);
      if (values.containsKey(key) || asked.contains(key)) {
        throw CommandFailure.usage(key + " of the secret '" + secret + "' is given twice");
      }
      String value = word.substring(equals + 1);
      if (value.equals("-")) {
        asked.add(key);
      } else {
        values.put(key, value);
      }
    }
    return new CommandLineEntries(values, asked);
  }

  /** Whether a value stood on the command line. */
  boolean shown() {
    return values.values().stream().anyMatch(value -> !value.isEmpty());
  }

  /** All of them, with those that are asked for read. */
  Map<String, String> values(StandardInput input) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(values);
    all.putAll(input.values(asked));
    return all;
  }
}
