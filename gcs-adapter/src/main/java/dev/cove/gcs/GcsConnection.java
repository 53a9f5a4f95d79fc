package dev.cove.gcs;

import com.google.api.client.googleapis.batch.BatchRequest;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.googleapis.services.AbstractGoogleClientRequest;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.JsonFactory;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.StorageRequest;
import dev.cove.gcs.GcsErrors.Attempt;
import dev.cove.http.TransportFailures;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

  // 256 KiB/s: a line slower than that is treated as stalled when a time-out for bytes is needed.
  private static final long SLOWEST_BYTES_PER_SECOND = 256 * 1024;
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 8_000;
  private static final int MAX_KEY_BYTES = 1_024;

  private final GcsConfig config;
  private final GcsTransport transport;
  private final HttpRequestInitializer initializer;
  private final Storage storage;
  private final GcsErrors errors;
  private final String uri;

  GcsConnection(GcsConfig config) {
    this.config = config;
    this.uri = "gs://" + config.bucket();
    this.errors = new GcsErrors(uri, config.endpoint());
    this.transport = new GcsTransport(config);
    GcsAuthentication authentication = new GcsAuthentication(config.credentials(), transport);
    this.initializer = request -> {
      request.setLoggingEnabled(false);
      request.setFollowRedirects(false);
      request.setThrowExceptionOnExecuteError(false);
      // Not for failures, which are tried again here: for a token that was not good any more.
      request.setNumberOfRetries(1);
      authentication.initialize(request);
    };
    Storage.Builder builder =
        new Storage.Builder(transport, JSON, initializer).setApplicationName("cove");
    URI endpoint = config.endpoint();
    if (endpoint != null) {
      String root = endpoint.toString();
      builder.setRootUrl(root.endsWith("/") ? root : root + "/");
    }
    this.storage = builder.build();
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

  Storage.Objects objects() {
    return storage.objects();
  }

  /** Calls that are sent together. */
  BatchRequest batch() {
    return storage.batch(request -> {
      initializer.initialize(request);
      request.setThrowExceptionOnExecuteError(true);
      request.setReadTimeout(millis(config.callTimeout()));
      request.setWriteTimeout(millis(config.callTimeout()));
    });
  }

  /** Where objects are sent to. */
  GenericUrl uploadUrl() {
    GenericUrl url =
        new GenericUrl(storage.getRootUrl() + "upload/" + storage.getServicePath() + "b/");
    url.appendRawPath(config.bucket() + "/o");
    if (config.billedProject() != null) {
      url.put("userProject", config.billedProject());
    }
    return url;
  }

  /** The request with what all requests of this bucket say. */
  <R extends StorageRequest<?>> R billed(R request) {
    if (config.billedProject() != null) {
      request.set("userProject", config.billedProject());
    }
    return request;
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

  /** Makes the request once and reads its answer. */
  <T> T execute(AbstractGoogleClientRequest<T> request, Pace pace) throws IOException {
    HttpResponse response = send(billedHttp(request), pace, 0);
    try {
      return response.parseAs(request.getResponseClass());
    } finally {
      response.disconnect();
    }
  }

  private static HttpRequest billedHttp(AbstractGoogleClientRequest<?> request) throws IOException {
    request.setDisableGZipContent(true);
    return request.buildHttpRequest();
  }

  HttpRequest request(String method, GenericUrl url) throws IOException {
    return transport.createRequestFactory(initializer).buildRequest(method, url, null);
  }

  /**
   * Makes the request once; the caller closes the answer, which is that of a success.
   *
   * @param bytes how many bytes it moves before its answer begins
   */
  HttpResponse send(HttpRequest request, Pace pace, long bytes) throws IOException {
    HttpResponse response = sendForAny(request, pace, bytes);
    if (!response.isSuccessStatusCode()) {
      throw GoogleJsonResponseException.from(JSON, response);
    }
    return response;
  }

  /** As {@link #send}, for callers to whom other answers than success mean something. */
  HttpResponse sendForAny(HttpRequest request, Pace pace, long bytes) throws IOException {
    Duration extra = Duration.ofSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    switch (pace) {
      case PROMPT -> {
        request.setReadTimeout(millis(config.stallTimeout()));
        request.setWriteTimeout(millis(config.attemptTimeout().plus(extra)));
      }
      case PATIENT -> {
        request.setReadTimeout(millis(config.callTimeout()));
        request.setWriteTimeout(millis(config.callTimeout().plus(extra)));
      }
    }
    return request.execute();
  }

  private static int millis(Duration time) {
    return (int) Math.min(Integer.MAX_VALUE, time.toMillis());
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
        .plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND * config.attempts())
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
    return switch (failure.kind()) {
      case TIMEOUT, UNAVAILABLE, THROTTLED, CORRUPT -> true;
      case NOT_FOUND,
          NO_SUCH_BUCKET,
          PRECONDITION_FAILED,
          INVALID_RANGE,
          UNAUTHENTICATED,
          ACCESS_DENIED,
          READ_ONLY,
          ARCHIVED,
          INVALID,
          UNSUPPORTED,
          NO_SPACE,
          INTERRUPTED -> false;
    };
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
