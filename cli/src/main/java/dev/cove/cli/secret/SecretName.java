package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Printable;
import java.util.regex.Pattern;

/** What a secret may be called, so that its name is a file's name and a word in every shell. */
final class SecretName {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int SHOWN = 80;

  private SecretName() {}

  static boolean isValid(String name) {
    return NAME.matcher(name).matches();
  }

  /** @throws CommandFailure when nothing can be called so; what follows an equals sign is not repeated */
  static void check(String name) {
    if (name.indexOf('=') >= 0) {
      throw CommandFailure.usage(
          "the name of the secret comes first: cove secret create NAME KEY=VALUE ...");
    }
    if (!isValid(name)) {
      String shown = name.length() <= SHOWN ? name : name.substring(0, SHOWN) + "...";
      throw CommandFailure.usage("'" + Printable.line(shown)
          + "' cannot name a secret: a name is 1 to 64 letters, digits, dashes, underscores and"
          + " dots");
    }
  }
}
