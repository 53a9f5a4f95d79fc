package dev.cove.s3;

import dev.cove.http.MetadataText;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Translates between the SDK's values and the storage contract's. */
final class S3Values {

  // What S3 gives an object that came without a type, and what is sent so that no server guesses
  // one from the name. Stands for "no type" in both directions.
  private static final String UNTYPED = "binary/octet-stream";

  static final String META = "x-amz-meta-";

  private static final Set<String> ARCHIVE_CLASSES = Set.of("GLACIER", "DEEP_ARCHIVE");

  private S3Values() {}

  static ObjectInfo info(String key, HeadObjectResponse head) {
    return new ObjectInfo(
        key,
        head.contentLength() == null ? 0 : head.contentLength(),
        version(head.eTag()),
        time(head.lastModified()),
        head.storageClassAsString(),
        archived(head.storageClassAsString(), head.archiveStatusAsString(), head.restore()),
        blankToNull(head.versionId()),
        attributes(
            new ContentHeaders(
                typeFromS3(head.contentType()),
                blankToNull(head.contentEncoding()),
                blankToNull(head.contentDisposition()),
                blankToNull(head.contentLanguage()),
                blankToNull(head.cacheControl())),
            head.metadata(),
            head.serverSideEncryptionAsString(),
            head.ssekmsKeyId()));
  }

  /**
   * @param size the whole object's
   */
  static ObjectInfo info(String key, long size, GetObjectResponse got) {
    return new ObjectInfo(
        key,
        size,
        version(got.eTag()),
        time(got.lastModified()),
        got.storageClassAsString(),
        false,
        blankToNull(got.versionId()),
        attributes(
            new ContentHeaders(
                typeFromS3(got.contentType()),
                blankToNull(got.contentEncoding()),
                blankToNull(got.contentDisposition()),
                blankToNull(got.contentLanguage()),
                blankToNull(got.cacheControl())),
            got.metadata(),
            got.serverSideEncryptionAsString(),
            got.ssekmsKeyId()));
  }

  static ObjectInfo info(S3Object listed) {
    boolean restored =
        listed.restoreStatus() != null && listed.restoreStatus().restoreExpiryDate() != null;
    return new ObjectInfo(
        listed.key(),
        listed.size() == null ? 0 : listed.size(),
        version(listed.eTag()),
        time(listed.lastModified()),
        listed.storageClassAsString(),
        !restored && archived(listed.storageClassAsString(), null, null),
        null,
        null);
  }

  /**
   * As a list without restore states tells of it.
   *
   * @param attributes null where the list has none
   */
  static ObjectInfo listed(
      String key,
      long size,
      @Nullable String eTag,
      @Nullable Instant lastModified,
      @Nullable String storageClass,
      @Nullable ObjectAttributes attributes) {
    return new ObjectInfo(
        key,
        size,
        version(eTag),
        time(lastModified),
        storageClass,
        archived(storageClass, null, null),
        null,
        attributes);
  }

  /** What a server that lists metadata says of an object: headers by their names in lower case. */
  static ObjectAttributes listedAttributes(Map<String, String> listed) {
    ContentHeaders headers = new ContentHeaders(
        typeFromS3(listed.get("content-type")),
        blankToNull(listed.get("content-encoding")),
        blankToNull(listed.get("content-disposition")),
        blankToNull(listed.get("content-language")),
        blankToNull(listed.get("cache-control")));
    Map<String, String> metadata = new HashMap<>();
    listed.forEach((name, value) -> {
      if (name.startsWith(META)) {
        metadata.put(name.substring(META.length()), MetadataText.decodeWords(value));
      }
    });
    String algorithm = listed.get("x-amz-server-side-encryption");
    Encryption encryption = algorithm == null || algorithm.isEmpty()
        ? null
        : new Encryption(
            algorithm, blankToNull(listed.get("x-amz-server-side-encryption-aws-kms-key-id")));
    ObjectAttributes attributes = new ObjectAttributes(headers, metadata, encryption);
    // Nearly all objects of some buckets, and they are remembered by the hundred thousand.
    return attributes.equals(ObjectAttributes.NONE) ? ObjectAttributes.NONE : attributes;
  }

  static Stored stored(@Nullable String eTag, @Nullable String versionId) {
    return new Stored(version(eTag), blankToNull(versionId));
  }

  static Version version(@Nullable String eTag) {
    if (eTag == null || eTag.isEmpty()) {
      throw new IllegalStateException("the server names no ETag");
    }
    return new Version(unquoted(eTag));
  }

  static String unquoted(String eTag) {
    return eTag.length() >= 2 && eTag.startsWith("\"") && eTag.endsWith("\"")
        ? eTag.substring(1, eTag.length() - 1)
        : eTag;
  }

  static String quoted(Version version) {
    return "\"" + version.value() + "\"";
  }

  static String typeToS3(@Nullable String contentType) {
    return contentType == null ? UNTYPED : contentType;
  }

  static Map<String, String> metadataToS3(Map<String, String> metadata) {
    Map<String, String> sent = new HashMap<>();
    metadata.forEach((key, value) -> sent.put(key, MetadataText.encode(value)));
    return sent;
  }

  /** Null versions are an unversioned bucket's. */
  static @Nullable String blankToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private static @Nullable String typeFromS3(@Nullable String contentType) {
    return UNTYPED.equals(contentType) ? null : blankToNull(contentType);
  }

  private static ObjectAttributes attributes(
      ContentHeaders headers,
      Map<String, String> metadata,
      @Nullable String algorithm,
      @Nullable String keyId) {
    Map<String, String> read = new HashMap<>();
    metadata.forEach(
        (key, value) -> read.put(key.toLowerCase(Locale.ROOT), MetadataText.decode(value)));
    Encryption encryption = algorithm == null || algorithm.isEmpty()
        ? null
        : new Encryption(algorithm, blankToNull(keyId));
    return new ObjectAttributes(headers, read, encryption);
  }

  private static Instant time(@Nullable Instant lastModified) {
    return lastModified == null ? Instant.EPOCH : lastModified;
  }

  private static boolean archived(
      @Nullable String storageClass, @Nullable String archiveStatus, @Nullable String restore) {
    boolean inArchive = (storageClass != null && ARCHIVE_CLASSES.contains(storageClass))
        || blankToNull(archiveStatus) != null;
    // While a restore is under way, x-amz-restore says ongoing-request="true".
    boolean restored = restore != null && restore.contains("ongoing-request=\"false\"");
    return inArchive && !restored;
  }
}
