package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

/** Entries from a JSON object whose values are strings. */
final class JsonEntries {
  private JsonEntries() {}

  /** @throws CommandFailure when the text is no such object; what the parser says is left out, as it repeats values */
  static Map<String, String> parse(String source, String text) {
    try (JsonParser json = new JsonFactory().createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw CommandFailure.usage(source + " is no JSON object");
      }
      Map<String, String> entries = new LinkedHashMap<>();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = json.currentName();
        EntryKey.check(key, source + ": key " + (entries.size() + 1));
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw CommandFailure.usage(source + ": the value of " + key + " is no string");
        }
        entries.put(key, json.getString());
      }
      if (json.nextToken() != null) {
        throw CommandFailure.usage(source + " is more than one JSON object");
      }
      return entries;
    } catch (JacksonException e) {
      throw CommandFailure.usage(source + " is no JSON object: it is malformed at line "
          + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr());
    }
  }
}
