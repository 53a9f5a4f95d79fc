package dev.cove.s3;

import dev.cove.s3.S3Errors.Attempt;
import dev.cove.s3.TrackedRetries.OnConflict;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.S3Client;

/** The SDK clients of one bucket, and how a call on them is made and its failure is told. */
final class S3Connection implements AutoCloseable {

  /** A call on the SDK. */
  interface Call<T> {
    T on(S3Client client) throws StorageException;
  }

  // 256 KiB/s: a line slower than that is treated as stalled when a time-out for bytes is needed.
  private static final long SLOWEST_BYTES_PER_SECOND = 256 * 1024;

  private static final int MAX_KEY_BYTES = 1_024;

  private final S3Config config;
  private final S3Clients clients;
  private final S3Errors errors;
  private final String uri;

  S3Connection(S3Config config, Clock clock, ShortPath.Trust trust) {
    this.config = config;
    this.uri = "s3://" + config.bucket();
    this.clients = new S3Clients(config, clock, trust);
    this.errors = new S3Errors(uri, config.endpoint(), clients.region().id(), config.credentials());
  }

  S3Config config() {
    return config;
  }

  String bucket() {
    return config.bucket();
  }

  String uri() {
    return uri;
  }

  /** For reading small objects; null where only the SDK will do. */
  @Nullable
  ShortPath shortPath() {
    return clients.shortPath();
  }

  S3Errors errors() {
    return errors;
  }

  /** Refuses what is no key before the SDK or the server stumbles over it. */
  void requireKey(String verb, String key) throws StorageException {
    int length = key.length();
    boolean fits = length * 3L <= MAX_KEY_BYTES
        || (length <= MAX_KEY_BYTES
            && key.getBytes(StandardCharsets.UTF_8).length <= MAX_KEY_BYTES);
    if (length == 0 || !fits) {
      throw errors.error(
          Kind.INVALID, new Attempt(verb, key), "a key has 1 to " + MAX_KEY_BYTES + " bytes", null);
    }
  }

  /** A call that changes nothing. */
  <T> T read(String verb, @Nullable String key, Call<T> call) throws StorageException {
    Attempt attempt = new Attempt(verb, key);
    try {
      return withFreshCredentials(call, clients.quick());
    } catch (RuntimeException e) {
      throw told(e, attempt);
    }
  }

  /** A call that changes something and is answered as soon as its bytes have arrived. */
  <T> T write(String verb, @Nullable String key, Call<T> call) throws StorageException {
    return change(verb, key, call, clients.quick(), OnConflict.RETRY);
  }

  /**
   * As {@link #write}, for a call that leaves one thing more behind with each attempt.
   *
   * @param ifRepeated told of the result when an attempt before it got no answer
   */
  <T> T write(String verb, String key, Call<T> call, Consumer<T> ifRepeated)
      throws StorageException {
    return change(verb, key, call, clients.quick(), OnConflict.RETRY, ifRepeated);
  }

  /** A call that has the server move bytes before it answers. */
  <T> T longWrite(String verb, @Nullable String key, OnConflict onConflict, Call<T> call)
      throws StorageException {
    return change(verb, key, call, clients.patient(), onConflict);
  }

  private <T> T change(
      String verb, @Nullable String key, Call<T> call, S3Client client, OnConflict onConflict)
      throws StorageException {
    return change(verb, key, call, client, onConflict, result -> {});
  }

  private <T> T change(
      String verb,
      @Nullable String key,
      Call<T> call,
      S3Client client,
      OnConflict onConflict,
      Consumer<T> ifRepeated)
      throws StorageException {
    Attempt attempt = new Attempt(verb, key);
    TrackedRetries.begin(onConflict);
    RuntimeException failure;
    boolean uncertain;
    try {
      T result = withFreshCredentials(call, client);
      if (TrackedRetries.endUncertain()) {
        ifRepeated.accept(result);
      }
      return result;
    } catch (RuntimeException e) {
      failure = e;
    } finally {
      uncertain = TrackedRetries.endUncertain();
    }
    StorageException told = told(failure, attempt);
    boolean doubtful = told.kind() == Kind.PRECONDITION_FAILED || told.kind() == Kind.THROTTLED;
    if (doubtful && uncertain) {
      throw errors.error(
          Kind.UNAVAILABLE,
          attempt,
          "an attempt got no answer and may have been applied; the next one failed",
          told);
    }
    throw told;
  }

  /**
   * Credentials are resolved once per call of the SDK, before its retries; those that expired or were
   * replaced on the way are asked for once more here.
   */
  private <T> T withFreshCredentials(Call<T> call, S3Client client) throws StorageException {
    try {
      return call.on(client);
    } catch (RuntimeException e) {
      if (S3Errors.isExpired(e) || (S3Errors.isRefused(e) && clients.haveNewCredentials())) {
        return call.on(client);
      }
      throw e;
    }
  }

  private StorageException told(RuntimeException failure, Attempt attempt) {
    StorageException told = errors.translate(failure, attempt);
    if (told.kind() == Kind.INTERRUPTED) {
      Thread.currentThread().interrupt();
    }
    return told;
  }

  /** Time-outs that leave these bytes the time they take on a slow line. */
  AwsRequestOverrideConfiguration timeFor(long bytes) {
    Duration extra = Duration.ofSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    return AwsRequestOverrideConfiguration.builder()
        .apiCallAttemptTimeout(config.attemptTimeout().plus(extra))
        .apiCallTimeout(config.callTimeout().plus(extra.multipliedBy(config.attempts())))
        .build();
  }

  /** As {@link #timeFor}, for a call during which the server moves the bytes by itself. */
  AwsRequestOverrideConfiguration patienceFor(long bytes) {
    Duration one = config.callTimeout().plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    return AwsRequestOverrideConfiguration.builder()
        .apiCallAttemptTimeout(one)
        .apiCallTimeout(one.multipliedBy(2))
        .build();
  }

  @Override
  public void close() {
    clients.close();
  }
}
