package dev.cove.gcs;

import static dev.cove.http.TransportFailures.find;
import static dev.cove.http.TransportFailures.oneLine;
import static dev.cove.http.TransportFailures.printable;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import dev.cove.http.StreamedBody;
import dev.cove.http.TransportFailures;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what Google's client throws into what a caller can decide on and a user can read. The one
 * place that knows status codes and reasons. Messages never carry credentials.
 */
final class GcsErrors {

  /** What was tried: {@code cannot VERB URI}. */
  record Attempt(String verb, @Nullable String key) {}

  /** There are no credentials, or they are none that a token can be had for. */
  static final class NoCredentials extends IOException {
    private static final long serialVersionUID = 1L;

    NoCredentials(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  private static final Set<String> SLOWER =
      Set.of("rateLimitExceeded", "userRateLimitExceeded", "backendRateLimitExceeded");

  private final String bucketUri;
  private final String endpoint;
  private final String credentials;

  GcsErrors(String bucketUri, @Nullable URI endpoint, GcsCredentials credentials) {
    this.bucketUri = bucketUri;
    this.credentials =
        credentials instanceof GcsCredentials.Json key ? key.name() : "the credentials";
    this.endpoint = endpoint == null ? "Google Cloud Storage" : endpoint.toString();
  }

  StorageException translate(Throwable failure, Attempt attempt) {
    StorageException known = find(failure, StorageException.class);
    if (known != null) {
      return known;
    }
    NoCredentials none = find(failure, NoCredentials.class);
    if (none != null) {
      return error(Kind.UNAUTHENTICATED, attempt, String.valueOf(none.getMessage()), none);
    }
    Throwable auth = authentication(failure);
    if (auth != null) {
      return ofAuthentication(auth, failure, attempt);
    }
    HttpResponseException answered = find(failure, HttpResponseException.class);
    if (answered != null) {
      GoogleJsonError details =
          answered instanceof GoogleJsonResponseException json ? json.getDetails() : null;
      String plain = answered instanceof GoogleJsonResponseException ? null : answered.getContent();
      return ofStatus(
          answered.getStatusCode(),
          reason(details),
          details == null ? plain : details.getMessage(),
          answered,
          attempt);
    }
    TransportFailures.Failure broken = TransportFailures.of(failure, endpoint);
    if (broken != null) {
      return error(broken.kind(), attempt, broken.reason(), failure);
    }
    if (failure instanceof IllegalArgumentException) {
      return error(
          Kind.UNAVAILABLE,
          attempt,
          endpoint + " does not answer as Google Cloud Storage does; check the endpoint",
          failure);
    }
    return error(Kind.UNAVAILABLE, attempt, oneLine(failure.toString()), failure);
  }

  /** One failure of a batch. */
  StorageException of(GoogleJsonError failure, Attempt attempt) {
    return ofStatus(failure.getCode(), reason(failure), failure.getMessage(), null, attempt);
  }

  /** Google's own exceptions for tokens say whether to try again; they are no public type. */
  private static @Nullable Throwable authentication(Throwable failure) {
    Throwable t = failure;
    for (int depth = 0; t != null && depth < 20; depth++, t = t.getCause()) {
      if (t instanceof Retryable) {
        return t;
      }
    }
    return null;
  }

  private StorageException ofAuthentication(Throwable auth, Throwable failure, Attempt attempt) {
    HttpResponseException answered = find(auth, HttpResponseException.class);
    if (answered == null || answered.getStatusCode() >= 500) {
      TransportFailures.Failure broken = TransportFailures.of(auth, "the token server");
      if (((Retryable) auth).isRetryable() && broken != null) {
        return error(Kind.UNAVAILABLE, attempt, broken.reason(), failure);
      }
    }
    String said = answered == null ? "" : " (HTTP " + answered.getStatusCode() + ")";
    return error(
        Kind.UNAUTHENTICATED,
        attempt,
        "no access token is given for " + credentials + said + ": revoked, expired or damaged",
        failure);
  }

  private static String reason(@Nullable GoogleJsonError details) {
    return details == null || details.getErrors() == null || details.getErrors().isEmpty()
        ? ""
        : String.valueOf(details.getErrors().get(0).getReason());
  }

  private StorageException ofStatus(
      int status,
      String reason,
      @Nullable String message,
      @Nullable Throwable cause,
      Attempt attempt) {
    String named = reason.isEmpty() ? "HTTP " + status : reason;
    String said = message == null ? "" : message.toLowerCase(Locale.ROOT);
    if (SLOWER.contains(reason) || status == 429) {
      return error(
          Kind.THROTTLED,
          attempt,
          "still told to slow down after all retries (" + named + ")",
          cause);
    }
    if (said.contains("requester pays")) {
      return error(
          Kind.ACCESS_DENIED,
          attempt,
          "the bucket lets the requester pay; use --requester-pays with --project",
          cause);
    }
    switch (status) {
      case 400:
        if (said.contains("crc32c") || said.contains("md5 hash")) {
          return error(
              Kind.CORRUPT,
              attempt,
              "the bytes arrived damaged at the server (" + named + ")",
              cause);
        }
        break;
      case 401:
        return error(
            Kind.UNAUTHENTICATED,
            attempt,
            endpoint + " does not accept " + credentials + " (" + named
                + "); check or renew them, or use --anonymous for a public bucket",
            cause);
      case 403:
        if (reason.equals("quotaExceeded")) {
          return error(Kind.NO_SPACE, attempt, "a quota is used up (" + named + ")", cause);
        }
        return error(
            Kind.ACCESS_DENIED, attempt, credentials + " may not do it (" + named + ")", cause);
      case 404:
        return said.contains("bucket does not exist")
            ? error(Kind.NO_SUCH_BUCKET, attempt, "no such bucket at " + endpoint, cause)
            : error(Kind.NOT_FOUND, attempt, "no such object", cause);
      case 405:
      case 501:
        return error(
            Kind.UNSUPPORTED, attempt, endpoint + " cannot do this (" + named + ")", cause);
      case 408:
        return error(Kind.TIMEOUT, attempt, endpoint + " waited too long for the bytes", cause);
      case 409:
        return error(
            Kind.PRECONDITION_FAILED,
            attempt,
            "it was being changed at the same time (" + named + ")",
            cause);
      case 410:
        return error(Kind.NOT_FOUND, attempt, "the upload does not exist any more", cause);
      case 304:
      case 412:
        return error(
            Kind.PRECONDITION_FAILED, attempt, "it is not in the state that was expected", cause);
      case 416:
        return error(Kind.INVALID_RANGE, attempt, "the range begins past the object's end", cause);
      case 507:
        return error(Kind.NO_SPACE, attempt, "the store is full (" + named + ")", cause);
      default:
        break;
    }
    if (status >= 500) {
      return error(Kind.UNAVAILABLE, attempt, endpoint + " failed (" + named + ")", cause);
    }
    String why = message == null || message.isBlank() ? "" : ": " + oneLine(message);
    return error(Kind.INVALID, attempt, "refused by " + endpoint + " (" + named + ")" + why, cause);
  }

  /** What a body that is being read says when it breaks off. */
  StreamedBody.Failures of(Attempt attempt) {
    return new StreamedBody.Failures() {
      @Override
      public StorageException of(Kind kind, String reason) {
        return error(kind, attempt, reason);
      }

      @Override
      public StorageException translate(Throwable failure) {
        return GcsErrors.this.translate(failure, attempt);
      }
    };
  }

  StorageException error(Kind kind, Attempt attempt, String reason) {
    return error(kind, attempt, reason, null);
  }

  StorageException error(Kind kind, Attempt attempt, String reason, @Nullable Throwable cause) {
    String object = attempt.key() == null ? "" : "/" + printable(attempt.key());
    return new StorageException(
        kind, "cannot " + attempt.verb() + " " + bucketUri + object + ": " + reason, cause);
  }
}
