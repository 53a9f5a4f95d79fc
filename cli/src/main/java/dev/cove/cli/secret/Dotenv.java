package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lines {@code KEY=VALUE}, as programs keep them in {@code .env}: {@code export} before a key,
 * comments, values in single quotes as they are, in double quotes with escapes, both over several
 * lines. Nothing is expanded: a dollar sign in a password is a dollar sign.
 */
final class Dotenv {
  private final String source;
  private final String text;
  private int at;

  private Dotenv(String source, String text) {
    this.source = source;
    this.text = text.replace("\r\n", "\n");
  }

  /** @throws CommandFailure when a line is none of these; the message has its number and its key, never its value */
  static Map<String, String> parse(String source, String text) {
    return new Dotenv(source, text).entries();
  }

  private Map<String, String> entries() {
    Map<String, String> entries = new LinkedHashMap<>();
    for (skipBlank("\n"); at < text.length(); skipBlank("\n")) {
      if (text.charAt(at) == '#') {
        untilLineEnd();
        continue;
      }
      String where = source + ": line " + line();
      int end = at;
      while (end < text.length() && text.charAt(end) != '=' && text.charAt(end) != '\n') {
        end++;
      }
      if (end == text.length() || text.charAt(end) == '\n') {
        throw CommandFailure.usage(where + " has no equals sign");
      }
      String key = text.substring(at, end).strip().replaceFirst("^export\\s+", "");
      EntryKey.check(key, where);
      at = end + 1;
      entries.put(key, value(where + ": " + key));
    }
    return entries;
  }

  private String value(String where) {
    skipBlank("");
    if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
      String value = quoted(text.charAt(at), where);
      String rest = untilLineEnd().strip();
      if (!rest.isEmpty() && !rest.startsWith("#")) {
        throw CommandFailure.usage(where + ": there is more behind the closing quote");
      }
      return value;
    }
    // A number sign within a word belongs to it.
    return untilLineEnd().replaceFirst("(^|\\s)#.*", "").strip();
  }

  private String quoted(char quote, String where) {
    StringBuilder value = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == quote) {
        at++;
        return value.toString();
      }
      if (c == '\\' && quote == '"' && at + 1 < text.length()) {
        at++;
        value.append(escaped(text.charAt(at)));
      } else {
        value.append(c);
      }
    }
    throw CommandFailure.usage(where + ": the closing quote is missing");
  }

  private static String escaped(char c) {
    return switch (c) {
      case 'n' -> "\n";
      case 'r' -> "\r";
      case 't' -> "\t";
      case '"', '\\', '$', '\'', '`' -> String.valueOf(c);
      default -> "\\" + c;
    };
  }

  private void skipBlank(String also) {
    while (at < text.length()
        && (text.charAt(at) == ' '
            || text.charAt(at) == '\t'
            || also.indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
  }

  private String untilLineEnd() {
    int end = text.indexOf('\n', at);
    String line = text.substring(at, end < 0 ? text.length() : end);
    at = end < 0 ? text.length() : end + 1;
    return line;
  }

  private long line() {
    return 1 + text.substring(0, at).chars().filter(c -> c == '\n').count();
  }
}
