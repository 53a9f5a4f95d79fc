package dev.cove.s3;

import dev.cove.storage.ObjectAttributes.Encryption;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach one bucket. Build it with {@link #bucket(String)}.
 *
 * @param bucket the bucket's name
 * @param endpoint null for Amazon S3
 * @param addressing how the bucket is named in a request
 * @param region null for the SDK's chain, then us-east-1
 * @param credentials where keys come from
 * @param payer who pays for requests
 * @param storageClass of new objects; null for the bucket's default
 * @param encryption of new objects; null for the bucket's default
 * @param checksums whether uploads carry checksums and whole downloads are checked
 * @param signing what the signature of an upload without TLS covers
 * @param lists what lists tell of objects
 * @param attempts how often a call is tried in all, at least 1
 * @param connectTimeout until a connection stands
 * @param stallTimeout how long a connection may deliver nothing
 * @param attemptTimeout one attempt of a call, besides the time its bytes take
 * @param callTimeout a call with all its attempts, besides the time its bytes take
 * @param maxConnections open at the same time at most
 * @param support which conditions the endpoint honours; null for what is known of it
 */
public record S3Config(
    String bucket,
    @Nullable URI endpoint,
    Addressing addressing,
    @Nullable String region,
    S3Credentials credentials,
    Payer payer,
    @Nullable String storageClass,
    @Nullable Encryption encryption,
    Checksums checksums,
    Signing signing,
    Lists lists,
    int attempts,
    Duration connectTimeout,
    Duration stallTimeout,
    Duration attemptTimeout,
    Duration callTimeout,
    int maxConnections,
    @Nullable S3Support support) {

  /** How the bucket is named in a request. */
  public enum Addressing {
    /** In the path where an endpoint is given, else in the host name. */
    AUTO,
    /** {@code https://endpoint/bucket/key}. */
    PATH,
    /** {@code https://bucket.endpoint/key}. */
    HOST
  }

  /** Who pays for requests and traffic. */
  public enum Payer {
    BUCKET_OWNER,
    REQUESTER
  }

  /** Whether bytes are checked beyond what the transport does. */
  public enum Checksums {
    /** CRC32C with uploads; whole downloads are checked where the server sends a checksum. */
    ON,
    /** Only what the protocol demands: for servers that refuse checksum headers. */
    REQUIRED_ONLY
  }

  /**
   * What the signature of an upload covers where there is no TLS. Over TLS, and with Amazon S3, it is
   * what the SDK takes to be right.
   */
  public enum Signing {
    /** The headers, a checksum of the body among them: bytes that are damaged are found. */
    HEADERS,
    /** The body's SHA-256 too: bytes that somebody alters on the way are found, for more work. */
    BODIES
  }

  /** What lists tell of objects. */
  public enum Lists {
    /** What S3 tells: size, version, time and storage class. */
    PLAIN,
    /** Headers and metadata, too, where the server can (MinIO does) and there is no TLS. */
    WITH_METADATA
  }

  // Of a region's own endpoint, too.
  private static final Pattern GOOGLE =
      Pattern.compile("(?:.*\\.)?storage(?:\\.[a-z0-9-]+\\.rep)?\\.googleapis\\.com");

  public S3Config {
    require(!bucket.isBlank(), "the bucket's name is empty");
    require(attempts >= 1, "attempts: " + attempts + " is less than 1");
    require(maxConnections >= 1, "max connections: " + maxConnections + " is less than 1");
    requirePositive("connect time-out", connectTimeout);
    requirePositive("stall time-out", stallTimeout);
    requirePositive("attempt time-out", attemptTimeout);
    requirePositive("call time-out", callTimeout);
    if (endpoint != null) {
      require(
          endpoint.getHost() != null
              && ("http".equalsIgnoreCase(endpoint.getScheme())
                  || "https".equalsIgnoreCase(endpoint.getScheme())),
          "endpoint " + endpoint + " is not a URL like http://host:port or https://host");
    }
  }

  public static Builder bucket(String name) {
    return new Builder(name);
  }

  public Builder toBuilder() {
    Builder builder = new Builder(bucket);
    builder.endpoint = endpoint;
    builder.addressing = addressing;
    builder.region = region;
    builder.credentials = credentials;
    builder.payer = payer;
    builder.storageClass = storageClass;
    builder.encryption = encryption;
    builder.checksums = checksums;
    builder.signing = signing;
    builder.lists = lists;
    builder.attempts = attempts;
    builder.connectTimeout = connectTimeout;
    builder.stallTimeout = stallTimeout;
    builder.attemptTimeout = attemptTimeout;
    builder.callTimeout = callTimeout;
    builder.maxConnections = maxConnections;
    builder.support = support;
    return builder;
  }

  boolean pathStyle() {
    return switch (addressing) {
      case AUTO -> endpoint != null;
      case PATH -> true;
      case HOST -> false;
    };
  }

  /** What the endpoint honours, as far as it is known without asking it. */
  S3Support supportOrDefault() {
    if (support != null) {
      return support;
    }
    if (isGoogle()) {
      return S3Support.GOOGLE;
    }
    return isAmazon() ? S3Support.AMAZON : S3Support.ASSUMED;
  }

  /**
   * Whether this is Google Cloud Storage, which speaks as much of the protocol as its XML API has:
   * no conditions on writes, no copies into parts, no tags, none of S3's checksums.
   */
  public boolean isGoogle() {
    return endpoint != null && GOOGLE.matcher(endpoint.getHost()).matches();
  }

  boolean isAmazon() {
    return endpoint == null || isAmazon(endpoint);
  }

  private static boolean isAmazon(URI endpoint) {
    String host = endpoint.getHost();
    return host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  private static void requirePositive(String what, Duration time) {
    require(!time.isNegative() && !time.isZero(), what + ": " + time + " is not positive");
  }

  /** Puts a configuration together; everything but the bucket has a default. */
  public static final class Builder {
    private final String bucket;
    private @Nullable URI endpoint;
    private Addressing addressing = Addressing.AUTO;
    private @Nullable String region;
    private S3Credentials credentials = S3Credentials.defaultChain();
    private Payer payer = Payer.BUCKET_OWNER;
    private @Nullable String storageClass;
    private @Nullable Encryption encryption;
    private Checksums checksums = Checksums.ON;
    private Signing signing = Signing.HEADERS;
    private Lists lists = Lists.PLAIN;
    // 5 attempts wait some 3 s in all, which outlives the usual burst of 503s.
    private int attempts = 5;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration stallTimeout = Duration.ofSeconds(30);
    private Duration attemptTimeout = Duration.ofSeconds(60);
    private Duration callTimeout = Duration.ofSeconds(180);
    private int maxConnections = 128;
    private @Nullable S3Support support;

    private Builder(String bucket) {
      this.bucket = Objects.requireNonNull(bucket);
    }

    public Builder endpoint(@Nullable URI value) {
      endpoint = value;
      return this;
    }

    public Builder addressing(Addressing value) {
      addressing = value;
      return this;
    }

    public Builder region(@Nullable String value) {
      region = value;
      return this;
    }

    public Builder credentials(S3Credentials value) {
      credentials = value;
      return this;
    }

    public Builder payer(Payer value) {
      payer = value;
      return this;
    }

    public Builder storageClass(@Nullable String value) {
      storageClass = value;
      return this;
    }

    public Builder encryption(@Nullable Encryption value) {
      encryption = value;
      return this;
    }

    public Builder checksums(Checksums value) {
      checksums = value;
      return this;
    }

    public Builder signing(Signing value) {
      signing = value;
      return this;
    }

    public Builder lists(Lists value) {
      lists = value;
      return this;
    }

    public Builder attempts(int value) {
      attempts = value;
      return this;
    }

    public Builder connectTimeout(Duration value) {
      connectTimeout = value;
      return this;
    }

    public Builder stallTimeout(Duration value) {
      stallTimeout = value;
      return this;
    }

    public Builder attemptTimeout(Duration value) {
      attemptTimeout = value;
      return this;
    }

    public Builder callTimeout(Duration value) {
      callTimeout = value;
      return this;
    }

    public Builder maxConnections(int value) {
      maxConnections = value;
      return this;
    }

    public Builder support(@Nullable S3Support value) {
      support = value;
      return this;
    }

    public S3Config build() {
      S3Config asked = built(checksums);
      // It knows CRC-32C, but not in S3's headers.
      return asked.isGoogle() ? built(Checksums.REQUIRED_ONLY) : asked;
    }

    private S3Config built(Checksums checksums) {
      return new S3Config(
          bucket,
          endpoint,
          addressing,
          region,
          credentials,
          payer,
          storageClass,
          encryption,
          checksums,
          signing,
          lists,
          attempts,
          connectTimeout,
          stallTimeout,
          attemptTimeout,
          callTimeout,
          maxConnections,
          support);
    }
  }
}
