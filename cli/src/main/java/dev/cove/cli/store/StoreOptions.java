package dev.cove.cli.store;

import dev.cove.cli.command.Range;
import dev.cove.cli.secret.Entries;
import dev.cove.cli.secret.Secret;
import dev.cove.cli.secret.SecretOption;
import dev.cove.s3.S3Config;
import dev.cove.s3.S3Config.Addressing;
import dev.cove.s3.S3Config.Checksums;
import dev.cove.s3.S3Config.Lists;
import dev.cove.s3.S3Config.Payer;
import dev.cove.s3.S3Config.Signing;
import dev.cove.s3.S3Credentials;
import dev.cove.s3.S3ObjectStores;
import dev.cove.storage.LoggingObjectStore;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.PrefixObjectStore;
import dev.cove.storage.StorageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command that talks to a bucket. */
public final class StoreOptions {
  private static final List<String> ENDPOINT_VARIABLES =
      List.of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");
  private static final String EMULATOR = "STORAGE_EMULATOR_HOST";
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]+");
  private static final String NO_URL =
      "is no URL like http://HOST:PORT or https://HOST (without a user)";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin
  private SecretOption secretOption;

  @Option(
      names = "--endpoint-url",
      paramLabel = "URL",
      description =
          "A server that speaks S3, such as http://127.0.0.1:9000, or Google's JSON API for gs://."
              + " Default: $AWS_ENDPOINT_URL_S3, $AWS_ENDPOINT_URL, Amazon S3; for gs://"
              + " $STORAGE_EMULATOR_HOST, Google Cloud Storage.")
  private @Nullable String endpointUrl;

  private @Nullable URI usualEndpoint;
  private Lists lists = Lists.PLAIN;

  @Option(
      names = "--region",
      paramLabel = "NAME",
      description = "The bucket's region. Default: as the AWS tools find it, else us-east-1.")
  private @Nullable String region;

  @Option(
      names = "--path-style",
      negatable = true,
      fallbackValue = "true",
      description =
          "Name the bucket in the path (--no-path-style: in the host name). Default: in the path with"
              + " an endpoint URL, in the host name without.")
  private @Nullable Boolean pathStyle;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "Credentials of this profile in ~/.aws. Default: the AWS tools' own chain.")
  private @Nullable String profile;

  @Option(
      names = "--anonymous",
      negatable = true,
      fallbackValue = "true",
      description = "Sign no requests: for public buckets.")
  private boolean anonymous;

  @Option(
      names = "--requester-pays",
      negatable = true,
      fallbackValue = "true",
      description = "Pay for requests and traffic where the bucket asks for that; gs:// needs"
          + " --project, too.")
  private boolean requesterPays;

  @Option(
      names = "--project",
      paramLabel = "ID",
      description = "For gs://: the project that pays with --requester-pays. Default:"
          + " $GOOGLE_CLOUD_PROJECT.")
  private @Nullable String project;

  @Option(
      names = "--storage-class",
      paramLabel = "CLASS",
      description = "Class of new objects, such as STANDARD_IA. Default: the bucket's.")
  private @Nullable String storageClass;

  @Option(
      names = "--sse",
      paramLabel = "KIND",
      description =
          "Encryption of new objects: s3, kms or kms:KEY; for gs:// kms:KEY with the whole"
              + " name of a Cloud KMS key. Default: the bucket's.")
  private @Nullable String sse;

  @Option(
      names = "--checksums",
      negatable = true,
      fallbackValue = "true",
      defaultValue = "true",
      description =
          "Send and check checksums of bytes (--no-checksums: for servers that refuse them)."
              + " Default: ${DEFAULT-VALUE}.")
  private boolean checksums;

  @Option(
      names = "--sign-bodies",
      negatable = true,
      fallbackValue = "true",
      description = "Without TLS, sign the bytes of uploads too, not only their checksum: nobody"
          + " can alter them on the way, for 0.6 s more of processor time per GB.")
  private boolean signBodies;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "4",
      description =
          "How often a request that failed is tried again, 0 to 100. Default: ${DEFAULT-VALUE}.")
  private int retries;

  @Option(
      names = "--connect-timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "Until a connection stands. Default: ${DEFAULT-VALUE}.")
  private Duration connectTimeout;

  @Option(
      names = "--stall-timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      description = "How long a connection may deliver nothing. Default: ${DEFAULT-VALUE}.")
  private Duration stallTimeout;

  @Option(
      names = "--attempt-timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      description =
          "One attempt of a request, besides the time its bytes take. Default: ${DEFAULT-VALUE}.")
  private Duration attemptTimeout;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      defaultValue = "180s",
      description =
          "A request with all its attempts, besides the time its bytes take. Default: ${DEFAULT-VALUE}.")
  private Duration requestTimeout;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      defaultValue = "128",
      description =
          "Open at the same time at most, 1 to 4096, for each bucket. Default: ${DEFAULT-VALUE}.")
  private int maxConnections;

  /** Complains about values that these buckets do not take, before anything is opened. */
  public void check(List<BucketUrl> urls) {
    Range range = new Range(spec);
    range.check("--retries", retries, 0, 100);
    range.check("--max-connections", maxConnections, 1, 4096);
    range.check("--connect-timeout", connectTimeout, Duration.ofMillis(1), Duration.ofHours(1));
    range.check("--stall-timeout", stallTimeout, Duration.ofMillis(1), Duration.ofHours(1));
    range.check("--attempt-timeout", attemptTimeout, Duration.ofMillis(1), Duration.ofDays(1));
    range.check("--request-timeout", requestTimeout, Duration.ofMillis(1), Duration.ofDays(1));
    if (anonymous && profile != null) {
      throw new ParameterException(
          spec.commandLine(), "--anonymous and --profile exclude one another");
    }
    if (secretOption.secret() != null && (anonymous || profile != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--secret and " + (anonymous ? "--anonymous" : "--profile") + " exclude one another");
    }
    for (BucketUrl url : urls) {
      switch (url.cloud()) {
        case S3 -> config("check");
        case GCS -> gcs().check();
      }
    }
  }

  /** Opens what a URL names; sends nothing. */
  public ObjectStore open(BucketUrl url) {
    ObjectStore store = switch (url.cloud()) {
      case S3 -> S3ObjectStores.open(config(url.bucket()));
      case GCS -> gcs().open(url);
    };
    return decorate(store, url);
  }

  /**
   * As {@link #open}, after finding out which conditions on writes the endpoint honours.
   *
   * @throws StorageException when that could not be found out
   */
  public ObjectStore openForWriting(BucketUrl url) throws StorageException {
    return switch (url.cloud()) {
      case S3 -> decorate(S3ObjectStores.openProbed(config(url.bucket()), url.prefix()), url);
      // Every condition is part of the service.
      case GCS -> open(url);
    };
  }

  private GcsStores gcs() {
    return new GcsStores(
        new GcsStores.Reached(
            googleEndpoint(),
            anonymous,
            secretOption.secret(),
            requesterPays,
            project,
            storageClass,
            sse),
        new GcsStores.Patience(
            retries, connectTimeout, stallTimeout, attemptTimeout, requestTimeout, maxConnections),
        spec);
  }

  private static ObjectStore decorate(ObjectStore opened, BucketUrl url) {
    ObjectStore store = opened;
    if (LoggerFactory.getLogger(LoggingObjectStore.class).isDebugEnabled()) {
      store = new LoggingObjectStore(store);
    }
    return url.prefix().isEmpty() ? store : new PrefixObjectStore(store, url.prefix());
  }

  /** Whether uploads carry a checksum that the server verifies. */
  public boolean sendsChecksums() {
    return checksums;
  }

  /** The longest that a request with all its attempts may take. */
  public Duration requestTimeout() {
    return requestTimeout;
  }

  /** How a bucket is reached. */
  public S3Config config(String bucket) {
    S3Config.Builder config = S3Config.bucket(bucket)
        .endpoint(endpoint())
        .addressing(
            pathStyle == null ? Addressing.AUTO : pathStyle ? Addressing.PATH : Addressing.HOST)
        .region(region())
        .credentials(credentials())
        .payer(requesterPays ? Payer.REQUESTER : Payer.BUCKET_OWNER)
        .storageClass(storageClass)
        .encryption(encryption())
        .checksums(checksums ? Checksums.ON : Checksums.REQUIRED_ONLY)
        .signing(signBodies ? Signing.BODIES : Signing.HEADERS)
        .lists(lists)
        .attempts(retries + 1)
        .connectTimeout(connectTimeout)
        .stallTimeout(stallTimeout)
        .attemptTimeout(attemptTimeout)
        .callTimeout(requestTimeout)
        .maxConnections(maxConnections);
    return config.build();
  }

  private S3Credentials credentials() {
    if (anonymous) {
      return S3Credentials.anonymous();
    }
    Secret secret = secretOption.secret();
    if (secret != null) {
      return S3Credentials.of(secret.follow(AwsSecret::keys), "the secret '" + secret.name() + "'");
    }
    return profile == null ? S3Credentials.defaultChain() : S3Credentials.profile(profile);
  }

  private @Nullable String region() {
    if (region != null && !REGION.matcher(region).matches()) {
      throw invalid("--region", region, "is no region like us-east-1");
    }
    Secret secret = secretOption.secret();
    return region != null || secret == null ? region : AwsSecret.region(secret.entries());
  }

  /** What lists are to tell of objects where they can. */
  public void lists(Lists wanted) {
    lists = wanted;
  }

  /** Where the store is unless the command line says so: this goes before the environment. */
  public void usualEndpoint(@Nullable URI endpoint) {
    usualEndpoint = endpoint;
  }

  /** Where the store of a bucket is; null for the cloud's own. */
  public @Nullable URI endpoint(BucketUrl url) {
    return switch (url.cloud()) {
      case S3 -> endpoint();
      case GCS -> googleEndpoint();
    };
  }

  private @Nullable URI googleEndpoint() {
    if (endpointUrl != null) {
      return endpoint("--endpoint-url", endpointUrl);
    }
    if (usualEndpoint != null) {
      return usualEndpoint;
    }
    String emulator = System.getenv().getOrDefault(EMULATOR, "");
    if (emulator.isEmpty()) {
      return null;
    }
    // As Google's own libraries take it, with a scheme or without.
    return endpoint(EMULATOR, emulator.contains("://") ? emulator : "http://" + emulator);
  }

  private @Nullable URI endpoint() {
    if (endpointUrl != null) {
      return endpoint("--endpoint-url", endpointUrl);
    }
    if (usualEndpoint != null) {
      return usualEndpoint;
    }
    Secret secret = secretOption.secret();
    if (secret != null) {
      Entries entries = secret.entries();
      for (String key : ENDPOINT_VARIABLES) {
        String value = entries.get(key);
        if (value != null) {
          URI uri = url(value);
          if (uri == null) {
            throw entries.unfit(key, NO_URL);
          }
          return uri;
        }
      }
    }
    for (String variable : ENDPOINT_VARIABLES) {
      String value = System.getenv().getOrDefault(variable, "");
      if (!value.isEmpty()) {
        return endpoint(variable, value);
      }
    }
    return null;
  }

  private URI endpoint(String source, String text) {
    URI uri = url(text);
    if (uri == null) {
      throw invalid(source, text.replaceFirst("//.*@", "//…@"), NO_URL);
    }
    return uri;
  }

  private static @Nullable URI url(String text) {
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme());
      // A user in it would be a secret that error lines and files show.
      boolean fits = uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getPort() <= 0xFFFF
          && (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"));
      return fits ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private @Nullable Encryption encryption() {
    if (sse == null) {
      return null;
    }
    if (sse.equals("s3")) {
      return new Encryption("AES256", null);
    }
    if (sse.equals("kms")) {
      return new Encryption("aws:kms", null);
    }
    if (sse.startsWith("kms:") && sse.length() > 4) {
      return new Encryption("aws:kms", sse.substring(4));
    }
    throw invalid("--sse", sse, "is none of s3, kms and kms:KEY");
  }

  private ParameterException invalid(String what, String value, String why) {
    return new ParameterException(
        spec.commandLine(), what + ": '" + value + "' " + why, spec.findOption(what), value);
  }
}
