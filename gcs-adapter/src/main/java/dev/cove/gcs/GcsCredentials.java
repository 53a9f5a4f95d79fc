package dev.cove.gcs;

import java.util.function.Supplier;

/** Where the credentials come from. */
public sealed interface GcsCredentials {

  /** Application default credentials: environment, gcloud's file, the machine's own account. */
  static GcsCredentials applicationDefault() {
    return ApplicationDefault.INSTANCE;
  }

  /**
   * A key in JSON (a service account's, or any other kind that the tools of Google write), asked for
   * anew before each call, so that a secret can be rotated while it is in use. The supplier answers
   * from memory and is safe for many threads.
   *
   * @param name what the key is called in messages; its value is in none
   */
  static GcsCredentials json(String name, Supplier<String> supplier) {
    return new Json(name, supplier);
  }

  /** Requests carry no credentials: public buckets, and servers that ask for none. */
  static GcsCredentials anonymous() {
    return Anonymous.INSTANCE;
  }

  /** Found where the tools of Google look. */
  enum ApplicationDefault implements GcsCredentials {
    INSTANCE
  }

  /** A key in JSON. */
  record Json(String name, Supplier<String> supplier) implements GcsCredentials {}

  /** None. */
  enum Anonymous implements GcsCredentials {
    INSTANCE
  }
}
