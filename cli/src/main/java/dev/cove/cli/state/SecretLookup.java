package dev.cove.cli.state;

import java.util.Map;
import java.util.Optional;

/** Where {@code --secret NAME} is looked up. The implementation is found as a service. */
public interface SecretLookup {
  /** The entries of the secret of that name, such as {@code REDIS_PASSWORD}, or empty if there is none. */
  Optional<Map<String, String>> find(String name);
}
