package dev.cove.s3;

import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.http.Header;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.utils.DateUtils;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * GET, HEAD and LIST without the SDK's pipeline, whose processor time for a small object is more than
 * everything else's together. For endpoints without TLS that name the bucket in the path.
 *
 * <p>It knows success only. Whatever else comes is not looked at: the call is made again by the SDK,
 * which retries, follows, refreshes and tells what is wrong. While that happens it stays away.
 */
final class ShortPath {
  // Calls of the SDK's that are to succeed before this tries, and before it tries again after a
  // break.
  private static final int FIRST_PROBATION = 1;
  private static final int PROBATION = 16;
  // 1,000 keys of 1,024 bytes, each of which may take three to be written, and what is told of
  // them.
  private static final int LONGEST_LIST = 8 << 20;

  private final PlainHttpClient http;
  private final S3Config config;
  private final String host;
  private final String bucketPath;
  private final AwsCredentialsProvider credentials;
  private final RequestSigner signer;
  private final Clock clock;
  private final AtomicInteger probation;
  // Until the server turns out to take no notice, or offence.
  private volatile boolean askForMetadata;
  private volatile @Nullable Time lastTime;

  ShortPath(
      PlainHttpClient http,
      S3Config config,
      URI endpoint,
      String region,
      AwsCredentialsProvider credentials,
      Clock clock,
      Trust trust) {
    this.http = http;
    this.config = config;
    this.host =
        endpoint.getPort() < 0 ? endpoint.getHost() : endpoint.getHost() + ':' + endpoint.getPort();
    String path = endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
    this.bucketPath = (path.endsWith("/") ? path.substring(0, path.length() - 1) : path)
        + '/'
        + SdkHttpUtils.urlEncode(config.bucket());
    this.credentials = credentials;
    this.signer = new RequestSigner(region);
    this.clock = clock;
    this.askForMetadata = config.lists() == S3Config.Lists.WITH_METADATA;
    this.probation = new AtomicInteger(trust == Trust.AT_ONCE ? 0 : FIRST_PROBATION);
  }

  /** When it is tried first. */
  enum Trust {
    /** After a call of the SDK has succeeded. */
    EARNED,
    AT_ONCE
  }

  /** A Last-Modified and what it means: answers in a row often have the same. */
  private record Time(String text, Instant instant) {}

  /** What came of a GET. */
  record Got(GetObjectResponse head, AbortableInputStream body) {}

  /** Null when the SDK is to be asked. */
  @Nullable
  Got get(GetObjectRequest request, boolean checksum) {
    SortedMap<String, String> headers = new TreeMap<>();
    if (request.range() != null) {
      headers.put("range", request.range());
    }
    if (request.ifMatch() != null) {
      headers.put("if-match", request.ifMatch());
    }
    if (checksum) {
      headers.put("x-amz-checksum-mode", "ENABLED");
    }
    PlainHttpClient.Direct answer = send("GET", pathOf(request.key()), "", headers);
    if (answer == null) {
      return null;
    }
    AbortableInputStream body =
        answer.body() == null ? AbortableInputStream.createEmpty() : answer.body();
    try {
      return new Got(got(answer.headers()), body);
    } catch (RuntimeException strange) {
      body.abort();
      return null;
    }
  }

  /** Null when the SDK is to be asked. */
  @Nullable
  HeadObjectResponse head(String key) {
    PlainHttpClient.Direct answer = send("HEAD", pathOf(key), "", new TreeMap<>());
    if (answer == null) {
      return null;
    }
    try {
      return headed(answer.headers());
    } catch (RuntimeException strange) {
      return null;
    }
  }

  /** Null when the SDK is to be asked. */
  @Nullable
  ListPage list(ListRequest wanted) {
    if (askForMetadata) {
      ListPage page = list(query(wanted, true));
      if (page != null) {
        askForMetadata = !isWithout(page);
        return page;
      }
    }
    ListPage page = list(query(wanted, false));
    if (page != null) {
      // What worked without it did not with it.
      askForMetadata = false;
    }
    return page;
  }

  private static boolean isWithout(ListPage page) {
    return !page.objects().isEmpty()
        && page.objects().stream().allMatch(object -> object.attributes() == null);
  }

  private @Nullable ListPage list(String query) {
    PlainHttpClient.Direct answer = send("GET", bucketPath, query, new TreeMap<>());
    if (answer == null || answer.body() == null) {
      return null;
    }
    AbortableInputStream body = answer.body();
    try {
      byte[] xml = body.readNBytes(LONGEST_LIST);
      if (body.read() >= 0) {
        body.abort();
        return null;
      }
      body.close();
      return ListXml.page(xml);
    } catch (IOException e) {
      body.abort();
      probation.set(PROBATION);
      return null;
    } catch (RuntimeException strange) {
      return null;
    }
  }

