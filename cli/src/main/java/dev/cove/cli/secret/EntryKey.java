package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import java.util.regex.Pattern;

/** What a key of a secret may be called: as an environment variable. */
final class EntryKey {
  private static final Pattern KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

  private EntryKey() {}

  /**
   * @param where it stands, which is all that is said of what is no key: it may be a value in the
   *     wrong place
   */
  static void check(String key, String where) {
    if (!KEY.matcher(key).matches()) {
      throw CommandFailure.usage(
          where + ": a key is 1 to 128 letters, digits and underscores, and begins with no digit");
    }
  }
}
