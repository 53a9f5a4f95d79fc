package dev.cove.s3;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the credentials come from. */
public sealed interface S3Credentials {

  /** The SDK's own chain (environment, profile, SSO, container, instance), refreshed as it expires. */
  static S3Credentials defaultChain() {
    return new DefaultChain(null);
  }

  /** Those of this profile of the shared configuration files, whatever the environment has. */
  static S3Credentials profile(String name) {
    return new DefaultChain(name);
  }

  /**
   * Keys asked for anew before each call, so that a secret can be rotated while it is in use. The
   * supplier answers from memory and is safe for many threads.
   */
  static S3Credentials of(Supplier<Keys> supplier) {
    return new Supplied(supplier, null);
  }

  /**
   * As {@link #of(Supplier)}.
   *
   * @param origin where the keys come from, as messages about them name it: {@code the secret 'x'}
   */
  static S3Credentials of(Supplier<Keys> supplier, String origin) {
    return new Supplied(supplier, origin);
  }

  /** Requests are not signed: public buckets. */
  static S3Credentials anonymous() {
    return Anonymous.INSTANCE;
  }

  /** The SDK's chain, or one profile. */
  record DefaultChain(@Nullable String profile) implements S3Credentials {}

  /** Keys from a supplier. */
  record Supplied(Supplier<Keys> supplier, @Nullable String origin) implements S3Credentials {}

  /** None. */
  enum Anonymous implements S3Credentials {
    INSTANCE
  }

  /** One set of keys; printing it shows none of them. */
  record Keys(
      String accessKeyId, String secretAccessKey, @Nullable String sessionToken) {
    @Override
    public String toString() {
      return "Keys[***]";
    }
  }
}
