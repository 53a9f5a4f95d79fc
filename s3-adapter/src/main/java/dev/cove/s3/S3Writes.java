package dev.cove.s3;

import dev.cove.http.Crc32c;
import dev.cove.s3.S3Config.Checksums;
import dev.cove.s3.S3Errors.Attempt;
import dev.cove.s3.TrackedRetries.OnConflict;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/** The calls that change whole objects. */
final class S3Writes {

  // 1,000: the most keys one delete request takes.
  private static final int DELETES_AT_ONCE = 1_000;
  // Smaller bodies are in the socket's buffer before the server could refuse them.
  private static final long ASK_FIRST_FROM = 64 * 1024;

  private final S3Connection s3;
  private final S3Reads reads;
  private final S3Support support;
  /** Whether the server deletes many objects in one request, as far as is known. */
  private volatile boolean batches;

  S3Writes(S3Connection s3, S3Reads reads) {
    this.s3 = s3;
    this.reads = reads;
    this.support = s3.config().supportOrDefault();
    // Google's service took such a request before long, and those like it may not yet.
    this.batches = !s3.config().isGoogle();
  }

  Stored put(String key, Content content, WriteOptions options) throws StorageException {
    Attempt attempt = new Attempt("store", key);
    s3.requireKey("store", key);
    WriteCondition condition = options.condition();
    require(support.put(), condition, attempt);
    ObjectAttributes attributes = options.attributes();
    ContentHeaders headers = attributes.headers();
    Encryption encryption = encryption(attributes.encryption());
    PutObjectRequest.Builder request = PutObjectRequest.builder()
        .bucket(s3.bucket())
        .key(key)
        .contentLength(content.size())
        .contentType(S3Values.typeToS3(headers.contentType()))
        .contentEncoding(headers.contentEncoding())
        .contentDisposition(headers.contentDisposition())
        .contentLanguage(headers.contentLanguage())
        .cacheControl(headers.cacheControl())
        .metadata(S3Values.metadataToS3(attributes.metadata()))
        .storageClass(storageClass(options.storageClass()))
        .ifMatch(ifMatch(condition))
        .ifNoneMatch(ifNoneMatch(condition))
        .overrideConfiguration(overrides(content.size(), condition));
    if (encryption != null) {
      request.serverSideEncryption(encryption.algorithm()).ssekmsKeyId(encryption.keyId());
    }
    if (!options.tags().isEmpty()) {
      request.tagging(tagging(options.tags()));
    }
    if (s3.config().checksums() == Checksums.ON) {
      request.checksumCRC32C(checksum(content, attempt));
    }
    PutObjectRequest built = request.build();
    try {
      return s3.write("store", key, client -> {
        PutObjectResponse answer = client.putObject(built, body(content));
        return S3Values.stored(answer.eTag(), answer.versionId());
      });
    } catch (StorageException e) {
      throw goneIsNoMatch(e, condition);
    }
  }

  /**
   * Copies the object with what CopyObject does not keep by itself: storage class and encryption.
   * They are looked up first, and the copy is pinned to what was looked at.
   */
  Stored copy(CopyRequest wanted) throws StorageException {
    Attempt attempt = new Attempt("copy", wanted.source());
    s3.requireKey("copy to", wanted.target());
    WriteCondition condition = wanted.condition();
    require(support.copy(), condition, attempt);
    ObjectInfo source = reads.head(wanted.source());
    Version version = wanted.sourceVersion() == null ? source.version() : wanted.sourceVersion();
    if (!version.equals(source.version())) {
      throw s3.errors()
          .error(Kind.PRECONDITION_FAILED, attempt, "it was replaced in the meantime", null);
    }
    CopyObjectRequest.Builder request = CopyObjectRequest.builder()
        .sourceBucket(s3.bucket())
        .sourceKey(wanted.source())
        .copySourceIfMatch(S3Values.quoted(version))
        .destinationBucket(s3.bucket())
        .destinationKey(wanted.target())
        .storageClass(source.storageClass())
        .ifMatch(ifMatch(condition))
        .ifNoneMatch(ifNoneMatch(condition))
        .overrideConfiguration(s3.patienceFor(source.size()));
    ObjectAttributes kept = source.attributes();
    ObjectAttributes replacement = wanted.attributes();
    Encryption encryption = replacement == null
        ? (kept == null ? null : kept.encryption())
        : encryption(replacement.encryption());
    if (encryption != null) {
      request.serverSideEncryption(encryption.algorithm()).ssekmsKeyId(encryption.keyId());
    }
    // A copy onto itself has to change something; stating the attributes anew counts as that.
    boolean ontoItself = wanted.source().equals(wanted.target());
    if (replacement != null || ontoItself) {
      replace(request, replacement != null ? replacement : kept);
    }
    CopyObjectRequest built = request.build();
    try {
      return s3.longWrite("copy", wanted.source(), OnConflict.RETRY, client -> {
        CopyObjectResponse answer = client.copyObject(built);
        return S3Values.stored(answer.copyObjectResult().eTag(), answer.versionId());
      });
    } catch (StorageException e) {
      if (e.kind() == Kind.NOT_FOUND && condition instanceof WriteCondition.IfVersion) {
        // Source or target: only a second look tells them apart.
        reads.head(wanted.source());
      }
      throw goneIsNoMatch(e, condition);
    }
  }

  private static void replace(
      CopyObjectRequest.Builder request, @Nullable ObjectAttributes attributes) {
    ObjectAttributes stated = attributes == null ? ObjectAttributes.NONE : attributes;
    ContentHeaders headers = stated.headers();
    request
        .metadataDirective(MetadataDirective.REPLACE)
        .contentType(S3Values.typeToS3(headers.contentType()))
        .contentEncoding(headers.contentEncoding())
        .contentDisposition(headers.contentDisposition())
        .contentLanguage(headers.contentLanguage())
        .cacheControl(headers.cacheControl())
        .metadata(S3Values.metadataToS3(stated.metadata()));
  }

