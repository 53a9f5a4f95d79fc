package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys and values of one secret at one time. Immutable; printing it shows no value. */
public final class Entries {
  private final String secret;
  private final Map<String, String> values;

  Entries(String secret, Map<String, String> values) {
    this.secret = secret;
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The name of the secret they are of. */
  public String secret() {
    return secret;
  }

  public Set<String> keys() {
    return values.keySet();
  }

  /** The value of a key; null when it is absent or empty. */
  public @Nullable String get(String key) {
    String value = values.get(key);
    return value == null || value.isEmpty() ? null : value;
  }

  /**
   * The value of a key.
   *
   * @param purpose who needs it, for the message: {@code "an s3:// bucket"}
   * @throws CommandFailure when it is absent or empty
   */
  public String require(String key, String purpose) {
    String value = get(key);
    if (value == null) {
      throw CommandFailure.usage("the secret '" + secret + "' has no " + key + ", which " + purpose
          + " needs" + (values.isEmpty() ? "" : "; it has " + String.join(", ", keys())));
    }
    return value;
  }

  /** A failure that names the secret and the key, and never the value. */
  public CommandFailure unfit(String key, String why) {
    return CommandFailure.usage(key + " of the secret '" + secret + "' " + why);
  }

  Map<String, String> values() {
    return values;
  }

  @Override
  public String toString() {
    return secret + keys();
  }
}