  /** In the order of the parameters' names, as it is signed. */
  private static String query(ListRequest wanted, boolean metadata) {
    StringBuilder query = new StringBuilder(256);
    if (wanted.pageToken() != null) {
      query.append("continuation-token=").append(SdkHttpUtils.urlEncode(wanted.pageToken()));
      query.append('&');
    }
    if (wanted.delimiter() != null) {
      query
          .append("delimiter=")
          .append(SdkHttpUtils.urlEncode(wanted.delimiter()))
          .append('&');
    }
    query.append("encoding-type=url&list-type=2&max-keys=").append(wanted.maxKeys());
    if (metadata) {
      // MinIO's own; other servers take no notice of it.
      query.append("&metadata=true");
    }
    query.append("&prefix=").append(SdkHttpUtils.urlEncode(wanted.prefix()));
    if (wanted.startAfter() != null && wanted.pageToken() == null) {
      query.append("&start-after=").append(SdkHttpUtils.urlEncode(wanted.startAfter()));
    }
    return query.toString();
  }

  private String pathOf(String key) {
    return bucketPath + '/' + SdkHttpUtils.urlEncodeIgnoreSlashes(key);
  }

  /** The SDK's way of a call succeeded. */
  void succeeded() {
    if (probation.get() > 0) {
      probation.decrementAndGet();
    }
  }

  private PlainHttpClient.@Nullable Direct send(
      String method, String path, String query, SortedMap<String, String> headers) {
    if (probation.get() > 0) {
      return null;
    }
    headers.put("host", host);
    if (config.payer() == S3Config.Payer.REQUESTER) {
      headers.put("x-amz-request-payer", "requester");
    }
    if (!(config.credentials() instanceof S3Credentials.Anonymous)) {
      AwsCredentials keys = credentials.resolveCredentials();
      signer.sign(method, path, query, headers, keys, clock.instant());
    }
    try {
      return http.direct(method, query.isEmpty() ? path : path + '?' + query, headers);
    } catch (IOException e) {
      probation.set(PROBATION);
      return null;
    }
  }

  private GetObjectResponse got(Header[] headers) {
    GetObjectResponse.Builder got = GetObjectResponse.builder();
    Map<String, String> metadata = new HashMap<>();
    for (Header header : headers) {
      String value = header.getValue();
      String name = header.getName().toLowerCase(Locale.ROOT);
      switch (name) {
        case "content-length" -> got.contentLength(Long.parseLong(value));
        case "content-range" -> got.contentRange(value);
        case "etag" -> got.eTag(value);
        case "last-modified" -> got.lastModified(time(value));
        case "content-type" -> got.contentType(value);
        case "content-encoding" -> got.contentEncoding(value);
        case "content-disposition" -> got.contentDisposition(value);
        case "content-language" -> got.contentLanguage(value);
        case "cache-control" -> got.cacheControl(value);
        case "x-amz-storage-class" -> got.storageClass(value);
        case "x-amz-version-id" -> got.versionId(value);
        case "x-amz-server-side-encryption" -> got.serverSideEncryption(value);
        case "x-amz-server-side-encryption-aws-kms-key-id" -> got.ssekmsKeyId(value);
        case "x-amz-checksum-type" -> got.checksumType(value);
        case "x-amz-checksum-crc32c" -> got.checksumCRC32C(value);
        case "x-amz-checksum-crc32" -> got.checksumCRC32(value);
        case "x-amz-checksum-sha256" -> got.checksumSHA256(value);
        case "x-amz-checksum-sha1" -> got.checksumSHA1(value);
        default -> note(metadata, name, value);
      }
    }
    return got.metadata(metadata).build();
  }

  private HeadObjectResponse headed(Header[] headers) {
    HeadObjectResponse.Builder head = HeadObjectResponse.builder();
    Map<String, String> metadata = new HashMap<>();
    for (Header header : headers) {
      String value = header.getValue();
      String name = header.getName().toLowerCase(Locale.ROOT);
      switch (name) {
        case "content-length" -> head.contentLength(Long.parseLong(value));
        case "etag" -> head.eTag(value);
        case "last-modified" -> head.lastModified(time(value));
        case "content-type" -> head.contentType(value);
        case "content-encoding" -> head.contentEncoding(value);
        case "content-disposition" -> head.contentDisposition(value);
        case "content-language" -> head.contentLanguage(value);
        case "cache-control" -> head.cacheControl(value);
        case "x-amz-storage-class" -> head.storageClass(value);
        case "x-amz-archive-status" -> head.archiveStatus(value);
        case "x-amz-restore" -> head.restore(value);
        case "x-amz-version-id" -> head.versionId(value);
        case "x-amz-server-side-encryption" -> head.serverSideEncryption(value);
        case "x-amz-server-side-encryption-aws-kms-key-id" -> head.ssekmsKeyId(value);
        default -> note(metadata, name, value);
      }
    }
    return head.metadata(metadata).build();
  }

  private static void note(Map<String, String> metadata, String name, String value) {
    if (name.startsWith(S3Values.META)) {
      metadata.put(name.substring(S3Values.META.length()), value);
    }
  }

  private Instant time(String value) {
    Time known = lastTime;
    if (known == null || !known.text().equals(value)) {
      known = new Time(value, DateUtils.parseRfc822Date(value));
      lastTime = known;
    }
    return known.instant();
  }
}
