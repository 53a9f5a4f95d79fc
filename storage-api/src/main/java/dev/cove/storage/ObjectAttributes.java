package dev.cove.storage;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What travels with an object besides its bytes.
 *
 * @param headers the HTTP headers it is served with
 * @param metadata user metadata; keys are lower case without the backend's prefix ({@code
 *     x-amz-meta-}), values any text (the backend escapes what its protocol cannot carry)
 * @param encryption how it is encrypted at rest, null for the bucket's default
 */
public record ObjectAttributes(
    ContentHeaders headers,
    Map<String, String> metadata,
    @Nullable Encryption encryption) {

  public static final ObjectAttributes NONE =
      new ObjectAttributes(ContentHeaders.NONE, Map.of(), null);

  public ObjectAttributes {
    metadata = Map.copyOf(metadata);
  }

  public ObjectAttributes withMetadata(Map<String, String> replacement) {
    return new ObjectAttributes(headers, replacement, encryption);
  }

  /**
   * Server-side encryption.
   *
   * @param algorithm the backend's name: {@code AES256}, {@code aws:kms}
   * @param keyId the key, null for the account's default key
   */
  public record Encryption(String algorithm, @Nullable String keyId) {}
}
