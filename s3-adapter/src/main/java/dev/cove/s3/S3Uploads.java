package dev.cove.s3;

import dev.cove.s3.S3Config.Checksums;
import dev.cove.s3.S3Errors.Attempt;
import dev.cove.s3.TrackedRetries.OnConflict;
import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyPartResult;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Multipart uploads. A part's tag is its ETag and, where the upload has checksums, the part's
 * checksum after a semicolon: S3 wants both back when the upload is completed.
 */
final class S3Uploads {

  private static final char CHECKSUM_FOLLOWS = ';';

  private final S3Connection s3;
  private final S3Writes writes;
  private final Clock clock;

  S3Uploads(S3Connection s3, S3Writes writes, Clock clock) {
    this.s3 = s3;
    this.writes = writes;
    this.clock = clock;
  }

  Upload create(String key, WriteOptions options) throws StorageException {
    s3.requireKey("begin an upload to", key);
    ObjectAttributes attributes = options.attributes();
    ContentHeaders headers = attributes.headers();
    Encryption encryption = writes.encryption(attributes.encryption());
    CreateMultipartUploadRequest.Builder request = CreateMultipartUploadRequest.builder()
        .bucket(s3.bucket())
        .key(key)
        .contentType(S3Values.typeToS3(headers.contentType()))
        .contentEncoding(headers.contentEncoding())
        .contentDisposition(headers.contentDisposition())
        .contentLanguage(headers.contentLanguage())
        .cacheControl(headers.cacheControl())
        .metadata(S3Values.metadataToS3(attributes.metadata()))
        .storageClass(writes.storageClass(options.storageClass()));
    if (encryption != null) {
      request.serverSideEncryption(encryption.algorithm()).ssekmsKeyId(encryption.keyId());
    }
    if (!options.tags().isEmpty()) {
      request.tagging(S3Writes.tagging(options.tags()));
    }
    if (checkedAsAWhole()) {
      request.checksumAlgorithm(ChecksumAlgorithm.CRC32_C);
    }
    CreateMultipartUploadRequest built = request.build();
    return s3.write(
        "begin an upload to",
        key,
        client -> new Upload(key, client.createMultipartUpload(built).uploadId(), clock.instant()),
        this::dropUnheard);
  }

  /**
   * An attempt whose answer was lost may have begun an upload too, of which nobody knows: it has no
   * part, and began before this one and not long before.
   */
  private void dropUnheard(Upload heard) {
    try {
      List<Upload> all = list(heard.key());
      Instant began = all.stream()
          .filter(upload -> upload.id().equals(heard.id()))
          .map(Upload::started)
          .findFirst()
          .orElse(heard.started());
      for (Upload upload : all) {
        if (upload.key().equals(heard.key())
            && !upload.id().equals(heard.id())
            && !upload.started().isAfter(began)
            && upload.started().isAfter(began.minus(s3.config().callTimeout()))
            && parts(upload).isEmpty()) {
          abort(upload);
        }
      }
    } catch (StorageException e) {
      // The upload that was heard of is good all the same. What may be left of the other one is an
      // entry without bytes, which a rule of the bucket for unfinished uploads ends.
      return;
    }
  }

  Part upload(Upload upload, int number, Content content) throws StorageException {
    UploadPartRequest.Builder request = UploadPartRequest.builder()
        .bucket(s3.bucket())
        .key(upload.key())
        .uploadId(upload.id())
        .partNumber(number)
        .contentLength(content.size())
        .overrideConfiguration(s3.timeFor(content.size()));
    if (checked()) {
      request.checksumCRC32C(writes.checksum(content, new Attempt("store", upload.key())));
    }
    UploadPartRequest built = request.build();
    return s3.write("store part " + number + " of", upload.key(), client -> {
      UploadPartResponse answer = client.uploadPart(built, S3Writes.body(content));
      return new Part(number, content.size(), tag(answer.eTag(), built.checksumCRC32C()));
    });
  }

  Part copy(Upload upload, int number, String sourceKey, Version source, ByteRange range)
      throws StorageException {
    UploadPartCopyRequest request = UploadPartCopyRequest.builder()
        .sourceBucket(s3.bucket())
        .sourceKey(sourceKey)
        .copySourceIfMatch(S3Values.quoted(source))
        .copySourceRange(range.toHttpHeader())
        .destinationBucket(s3.bucket())
        .destinationKey(upload.key())
        .uploadId(upload.id())
        .partNumber(number)
        .overrideConfiguration(s3.patienceFor(range.length()))
        .build();
    return s3.longWrite("copy from", sourceKey, OnConflict.RETRY, client -> {
      CopyPartResult result = client.uploadPartCopy(request).copyPartResult();
      return new Part(number, range.length(), tag(result.eTag(), result.checksumCRC32C()));
    });
  }

