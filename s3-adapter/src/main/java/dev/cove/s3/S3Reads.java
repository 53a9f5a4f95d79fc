package dev.cove.s3;

import dev.cove.http.StreamedBody;
import dev.cove.s3.S3Config.Checksums;
import dev.cove.s3.S3Errors.Attempt;
import dev.cove.storage.ByteRange;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.OptionalObjectAttributes;
import software.amazon.awssdk.services.s3.model.Tag;

/** The calls that change nothing. */
final class S3Reads {

  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+)");

  private final S3Connection s3;

  S3Reads(S3Connection s3) {
    this.s3 = s3;
  }

  ObjectInfo head(String key) throws StorageException {
    s3.requireKey("look at", key);
    HeadObjectRequest request =
        HeadObjectRequest.builder().bucket(s3.bucket()).key(key).build();
    ShortPath shortPath = s3.shortPath();
    return s3.read("look at", key, client -> {
      HeadObjectResponse head = shortPath == null ? null : shortPath.head(key);
      if (head == null) {
        head = client.headObject(request);
        succeeded(shortPath);
      }
      return S3Values.info(key, head);
    });
  }

  ObjectBody get(GetRequest wanted) throws StorageException {
    s3.requireKey("read", wanted.key());
    GetObjectRequest.Builder request =
        GetObjectRequest.builder().bucket(s3.bucket()).key(wanted.key());
    ByteRange range = wanted.range();
    boolean checksum = range == null && s3.config().checksums() == Checksums.ON;
    if (range != null) {
      request.range(range.toHttpHeader());
    } else if (checksum) {
      // Servers send a checksum with whole objects only. As a plain header, so that the SDK does
      // not
      // wrap the stream to check the same bytes once more.
      request.overrideConfiguration(o -> o.putHeader("x-amz-checksum-mode", "ENABLED"));
    }
    if (wanted.version() != null) {
      request.ifMatch(S3Values.quoted(wanted.version()));
    }
    GetObjectRequest built = request.build();
    ShortPath shortPath = s3.shortPath();
    return s3.read("read", wanted.key(), client -> {
      ShortPath.Got got = shortPath == null ? null : shortPath.get(built, checksum);
      if (got != null) {
        return body(wanted, got.head(), got.body());
      }
      // Unmanaged: the stream is handed on as it is, and stays open. Judged outside of the SDK,
      // which
      // would take a failure in here for one of the connection.
      Answered answered = client.getObject(built, ResponseTransformer.unmanaged(Answered::new));
      succeeded(shortPath);
      return body(wanted, answered.head(), answered.in());
    });
  }

  private static void succeeded(@Nullable ShortPath shortPath) {
    if (shortPath != null) {
      shortPath.succeeded();
    }
  }

  private record Answered(GetObjectResponse head, AbortableInputStream in) {}

  private ObjectBody body(GetRequest wanted, GetObjectResponse answer, AbortableInputStream in)
      throws StorageException {
    Attempt attempt = new Attempt("read", wanted.key());
    try {
      long length = answer.contentLength() == null ? 0 : answer.contentLength();
      long size = sizeOf(wanted.range(), length, answer.contentRange(), attempt);
      ObjectInfo info = S3Values.info(wanted.key(), size, answer);
      if (wanted.version() != null && !info.version().equals(wanted.version())) {
        // A server or proxy that does not know If-Match.
        throw s3.errors()
            .error(Kind.PRECONDITION_FAILED, attempt, "it was replaced in the meantime", null);
      }
      BodyChecksum checksum = wanted.range() == null ? BodyChecksum.of(answer) : null;
      return new StreamedBody(in, in::abort, info, length, checksum, s3.errors().of(attempt));
    } catch (StorageException | RuntimeException e) {
      in.abort();
      throw e;
    }
  }

  /** The whole object's size, once it is certain that these are the bytes that were asked for. */
  private long sizeOf(
      @Nullable ByteRange range, long length, @Nullable String contentRange, Attempt attempt)
      throws StorageException {
    if (range == null) {
      return length;
    }
    Matcher matcher = contentRange == null ? null : CONTENT_RANGE.matcher(contentRange);
    if (matcher == null || !matcher.matches()) {
      if (range.offset() == 0 && length <= range.length()) {
        return length;
      }
      throw s3.errors()
          .error(Kind.UNSUPPORTED, attempt, "the server does not deliver ranges of objects", null);
    }
    long first = Long.parseLong(matcher.group(1));
    long size = Long.parseLong(matcher.group(3));
    long last = Math.min(range.end(), size) - 1;
    if (first != range.offset()
        || Long.parseLong(matcher.group(2)) != last
        || length != last - first + 1) {
      throw s3.errors()
          .error(
              Kind.UNAVAILABLE, attempt, "the server delivers another range than asked for", null);
    }
    return size;
  }

  ListPage list(ListRequest wanted) throws StorageException {
    ListObjectsV2Request.Builder request = ListObjectsV2Request.builder()
        .bucket(s3.bucket())
        .prefix(wanted.prefix())
        .delimiter(wanted.delimiter())
        .startAfter(wanted.pageToken() == null ? wanted.startAfter() : null)
        .continuationToken(wanted.pageToken())
        .maxKeys(wanted.maxKeys())
        // Keys may hold characters that XML cannot.
        .encodingType(EncodingType.URL);
    if (s3.config().endpoint() == null) {
      // Else a restored object would be taken for one that cannot be read.
      request.optionalObjectAttributes(OptionalObjectAttributes.RESTORE_STATUS);
    }
    ListObjectsV2Request built = request.build();
    ShortPath shortPath = s3.shortPath();
    return s3.read("list", wanted.prefix().isEmpty() ? null : wanted.prefix(), client -> {
      ListPage page = shortPath == null ? null : shortPath.list(wanted);
      if (page == null) {
        page = page(client.listObjectsV2(built));
        succeeded(shortPath);
      }
      return page;
    });
  }

  private static ListPage page(ListObjectsV2Response answer) {
    return new ListPage(
        answer.contents().stream().map(S3Values::info).toList(),
        answer.commonPrefixes().stream().map(CommonPrefix::prefix).toList(),
        Boolean.TRUE.equals(answer.isTruncated())
            ? S3Values.blankToNull(answer.nextContinuationToken())
            : null);
  }

  Map<String, String> tags(String key) throws StorageException {
    List<Tag> tags = s3.read(
        "look at the tags of",
        key,
        client -> client.getObjectTagging(b -> b.bucket(s3.bucket()).key(key)).tagSet());
    return tags.stream().collect(Collectors.toMap(Tag::key, Tag::value));
  }
}
