package dev.cove.cli.secret;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.JsonText;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The key of Google Cloud in a secret, looked at before a library does that repeats values in its messages. */
public final class GoogleKey {
  /** Where a secret has it: the text of the JSON file that Google hands out. */
  public static final String KEY = "GOOGLE_APPLICATION_CREDENTIALS_JSON";

  // What each kind of key cannot do without.
  private static final Map<String, List<String>> TYPES = Map.of(
      "service_account", List.of("client_id", "client_email", "private_key_id", "private_key"),
      "authorized_user", List.of("client_id", "client_secret", "refresh_token"),
      "external_account", List.of("audience", "subject_token_type", "credential_source"),
      "impersonated_service_account",
          List.of("source_credentials", "service_account_impersonation_url"));

  private GoogleKey() {}

  /**
   * The JSON text of the key.
   *
   * @throws CommandFailure when there is none, or it is no key of a known type
   */
  public static String json(Entries entries) {
    String text = entries.require(KEY, "a gs:// bucket");
    Map<String, @Nullable Object> fields = fields(entries, text);
    List<String> needed = fields.get("type") instanceof String type ? TYPES.get(type) : null;
    if (needed == null) {
      throw entries.unfit(
          KEY,
          "is no key of a type that is known: its \"type\" is to be service_account or"
              + " authorized_user");
    }
    for (String field : needed) {
      Object value = fields.get(field);
      if (value == null || value.equals("")) {
        throw entries.unfit(KEY, "has no \"" + field + "\": download the key anew");
      }
    }
    if (fields.get("private_key") instanceof String key && !isRsaKey(key)) {
      throw entries.unfit(KEY, "has a \"private_key\" that is damaged: download the key anew");
    }
    return text;
  }

  private static Map<String, @Nullable Object> fields(Entries entries, String text) {
    try {
      return JsonText.readObject(text);
    } catch (IllegalArgumentException e) {
      // What the parser says repeats what it met.
      throw entries.unfit(
          KEY, "is no JSON object: store the whole key file with " + KEY + "=- < key.json");
    }
  }

  private static boolean isRsaKey(String pem) {
    String base64 = pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
    try {
      KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
      return true;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }
}
