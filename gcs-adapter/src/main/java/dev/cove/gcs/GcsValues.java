package dev.cove.gcs;

import com.google.api.client.json.JsonGenerator;
import com.google.api.client.util.DateTime;
import com.google.api.services.storage.model.StorageObject;
import dev.cove.http.MetadataText;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Translates between Google's values and the storage contract's. */
final class GcsValues {

  /** What of an object is asked for; all else is left away, which halves the work of long lists. */
  static final String FIELDS =
      "name,size,generation,metageneration,updated,storageClass,contentType,contentEncoding,"
          + "contentDisposition,contentLanguage,cacheControl,customTime,metadata,kmsKeyName,crc32c";

  /** How Cloud KMS is called as an algorithm. */
  static final String KMS = "gcp:kms";

  // What is served of an object without a type, and what is sent so that nothing is guessed from
  // its name. Stands for "no type" in both directions.
  static final String UNTYPED = "application/octet-stream";

  private static final String METADATA_HEADER = "x-goog-meta-";
  // gcsfuse reads it as it stands.
  private static final String AS_IT_IS = "gcsfuse_symlink_target";
  private static final String KEY_VERSION = "/cryptoKeyVersions/";

  private GcsValues() {}

  static ObjectInfo info(StorageObject object) {
    return new ObjectInfo(
        object.getName(),
        object.getSize() == null ? 0 : object.getSize().longValueExact(),
        version(object),
        time(object.getUpdated()),
        object.getStorageClass(),
        false,
        String.valueOf(object.getGeneration()),
        new ObjectAttributes(
            new ContentHeaders(
                typeFromGcs(object.getContentType()),
                blankToNull(object.getContentEncoding()),
                blankToNull(object.getContentDisposition()),
                blankToNull(object.getContentLanguage()),
                blankToNull(object.getCacheControl())),
            metadataFromGcs(object.getMetadata()),
            encryption(object.getKmsKeyName())));
  }

  /**
   * @param size the whole object's
   * @param headers by names in lower case
   */
  static ObjectInfo info(String key, long size, Map<String, String> headers) {
    Map<String, String> metadata = new HashMap<>();
    headers.forEach((name, value) -> {
      if (name.startsWith(METADATA_HEADER)) {
        metadata.put(name.substring(METADATA_HEADER.length()), MetadataText.fromHeader(value));
      }
    });
    String generation = headers.getOrDefault(GcsReads.GENERATION, "");
    return new ObjectInfo(
        key,
        size,
        // Emulators that keep no metageneration leave the header away, and say 1 elsewhere.
        version(generation, headers.getOrDefault("x-goog-metageneration", "1")),
        httpTime(headers.getOrDefault("last-modified", "")),
        blankToNull(headers.get("x-goog-storage-class")),
        false,
        generation,
        new ObjectAttributes(
            new ContentHeaders(
                typeFromGcs(headers.get("content-type")),
                blankToNull(headers.get("content-encoding")),
                blankToNull(headers.get("content-disposition")),
                blankToNull(headers.get("content-language")),
                blankToNull(headers.get("cache-control"))),
            metadataFromGcs(metadata),
            encryption(headers.get("x-goog-encryption-kms-key-name"))));
  }

  static Stored stored(StorageObject written) {
    return new Stored(version(written), String.valueOf(written.getGeneration()));
  }

  /**
   * Of bytes and metadata: generation and metageneration. Bytes are pinned to the first, changes depend
   * on both, so that no metadata of others is lost.
   */
  static Version version(StorageObject object) {
    if (object.getGeneration() == null) {
      throw new IllegalArgumentException("the server names no generation");
    }
    return version(
        object.getGeneration().toString(),
        object.getMetageneration() == null ? "" : object.getMetageneration().toString());
  }

  private static Version version(String generation, String metageneration) {
    return new Version(metageneration.isEmpty() ? generation : generation + "." + metageneration);
  }