  void delete(String key, WriteCondition condition) throws StorageException {
    Attempt attempt = new Attempt("delete", key);
    s3.requireKey("delete", key);
    if (condition instanceof WriteCondition.IfAbsent) {
      throw s3.errors()
          .error(Kind.UNSUPPORTED, attempt, "there is nothing to delete where nothing is", null);
    }
    require(support.delete(), condition, attempt);
    DeleteObjectRequest request = DeleteObjectRequest.builder()
        .bucket(s3.bucket())
        .key(key)
        .ifMatch(ifMatch(condition))
        .build();
    try {
      s3.write("delete", key, client -> client.deleteObject(request));
    } catch (StorageException e) {
      if (e.kind() == Kind.NOT_FOUND && condition instanceof WriteCondition.None) {
        return;
      }
      throw goneIsNoMatch(e, condition);
    }
  }

  Map<String, StorageException> deleteAll(Collection<String> keys) throws StorageException {
    Map<String, StorageException> failed = new LinkedHashMap<>();
    List<String> batch = new ArrayList<>();
    for (String key : keys) {
      if (!fitsXml(key)) {
        deleteOne(key, failed);
        continue;
      }
      batch.add(key);
      if (batch.size() == DELETES_AT_ONCE) {
        deleteBatch(batch, failed);
        batch.clear();
      }
    }
    if (!batch.isEmpty()) {
      deleteBatch(batch, failed);
    }
    return failed;
  }

  private void deleteOne(String key, Map<String, StorageException> failed) {
    try {
      delete(key, WriteCondition.none());
    } catch (StorageException e) {
      failed.put(key, e);
    }
  }

  private void deleteBatch(List<String> keys, Map<String, StorageException> failed)
      throws StorageException {
    if (batches) {
      try {
        deleteAtOnce(keys, failed);
        return;
      } catch (StorageException e) {
        if (e.kind() != Kind.UNSUPPORTED) {
          throw e;
        }
        batches = false;
      }
    }
    keys.forEach(key -> deleteOne(key, failed));
  }

  private void deleteAtOnce(List<String> keys, Map<String, StorageException> failed)
      throws StorageException {
    List<ObjectIdentifier> named =
        keys.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    DeleteObjectsResponse answer = s3.write(
        "delete objects in",
        null,
        client -> client.deleteObjects(
            b -> b.bucket(s3.bucket()).delete(d -> d.objects(named).quiet(true))));
    for (S3Error error : answer.errors()) {
      if (!"NoSuchKey".equals(error.code())) {
        failed.put(
            error.key(),
            s3.errors().ofCode(error.code(), error.message(), new Attempt("delete", error.key())));
      }
    }
  }

  /** XML 1.0 has no way to write most control characters, escaped or not. */
  private static boolean fitsXml(String key) {
    return key.codePoints()
        .allMatch(c -> c == '\t'
            || (c >= 0x20 && c <= 0xd7ff)
            || (c >= 0xe000 && c <= 0xfffd)
            || c >= 0x10000);
  }

  @Nullable
  Encryption encryption(@Nullable Encryption asked) {
    return asked == null ? s3.config().encryption() : asked;
  }

  @Nullable
  String storageClass(@Nullable String asked) {
    return asked == null ? s3.config().storageClass() : asked;
  }

  static Tagging tagging(Map<String, String> tags) {
    return Tagging.builder()
        .tagSet(tags.entrySet().stream()
            .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
            .toList())
        .build();
  }

  String checksum(Content content, Attempt attempt) throws StorageException {
    try {
      return Crc32c.of(content);
    } catch (IOException e) {
      throw s3.errors().error(Kind.INVALID, attempt, "the bytes to store cannot be read", e);
    }
  }

  static RequestBody body(Content content) {
    return RequestBody.fromContentProvider(
        () -> {
          try {
            return content.open();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        content.size(),
        S3Values.typeToS3(null));
  }

  private AwsRequestOverrideConfiguration overrides(long bytes, WriteCondition condition) {
    AwsRequestOverrideConfiguration time = s3.timeFor(bytes);
    if (condition instanceof WriteCondition.None || bytes < ASK_FIRST_FROM) {
      return time;
    }
    // A server that refuses before it has read the body closes the connection, and its answer is
    // lost with it: so it is asked before the body is sent.
    return time.toBuilder().putHeader("Expect", "100-continue").build();
  }

  /** Where an object should have a version and is not there at all, servers answer 404. */
  private static StorageException goneIsNoMatch(StorageException e, WriteCondition condition) {
    return e.kind() == Kind.NOT_FOUND && condition instanceof WriteCondition.IfVersion
        ? new StorageException(Kind.PRECONDITION_FAILED, String.valueOf(e.getMessage()), e)
        : e;
  }

  void require(boolean supported, WriteCondition condition, Attempt attempt)
      throws StorageException {
    if (!supported && !(condition instanceof WriteCondition.None)) {
      throw s3.errors()
          .error(
              Kind.UNSUPPORTED,
              attempt,
              "the server ignores conditions on this kind of call",
              null);
    }
  }

  static @Nullable String ifMatch(WriteCondition condition) {
    return condition instanceof WriteCondition.IfVersion ifVersion
        ? S3Values.quoted(ifVersion.expected())
        : null;
  }

  static @Nullable String ifNoneMatch(WriteCondition condition) {
    return condition instanceof WriteCondition.IfAbsent ? "*" : null;
  }
}
