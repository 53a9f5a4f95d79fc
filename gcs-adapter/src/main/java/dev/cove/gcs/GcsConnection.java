package dev.cove.gcs;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.json.JsonFactory;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.gax.rpc.FixedHeaderProvider;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import com.google.auth.Credentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.HttpStorageOptions;
import com.google.cloud.storage.StorageOptions;
import com.google.cloud.storage.spi.v1.HttpStorageRpc;
import com.google.cloud.storage.spi.v1.StorageRpc.Option;
import dev.cove.gcs.GcsErrors.Attempt;
import dev.cove.http.TransportFailures;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteCondition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Google's client of one bucket: how a call on it is made, tried again, and its failure told. */
final class GcsConnection implements AutoCloseable {

  static final JsonFactory JSON = GsonFactory.getDefaultInstance();

  /** A call on the client; may be made more than once. */
  interface Call<T> {
    T run() throws IOException;
  }

  /** Whether the server answers as soon as it has the bytes, or moves bytes by itself first. */
  enum Pace {
    PROMPT,
    PATIENT
  }

  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 8_000;
  private static final int MAX_KEY_BYTES = 1_024;

  private final GcsConfig config;
  private final GcsTransport transport;
  private final HttpStorageRpc prompt;
  private final HttpStorageRpc patient;
  private final DirectRequests direct;
  private final GcsErrors errors;
  private final String uri;

  GcsConnection(GcsConfig config) {
    this.config = config;
    this.uri = "gs://" + config.bucket();
    this.errors = new GcsErrors(uri, config.endpoint(), config.credentials());
    this.transport = new GcsTransport(config);
    Credentials credentials = config.credentials() instanceof GcsCredentials.Anonymous
        ? null
        : new GcsAuthentication(config.credentials(), transport);
    Credentials known = credentials == null ? NoCredentials.getInstance() : credentials;
    this.prompt = client(known, config.stallTimeout(), config.attemptTimeout());
    Storage service = prompt.getStorage();
    this.direct = new DirectRequests(
        transport, credentials, service.getRootUrl(), service.getServicePath(), config);
    this.patient = client(known, config.callTimeout(), config.callTimeout());
  }

  private HttpStorageRpc client(Credentials credentials, Duration silence, Duration limit) {
    HttpStorageOptions.Builder options = StorageOptions.http()
        // Else Google's client looks for one, in files and on the network; no call here needs it.
        .setProjectId("cove")
        .setCredentials(credentials)
        .setHeaderProvider(FixedHeaderProvider.create("user-agent", "cove"))
        .setTransportOptions(new GcsRequestOptions(transport, silence, limit));
    if (config.endpoint() != null) {
      options.setHost(config.endpoint().toString());
    }
    return new HttpStorageRpc(options.build(), JSON);
  }

  GcsConfig config() {
    return config;
  }

  String bucket() {
    return config.bucket();
  }

  String uri() {
    return uri;
  }

  GcsErrors errors() {
    return errors;
  }

  /** Google's client. It tries each call once. */
  HttpStorageRpc client(Pace pace) {
    return switch (pace) {
      case PROMPT -> prompt;
      case PATIENT -> patient;
    };
  }

  /** The requests that carry bytes. */
  DirectRequests direct() {
    return direct;
  }

  /** The requests below the client, for what it has no call for. */
  Storage.Objects objects(Pace pace) {
    return client(pace).getStorage().objects();
  }

  /** An object of this bucket, as calls name it. */
  StorageObject object(String key) {
    return new StorageObject().setBucket(config.bucket()).setName(key);
  }

  /** What all calls on this bucket say. A null among the options is one that is not there. */
  Map<Option, @Nullable Object> options() {
    Map<Option, @Nullable Object> options = new EnumMap<>(Option.class);
    options.put(Option.USER_PROJECT, config.billedProject());
    return options;
  }

  /** {@link #options()} of a call that changes an object in this state only. */
  Map<Option, @Nullable Object> options(WriteCondition condition) {
    Map<Option, @Nullable Object> options = options();
    options.put(Option.IF_GENERATION_MATCH, GcsValues.generation(condition));
    options.put(Option.IF_METAGENERATION_MATCH, GcsValues.metageneration(condition));
    return options;
  }

  /** Refuses what is no key before the server stumbles over it. */
  void requireKey(String verb, String key) throws StorageException {
    int length = key.length();
    boolean fits = length * 3L <= MAX_KEY_BYTES
        || (length <= MAX_KEY_BYTES
            && key.getBytes(StandardCharsets.UTF_8).length <= MAX_KEY_BYTES);
    if (length == 0 || !fits) {
      throw errors.error(
          Kind.INVALID, new Attempt(verb, key), "a key has 1 to " + MAX_KEY_BYTES + " bytes");
    }
  }

  HttpRequest request(String method, GenericUrl url, @Nullable HttpContent content)
      throws IOException {
    return prompt.getStorage().getRequestFactory().buildRequest(method, url, content);
  }

  /** A call that changes nothing. */
  <T> T read(String verb, @Nullable String key, Call<T> call) throws StorageException {
    return attempts(new Attempt(verb, key), 0, false, call);
  }

  /**
   * A call that changes something. A condition that does not hold proves nothing when an attempt
   * before got no answer: that attempt itself may be what changed the object.
   *
   * @param bytes how many bytes it sends
   */
  <T> T change(String verb, @Nullable String key, long bytes, Call<T> call)
      throws StorageException {
    return attempts(new Attempt(verb, key), bytes, true, call);
  }

  private <T> T attempts(Attempt attempt, long bytes, boolean changes, Call<T> call)
      throws StorageException {
    long begun = System.nanoTime();
    long limit = config
        .callTimeout()
        .plus(GcsTransport.timeFor(bytes).multipliedBy(config.attempts()))
        .toNanos();
    boolean uncertain = false;
    for (int done = 1; ; done++) {
      StorageException told;
      try {
        return call.run();
      } catch (IOException | RuntimeException e) {
        told = errors.translate(e, attempt);
        boolean again = isPassing(told)
            && done < config.attempts()
            && System.nanoTime() - begun < limit
            && !Thread.currentThread().isInterrupted();
        if (!again) {
          throw last(told, attempt, changes && uncertain);
        }
        uncertain |= told.mayHaveBeenApplied() && !TransportFailures.isUnsent(e);
      }
      pause(done, told, attempt);
    }
  }

  /** Whether the next attempt may well succeed. */
  static boolean isPassing(StorageException failure) {
    return failure.kind().isPassing() || failure.kind() == Kind.CORRUPT;
  }

  private StorageException last(StorageException told, Attempt attempt, boolean uncertain) {
    if (told.kind() == Kind.INTERRUPTED) {
      Thread.currentThread().interrupt();
    }
    boolean doubtful = told.kind() == Kind.PRECONDITION_FAILED || told.kind() == Kind.THROTTLED;
    return doubtful && uncertain
        ? errors.error(
            Kind.UNAVAILABLE,
            attempt,
            "an attempt got no answer and may have been applied; the next one failed",
            told)
        : told;
  }

  void pause(int done, StorageException told, Attempt attempt) throws StorageException {
    long most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(done - 1, 10));
    try {
      TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw errors.error(Kind.INTERRUPTED, attempt, "interrupted", told);
    }
  }

  @Override
  public void close() {
    transport.shutdown();
  }
}
