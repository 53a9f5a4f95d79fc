package dev.cove.gcs;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to reach one bucket. Build it with {@link #bucket(String)}.
 *
 * @param bucket the bucket's name
 * @param endpoint null for Google Cloud Storage itself
 * @param credentials where they come from
 * @param billedProject the project that pays for requests; null for the bucket's owner
 * @param storageClass of new objects; null for the bucket's default
 * @param kmsKey Cloud KMS key that new objects are encrypted with; null for the bucket's default
 * @param uploadsBelow where parts of uploads under way are kept: empty, or ends in a slash
 * @param attempts how often a call is tried in all, at least 1
 * @param connectTimeout until a connection stands
 * @param stallTimeout how long a connection may deliver nothing
 * @param attemptTimeout one attempt of a call, besides the time its bytes take
 * @param callTimeout a call with all its attempts, besides the time its bytes take
 * @param maxConnections open at the same time at most
 */
public record GcsConfig(
    String bucket,
    @Nullable URI endpoint,
    GcsCredentials credentials,
    @Nullable String billedProject,
    @Nullable String storageClass,
    @Nullable String kmsKey,
    String uploadsBelow,
    int attempts,
    Duration connectTimeout,
    Duration stallTimeout,
    Duration attemptTimeout,
    Duration callTimeout,
    int maxConnections) {

  public GcsConfig {
    require(!bucket.isBlank(), "the bucket's name is empty");
    require(attempts >= 1, "attempts: " + attempts + " is less than 1");
    require(maxConnections >= 1, "max connections: " + maxConnections + " is less than 1");
    require(
        uploadsBelow.isEmpty() || uploadsBelow.endsWith("/"),
        "uploads below: " + uploadsBelow + " does not end in a slash");
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
    builder.credentials = credentials;
    builder.billedProject = billedProject;
    builder.storageClass = storageClass;
    builder.kmsKey = kmsKey;
    builder.uploadsBelow = uploadsBelow;
    builder.attempts = attempts;
    builder.connectTimeout = connectTimeout;
    builder.stallTimeout = stallTimeout;
    builder.attemptTimeout = attemptTimeout;
    builder.callTimeout = callTimeout;
    builder.maxConnections = maxConnections;
    return builder;
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
    private GcsCredentials credentials = GcsCredentials.applicationDefault();
    private @Nullable String billedProject;
    private @Nullable String storageClass;
    private @Nullable String kmsKey;
    private String uploadsBelow = "";
    // 5 attempts wait some 3 s in all, which outlives the usual burst of 429s.
    private int attempts = 5;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration stallTimeout = Duration.ofSeconds(30);
    private Duration attemptTimeout = Duration.ofSeconds(60);
    private Duration callTimeout = Duration.ofSeconds(180);
    private int maxConnections = 128;

    private Builder(String bucket) {
      this.bucket = Objects.requireNonNull(bucket);
    }

    public Builder endpoint(@Nullable URI value) {
      endpoint = value;
      return this;
    }

    public Builder credentials(GcsCredentials value) {
      credentials = value;
      return this;
    }

    public Builder billedProject(@Nullable String value) {
      billedProject = value;
      return this;
    }

    public Builder storageClass(@Nullable String value) {
      storageClass = value;
      return this;
    }

    public Builder kmsKey(@Nullable String value) {
      kmsKey = value;
      return this;
    }

    public Builder uploadsBelow(String value) {
      uploadsBelow = value;
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

    public GcsConfig build() {
      return new GcsConfig(
          bucket,
          endpoint,
          credentials,
          billedProject,
          storageClass,
          kmsKey,
          uploadsBelow,
          attempts,
          connectTimeout,
          stallTimeout,
          attemptTimeout,
          callTimeout,
          maxConnections);
    }
  }
}
