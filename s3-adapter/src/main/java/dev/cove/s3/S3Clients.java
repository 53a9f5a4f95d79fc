package dev.cove.s3;

import dev.cove.s3.S3Config.Payer;
import dev.cove.s3.S3Config.Signing;
import dev.cove.s3.S3Credentials.Anonymous;
import dev.cove.s3.S3Credentials.DefaultChain;
import dev.cove.s3.S3Credentials.Keys;
import dev.cove.s3.S3Credentials.Supplied;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Builds the SDK's clients for a configuration. */
final class S3Clients implements AutoCloseable {

  private final S3Config config;
  private final Region region;
  private final AwsCredentialsProvider credentials;
  // What this thread's last call was signed with. Calls resolve theirs on the caller's thread.
  private final ThreadLocal<Keys> used = new ThreadLocal<>();
  // Clients that are handed over are not closed by the SDK.
  private final List<SdkHttpClient> http = new ArrayList<>();
  private final S3Client quick;
  private @Nullable S3Client patient;
  private final @Nullable ShortPath shortPath;

  S3Clients(S3Config config, Clock clock, ShortPath.Trust trust) {
    this.config = config;
    this.region = regionOf(config);
    this.credentials = credentialsOf(config.credentials());
    this.quick = build(config.stallTimeout());
    URI endpoint = config.endpoint();
    this.shortPath =
        endpoint != null && config.pathStyle() && http.get(0) instanceof PlainHttpClient plain
            ? new ShortPath(plain, config, endpoint, region.id(), credentials, clock, trust)
            : null;
  }

  /** For reading small objects; null where only the SDK will do. */
  @Nullable
  ShortPath shortPath() {
    return shortPath;
  }

  Region region() {
    return region;
  }

  /** For calls whose answer begins at once. */
  S3Client quick() {
    return quick;
  }

  /** For calls during which the server may stay silent while it moves bytes. */
  synchronized S3Client patient() {
    if (patient == null) {
      patient = build(config.callTimeout());
    }
    return patient;
  }

  private S3Client build(Duration silence) {
    SdkHttpClient connections = HttpClients.create(config, silence);
    http.add(connections);
    boolean anonymous = config.credentials() instanceof Anonymous;
    S3ClientBuilder builder = S3Client.builder()
        .region(region)
        .credentialsProvider(credentials)
        .forcePathStyle(config.pathStyle())
        .httpClient(connections)
        // Checksums are computed by the adapter, before the call: the SDK would wrap every
        // stream in both directions, and send uploads in chunks with a trailer.
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .serviceConfiguration(S3Configuration.builder()
            .chunkedEncodingEnabled(false)
            .expectContinueEnabled(false)
            .build())
        .overrideConfiguration(overrides());
    if (config.signing() == Signing.HEADERS && !config.isAmazon()) {
      builder.putAuthScheme(new UnsignedBodies());
    }
    if (config.endpoint() != null) {
      builder.endpointOverride(config.endpoint());
    } else if (!anonymous || config.region() == null) {
      // Follows a redirect to the bucket's own region and remembers it.
      builder.crossRegionAccessEnabled(true);
    }
    return builder.build();
  }

  private ClientOverrideConfiguration overrides() {
    ClientOverrideConfiguration.Builder overrides = ClientOverrideConfiguration.builder()
        .retryStrategy(TrackedRetries.of(config.attempts()))
        .apiCallTimeout(config.callTimeout())
        .apiCallAttemptTimeout(config.attemptTimeout());
    if (config.payer() == Payer.REQUESTER) {
      overrides.putHeader("x-amz-request-payer", "requester");
    }
    return overrides.build();
  }

  private static Region regionOf(S3Config config) {
    if (config.region() != null) {
      return Region.of(config.region());
    }
    // An S3 server of one's own takes any region by default, and asking the chain may ask the
    // network for the machine's metadata.
    if (!config.isAmazon()) {
      return Region.US_EAST_1;
    }
    try {
      String profile = config.credentials() instanceof DefaultChain chain ? chain.profile() : null;
      DefaultAwsRegionProviderChain.Builder chain = DefaultAwsRegionProviderChain.builder();
      return (profile == null ? chain : chain.profileName(profile)).build().getRegion();
    } catch (RuntimeException e) {
      return Region.US_EAST_1;
    }
  }

  /** Whether keys that are supplied have been replaced since this thread's last call. */
  boolean haveNewCredentials() {
    return config.credentials() instanceof Supplied supplied
        && !supplied.supplier().get().equals(used.get());
  }

  private AwsCredentialsProvider credentialsOf(S3Credentials credentials) {
    if (credentials instanceof Supplied supplied) {
      return new Telling(
          () -> {
            Keys keys = supplied.supplier().get();
            used.set(keys);
            return toSdk(keys);
          },
          null);
    }
    if (credentials instanceof DefaultChain chain) {
      // Reads the shared files again when they change.
      ProfileFileSupplier files = ProfileFileSupplier.defaultSupplier();
      if (chain.profile() != null) {
        // Not the chain: keys in the environment would win over the profile that was named.
        ProfileCredentialsProvider provider = ProfileCredentialsProvider.builder()
            .profileFile(files)
            .profileName(chain.profile())
            .build();
        return new Telling(provider::resolveCredentials, provider);
      }
      DefaultCredentialsProvider provider =
          DefaultCredentialsProvider.builder().profileFile(files).build();
      return new Telling(provider::resolveCredentials, provider);
    }
    return AnonymousCredentialsProvider.create();
  }

  private static AwsCredentials toSdk(Keys keys) {
    return keys.sessionToken() == null
        ? AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey())
        : AwsSessionCredentials.create(
            keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken());
  }

  @Override
  public synchronized void close() {
    quick.close();
    if (patient != null) {
      patient.close();
    }
    http.forEach(SdkHttpClient::close);
    if (credentials instanceof SdkAutoCloseable closeable) {
      closeable.close();
    }
  }

  /** Tells a failure to get credentials from every other failure of a call. */
  private record Telling(
      Supplier<AwsCredentials> source, @Nullable SdkAutoCloseable owner)
      implements AwsCredentialsProvider, SdkAutoCloseable {

    @Override
    public AwsCredentials resolveCredentials() {
      try {
        return source.get();
      } catch (RuntimeException e) {
        throw new NoCredentials(e);
      }
    }

    @Override
    public void close() {
      if (owner != null) {
        owner.close();
      }
    }
  }
}