  /** Puts headers and metadata into what is sent. */
  static StorageObject describe(StorageObject object, ObjectAttributes attributes) {
    ContentHeaders headers = attributes.headers();
    Map<String, String> metadata = new HashMap<>();
    attributes
        .metadata()
        .forEach((key, value) ->
            metadata.put(key, key.equals(AS_IT_IS) ? value : MetadataText.encode(value)));
    return object
        .setContentType(typeToGcs(headers.contentType()))
        .setContentEncoding(headers.contentEncoding())
        .setContentDisposition(headers.contentDisposition())
        .setContentLanguage(headers.contentLanguage())
        .setCacheControl(headers.cacheControl())
        .setMetadata(metadata.isEmpty() ? null : metadata);
  }

  /**
   * What {@link #describe} has set and what an insert adds. Not by the client's way, which looks each
   * field up by reflection.
   */
  static byte[] json(StorageObject object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json =
        GcsConnection.JSON.createJsonGenerator(bytes, StandardCharsets.UTF_8)) {
      json.writeStartObject();
      write(json, "bucket", object.getBucket());
      write(json, "name", object.getName());
      write(json, "contentType", object.getContentType());
      write(json, "contentEncoding", object.getContentEncoding());
      write(json, "contentDisposition", object.getContentDisposition());
      write(json, "contentLanguage", object.getContentLanguage());
      write(json, "cacheControl", object.getCacheControl());
      write(json, "storageClass", object.getStorageClass());
      write(json, "crc32c", object.getCrc32c());
      if (object.getMetadata() != null) {
        json.writeFieldName("metadata");
        json.writeStartObject();
        for (Map.Entry<String, String> entry : object.getMetadata().entrySet()) {
          write(json, entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeFieldName(name);
      json.writeString(value);
    }
  }

  private static Map<String, String> metadataFromGcs(@Nullable Map<String, String> metadata) {
    Map<String, String> read = new HashMap<>();
    if (metadata != null) {
      metadata.forEach((key, value) -> read.put(
          key.toLowerCase(Locale.ROOT),
          key.equals(AS_IT_IS) ? value : MetadataText.decodeWords(value)));
    }
    return read;
  }

  static String typeToGcs(@Nullable String contentType) {
    return contentType == null ? UNTYPED : contentType;
  }

  private static @Nullable String typeFromGcs(@Nullable String contentType) {
    return UNTYPED.equals(contentType) ? null : blankToNull(contentType);
  }

  private static @Nullable Encryption encryption(@Nullable String keyName) {
    String key = keyName(keyName);
    return key == null ? null : new Encryption(KMS, key);
  }

  /** The key without the version that this object happens to be encrypted with. */
  static @Nullable String keyName(@Nullable String keyName) {
    if (keyName == null || keyName.isEmpty()) {
      return null;
    }
    int cut = keyName.indexOf(KEY_VERSION);
    return cut < 0 ? keyName : keyName.substring(0, cut);
  }

  /** The generation an object must have, 0 for none; null where there is no condition. */
  static @Nullable Long generation(WriteCondition condition) {
    if (condition instanceof WriteCondition.IfVersion ifVersion) {
      return generation(ifVersion.expected());
    }
    return condition instanceof WriteCondition.IfAbsent ? Long.valueOf(0) : null;
  }

  static long generation(Version version) {
    // No object ever has 1, so the condition does not hold, as it should.
    return number(version.value().split("\\.", 2)[0], 1);
  }

  /** The metageneration an object must have besides; null where there is no condition. */
  static @Nullable Long metageneration(WriteCondition condition) {
    if (!(condition instanceof WriteCondition.IfVersion ifVersion)) {
      return null;
    }
    String version = ifVersion.expected().value();
    int dot = version.indexOf('.');
    return dot < 0 ? null : Long.valueOf(number(version.substring(dot + 1), 0));
  }

  private static long number(String text, long otherwise) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static @Nullable String blankToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /** To the second, which is all that the answer to a get says. */
  private static Instant time(@Nullable DateTime updated) {
    return updated == null
        ? Instant.EPOCH
        : Instant.ofEpochSecond(Math.floorDiv(updated.getValue(), 1_000L));
  }

  private static Instant httpTime(String text) {
    try {
      return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}