  Stored complete(Upload upload, List<Part> parts, WriteCondition condition)
      throws StorageException {
    Attempt attempt = new Attempt("publish", upload.key());
    writes.require(s3.config().supportOrDefault().put(), condition, attempt);
    List<CompletedPart> named = parts.stream()
        .sorted(Comparator.comparingInt(Part::number))
        .map(S3Uploads::completed)
        .toList();
    CompleteMultipartUploadRequest request = CompleteMultipartUploadRequest.builder()
        .bucket(s3.bucket())
        .key(upload.key())
        .uploadId(upload.id())
        .multipartUpload(b -> b.parts(named))
        .ifMatch(S3Writes.ifMatch(condition))
        .ifNoneMatch(S3Writes.ifNoneMatch(condition))
        .overrideConfiguration(s3.patienceFor(0))
        .build();
    try {
      // After a conflict the parts have to be sent again: asking once more cannot help.
      return s3.longWrite("publish", upload.key(), OnConflict.GIVE_UP, client -> {
        CompleteMultipartUploadResponse answer = client.completeMultipartUpload(request);
        return S3Values.stored(answer.eTag(), answer.versionId());
      });
    } catch (StorageException e) {
      // NoSuchKey: the object the condition is about; NoSuchUpload: the upload itself.
      if (e.kind() == Kind.NOT_FOUND
          && condition instanceof WriteCondition.IfVersion
          && S3Errors.isAboutObject(e)) {
        throw new StorageException(Kind.PRECONDITION_FAILED, String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }

  void abort(Upload upload) throws StorageException {
    try {
      s3.write(
          "drop the upload to",
          upload.key(),
          client -> client.abortMultipartUpload(
              b -> b.bucket(s3.bucket()).key(upload.key()).uploadId(upload.id())));
    } catch (StorageException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
    }
  }

  List<Upload> list(String prefix) throws StorageException {
    List<Upload> uploads = new ArrayList<>();
    String key = null;
    String id = null;
    while (true) {
      ListMultipartUploadsRequest request = ListMultipartUploadsRequest.builder()
          .bucket(s3.bucket())
          .prefix(prefix)
          .keyMarker(key)
          .uploadIdMarker(id)
          .encodingType("url")
          .build();
      ListMultipartUploadsResponse page =
          s3.read("list the uploads in", null, client -> client.listMultipartUploads(request));
      page.uploads().forEach(u -> uploads.add(new Upload(u.key(), u.uploadId(), u.initiated())));
      if (!Boolean.TRUE.equals(page.isTruncated())) {
        return uploads;
      }
      key = page.nextKeyMarker();
      id = page.nextUploadIdMarker();
    }
  }

  List<Part> parts(Upload upload) throws StorageException {
    List<Part> parts = new ArrayList<>();
    Integer marker = null;
    while (true) {
      ListPartsRequest request = ListPartsRequest.builder()
          .bucket(s3.bucket())
          .key(upload.key())
          .uploadId(upload.id())
          .partNumberMarker(marker)
          .build();
      ListPartsResponse page =
          s3.read("list the parts of", upload.key(), client -> client.listParts(request));
      page.parts()
          .forEach(p ->
              parts.add(new Part(p.partNumber(), p.size(), tag(p.eTag(), p.checksumCRC32C()))));
      if (!Boolean.TRUE.equals(page.isTruncated())) {
        return parts;
      }
      marker = page.nextPartNumberMarker();
    }
  }

  private boolean checked() {
    return s3.config().checksums() == Checksums.ON;
  }

  /**
   * Amazon S3 wants to know at the beginning which checksums the parts will have, and to have them
   * named again at the end. MinIO takes checksums with parts as they come, but once they are
   * announced it refuses parts that are copied on the server.
   */
  private boolean checkedAsAWhole() {
    return checked() && s3.config().isAmazon();
  }

  private String tag(@Nullable String eTag, @Nullable String checksum) {
    String plain = S3Values.version(eTag).value();
    return !checkedAsAWhole() || checksum == null || checksum.isEmpty()
        ? plain
        : plain + CHECKSUM_FOLLOWS + checksum;
  }

  private static CompletedPart completed(Part part) {
    int cut = part.tag().indexOf(CHECKSUM_FOLLOWS);
    String eTag = cut < 0 ? part.tag() : part.tag().substring(0, cut);
    return CompletedPart.builder()
        .partNumber(part.number())
        .eTag("\"" + eTag + "\"")
        .checksumCRC32C(cut < 0 ? null : part.tag().substring(cut + 1))
        .build();
  }
}
