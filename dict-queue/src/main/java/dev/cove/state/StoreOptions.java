package dev.cove.state;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a store is and how it is used. Immutable; each {@code with} method returns a changed copy.
 *
 * @param url {@code redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]} or {@code rediss://…}, or null for the embedded store
 * @param folder where the embedded store keeps its files; created if missing
 * @param login goes before a user and password in the URL
 * @param certificates a PEM file of the authorities to trust with {@code rediss}, or null for the runtime's own
 * @param timeout how long one request to Redis may take, and how long a write may wait for the embedded store's lock
 */
public record StoreOptions(
    @Nullable String url,
    Path folder,
    Durability durability,
    Limits limits,
    @Nullable Login login,
    @Nullable Path certificates,
    Duration timeout) {

  /** A user, or null for the default one, and a password. */
  public record Login(@Nullable String user, String password) {
    /** Never shows the password. */
    @Override
    public String toString() {
      return "Login[" + user + "]";
    }
  }

  public StoreOptions {
    Objects.requireNonNull(folder);
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      throw new IllegalArgumentException("the store's timeout must be more than 0 and at most "
          + LONGEST_TIMEOUT.toSeconds() + " s");
    }
  }

  // A server remembers a change for ten minutes; until then it may be sent again.
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /** The embedded store in that folder. */
  public static StoreOptions embedded(Path folder) {
    return new StoreOptions(
        null, folder, Durability.PROCESS, Limits.DEFAULT, null, null, DEFAULT_TIMEOUT);
  }

  /**
   * The store that the environment names: {@code COVE_STORE}, else {@code COVE_REDIS_URL}, else the embedded one under
   * {@code $COVE_HOME/data/state}, {@code $XDG_DATA_HOME/cove/state} or {@code ~/.local/share/cove/state}. {@code
   * COVE_REDIS_CA} names certificates, {@code COVE_DURABILITY} is {@code process} or {@code disk}.
   */
  public static StoreOptions fromEnvironment(Map<String, String> environment) {
    String store = set(environment, "COVE_STORE");
    StoreOptions options = embedded(folder(environment))
        .withUrl(store != null ? store : set(environment, "COVE_REDIS_URL"));
    String ca = set(environment, "COVE_REDIS_CA");
    if (ca != null) {
      options = options.withCertificates(Path.of(ca));
    }
    String durability = set(environment, "COVE_DURABILITY");
    return durability == null ? options : options.withDurability(durability(durability));
  }

  private static Path folder(Map<String, String> environment) {
    String home = set(environment, "COVE_HOME");
    if (home != null) {
      return Path.of(home, "data", "state");
    }
    String data = set(environment, "XDG_DATA_HOME");
    Path base =
        data != null ? Path.of(data) : Path.of(System.getProperty("user.home"), ".local", "share");
    return base.resolve("cove").resolve("state");
  }

  private static @Nullable String set(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  private static Durability durability(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "process" -> Durability.PROCESS;
      case "disk" -> Durability.DISK;
      default ->
        throw new IllegalArgumentException(
            "COVE_DURABILITY is '" + word + "': it must be 'process' or 'disk'");
    };
  }

  public StoreOptions withUrl(@Nullable String newUrl) {
    return new StoreOptions(newUrl, folder, durability, limits, login, certificates, timeout);
  }

  public StoreOptions withFolder(Path newFolder) {
    return new StoreOptions(url, newFolder, durability, limits, login, certificates, timeout);
  }

  public StoreOptions withDurability(Durability newDurability) {
    return new StoreOptions(url, folder, newDurability, limits, login, certificates, timeout);
  }

  public StoreOptions withLimits(Limits newLimits) {
    return new StoreOptions(url, folder, durability, newLimits, login, certificates, timeout);
  }

  public StoreOptions withLogin(@Nullable Login newLogin) {
    return new StoreOptions(url, folder, durability, limits, newLogin, certificates, timeout);
  }

  public StoreOptions withCertificates(@Nullable Path pem) {
    return new StoreOptions(url, folder, durability, limits, login, pem, timeout);
  }

  public StoreOptions withTimeout(Duration newTimeout) {
    return new StoreOptions(url, folder, durability, limits, login, certificates, newTimeout);
  }

  /** The scheme of the URL in lower case, {@code file} for the embedded store. */
  public String scheme() {
    if (url == null) {
      return "file";
    }
    int colon = url.indexOf(':');
    return colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
  }

  /** Without the URL's password. */
  @Override
  public String toString() {
    return url == null
        ? "StoreOptions[" + folder + "]"
        : "StoreOptions[" + url.replaceAll("//[^@/]*@", "//***@") + "]";
  }
}
