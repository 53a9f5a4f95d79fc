package dev.cove.s3;

import static dev.cove.http.TransportFailures.find;
import static dev.cove.http.TransportFailures.oneLine;
import static dev.cove.http.TransportFailures.printable;

import dev.cove.http.StreamedBody;
import dev.cove.http.TransportFailures;
import dev.cove.s3.S3Credentials.Anonymous;
import dev.cove.s3.S3Credentials.DefaultChain;
import dev.cove.s3.S3Credentials.Supplied;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/**
 * Turns what the SDK throws into what a caller can decide on and a user can read. The one place that
 * knows error codes. Messages never carry credentials: of what a server says, only the code is
 * repeated, and its sentence where it is about the request's content.
 */
final class S3Errors {

  /** What was tried: {@code cannot VERB URI}. */
  record Attempt(String verb, @Nullable String key) {}

  private static final Set<String> WRONG_KEYS =
      Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthFailure", "NotSignedUp");
  private static final Set<String> EXPIRED = Set.of(
      "ExpiredToken",
      "ExpiredTokenException",
      "InvalidToken",
      "InvalidTokenId",
      "TokenRefreshRequired");
  private static final Set<String> CLOCK = Set.of("RequestTimeTooSkewed", "RequestExpired");
  private static final Set<String> WRONG_REGION = Set.of(
      "PermanentRedirect",
      "TemporaryRedirect",
      "Redirect",
      "AuthorizationHeaderMalformed",
      "AuthorizationQueryParametersError",
      "IllegalLocationConstraintException",
      "BucketRegionError");
  private static final Set<String> THROTTLED = Set.of(
      "SlowDown",
      "SlowDownRead",
      "SlowDownWrite",
      "Throttling",
      "ThrottlingException",
      "TooManyRequests",
      "RequestLimitExceeded",
      "BandwidthLimitExceeded",
      "XMinioServerBusy");
  private static final Set<String> NO_SPACE = Set.of(
      "XMinioStorageFull",
      "XMinioAdminBucketQuotaExceeded",
      "QuotaExceeded",
      "InsufficientCapacity",
      "InsufficientStorage");
  private static final Set<String> CORRUPT = Set.of(
      "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "InvalidDigest");
  private static final Pattern REGION = Pattern.compile("expecting '([a-z0-9-]+)'");

  private final String bucketUri;
  private final String endpoint;
  private final String region;
  // Where the keys come from, when that has a name.
  private final @Nullable String origin;
  private final boolean anonymous;

  S3Errors(String bucketUri, @Nullable URI endpoint, String region, S3Credentials credentials) {
    this.bucketUri = bucketUri;
    this.endpoint = endpoint == null ? "Amazon S3" : endpoint.toString();
    this.region = region;
    this.origin = origin(credentials);
    this.anonymous = credentials instanceof Anonymous;
  }

  private static @Nullable String origin(S3Credentials credentials) {
    if (credentials instanceof Supplied supplied) {
      return supplied.origin();
    }
    return credentials instanceof DefaultChain chain && chain.profile() != null
        ? "the profile '" + chain.profile() + "'"
        : null;
  }

  StorageException translate(Throwable failure, Attempt attempt) {
    StorageException known = find(failure, StorageException.class);
    if (known != null) {
      return known;
    }
    AwsServiceException service = find(failure, AwsServiceException.class);
    return service != null ? ofService(service, attempt) : ofClient(failure, attempt);
  }

  /** An error that a batch answer names by its code alone. */
  StorageException ofCode(String code, @Nullable String message, Attempt attempt) {
    return ofCode(code, message, 0, null, null, attempt);
  }

  static boolean isExpired(Throwable failure) {
    AwsServiceException service = find(failure, AwsServiceException.class);
    return service != null && EXPIRED.contains(code(service));
  }

  /** The server does not let these credentials do it; a HEAD is refused without a reason. */
  static boolean isRefused(Throwable failure) {
    AwsServiceException service = find(failure, AwsServiceException.class);
    return service != null
        && (service.statusCode() == 401
            || service.statusCode() == 403
            || WRONG_KEYS.contains(code(service)));
  }

  /** Another write to the same key was under way. */
  static boolean isConflict(Throwable failure) {
    AwsServiceException service = find(failure, AwsServiceException.class);
    return service != null && code(service).equals("ConditionalRequestConflict");
  }

  /** The server received other bytes than were sent, and stored none. */
  static boolean isDamagedOnTheWay(Throwable failure) {
    AwsServiceException service = find(failure, AwsServiceException.class);
    return service != null && CORRUPT.contains(code(service));
  }

  /** Whether a 404 was about an object and not about an upload. */
  static boolean isAboutObject(Throwable failure) {
    AwsServiceException service = find(failure, AwsServiceException.class);
    return service != null && !code(service).equals("NoSuchUpload");
  }

  private StorageException ofService(AwsServiceException failure, Attempt attempt) {
    AwsErrorDetails details = failure.awsErrorDetails();
    String bucketRegion = details == null || details.sdkHttpResponse() == null
        ? null
        : details.sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region").orElse(null);
    return ofCode(
        code(failure),
        details == null ? null : details.errorMessage(),
        failure.statusCode(),
        bucketRegion,
        failure,
        attempt);
  }

  private StorageException ofCode(
      String code,
      @Nullable String message,
      int status,
      @Nullable String bucketRegion,
      @Nullable Throwable cause,
      Attempt attempt) {
    String named = code.isEmpty() ? "HTTP " + status : code;
    if (WRONG_REGION.contains(code) || status == 301 || status == 307) {
      return wrongRegion(bucketRegion, message, cause, attempt);
    }
    if (WRONG_KEYS.contains(code)) {
      return error(
          Kind.UNAUTHENTICATED,
          attempt,
          endpoint + " does not accept "
              + credential(
                  code.equals("SignatureDoesNotMatch")
                      ? "AWS_SECRET_ACCESS_KEY"
                      : "AWS_ACCESS_KEY_ID")
              + " (" + code + "); check the key and its secret",
          cause);
    }
    if (EXPIRED.contains(code)) {
      return error(
          Kind.UNAUTHENTICATED,
          attempt,
          origin == null
              ? "the credentials have expired (" + code + "); renew them"
              : credential("AWS_SESSION_TOKEN") + " has expired (" + code + "); renew it",
          cause);
    }
    if (CLOCK.contains(code)) {
      return error(
          Kind.UNAUTHENTICATED,
          attempt,
          "this machine's clock differs from the server's (" + code + "); set it right",
          cause);
    }
    if (NO_SPACE.contains(code) || status == 507) {
      return error(Kind.NO_SPACE, attempt, "the store is full (" + named + ")", cause);
    }
    if (THROTTLED.contains(code) || status == 429) {
      return error(
          Kind.THROTTLED,
          attempt,
          "still told to slow down after all retries (" + named + ")",
          cause);
    }
    if (CORRUPT.contains(code)) {
      return error(
          Kind.CORRUPT, attempt, "the bytes arrived damaged at the server (" + code + ")", cause);
    }
    switch (code) {
      case "NoSuchBucket":
        return error(Kind.NO_SUCH_BUCKET, attempt, "no such bucket at " + endpoint, cause);
      case "InvalidBucketName":
        return error(Kind.INVALID, attempt, "this is not a valid name for a bucket", cause);
      case "NoSuchKey":
      case "NoSuchVersion":
        return error(Kind.NOT_FOUND, attempt, "no such object", cause);
      case "NoSuchUpload":
        return error(Kind.NOT_FOUND, attempt, "the upload does not exist any more", cause);
      case "InvalidObjectState":
        return error(
            Kind.ARCHIVED, attempt, "the object is archived; restore it before reading it", cause);
      case "ConditionalRequestConflict":
      case "OperationAborted":
        return error(
            Kind.PRECONDITION_FAILED, attempt, "it was being changed at the same time", cause);
      case "RequestTimeout":
        return error(Kind.TIMEOUT, attempt, endpoint + " waited too long for the bytes", cause);
      case "NotImplemented":
      case "MethodNotAllowed":
        return error(Kind.UNSUPPORTED, attempt, endpoint + " cannot do this (" + code + ")", cause);
      case "InternalError":
      case "ServiceUnavailable":
        return error(Kind.UNAVAILABLE, attempt, endpoint + " failed (" + code + ")", cause);
      default:
        return ofStatus(status, named, message, bucketRegion, cause, attempt);
    }
  }

  // Only a named origin has its parts under these names.
  private String credential(String part) {
    return origin == null ? "the credentials" : part + " of " + origin;
  }

  private StorageException denied(String named, @Nullable Throwable cause, Attempt attempt) {
    String reason;
    if (anonymous) {
      reason = "it is not allowed without credentials (" + named + "); leave out --anonymous";
    } else {
      reason = (origin == null ? "the credentials" : "the credentials in " + origin)
          + " do not allow it (" + named + ")";
    }
    return error(Kind.ACCESS_DENIED, attempt, reason, cause);
  }

  private StorageException ofStatus(
      int status,
      String named,
      @Nullable String message,
      @Nullable String bucketRegion,
      @Nullable Throwable cause,
      Attempt attempt) {
    switch (status) {
      case 400:
        // A HEAD has no body to say why; a bucket elsewhere at least names its region.
        if (bucketRegion != null && !bucketRegion.equals(region)) {
          return wrongRegion(bucketRegion, message, cause, attempt);
        }
        break;
      case 401:
      case 403:
        return denied(named, cause, attempt);
      case 404:
        return error(Kind.NOT_FOUND, attempt, "no such object", cause);
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
      case 412:
        return error(
            Kind.PRECONDITION_FAILED, attempt, "it is not in the state that was expected", cause);
      case 416:
        return error(Kind.INVALID_RANGE, attempt, "the range begins past the object's end", cause);
      default:
        break;
    }
    if (status >= 500) {
      return error(Kind.UNAVAILABLE, attempt, endpoint + " failed (" + named + ")", cause);
    }
    if (named.startsWith("AccessDenied") || named.equals("AllAccessDisabled")) {
      return denied(named, cause, attempt);
    }
    String reason = message == null || message.isBlank() ? "" : ": " + oneLine(message);
    return error(
        Kind.INVALID, attempt, "refused by " + endpoint + " (" + named + ")" + reason, cause);
  }

  private StorageException wrongRegion(
      @Nullable String header,
      @Nullable String message,
      @Nullable Throwable cause,
      Attempt attempt) {
    String right = header;
    if (right == null && message != null) {
      Matcher matcher = REGION.matcher(message);
      right = matcher.find() ? matcher.group(1) : null;
    }
    String advice = right == null
        ? "the bucket is not in region " + region + "; name its region with --region"
        : "the bucket is in region " + right + ", not " + region + "; use --region " + right;
    return error(Kind.INVALID, attempt, advice, cause);
  }

  private StorageException ofClient(Throwable failure, Attempt attempt) {
    if (find(failure, NoCredentials.class) != null) {
      return error(
          Kind.UNAUTHENTICATED,
          attempt,
          origin == null
              ? "no usable credentials were found; give them in the environment, a profile or a"
                  + " secret, or use --anonymous for a public bucket"
              : "no usable credentials were found in " + origin,
          failure);
    }
    if (find(failure, AbortedException.class) != null) {
      return error(Kind.INTERRUPTED, attempt, "interrupted", failure);
    }
    if (find(failure, ApiCallTimeoutException.class) != null
        || find(failure, ApiCallAttemptTimeoutException.class) != null) {
      return error(Kind.TIMEOUT, attempt, "no answer from " + endpoint + " in time", failure);
    }
    if (isChecksumMismatch(failure)) {
      return error(Kind.CORRUPT, attempt, "the bytes arrived damaged", failure);
    }
    TransportFailures.Failure broken = TransportFailures.of(failure, endpoint);
    if (broken != null) {
      return error(broken.kind(), attempt, broken.reason(), failure);
    }
    if (failure instanceof IllegalArgumentException) {
      return error(Kind.INVALID, attempt, oneLine(String.valueOf(failure.getMessage())), failure);
    }
    return error(
        Kind.UNAVAILABLE,
        attempt,
        endpoint + " does not answer as an S3 server does; check the endpoint",
        failure);
  }

  /** What a body that is being read says when it breaks off. */
  StreamedBody.Failures of(Attempt attempt) {
    return new StreamedBody.Failures() {
      @Override
      public StorageException of(Kind kind, String reason) {
        return error(kind, attempt, reason, null);
      }

      @Override
      public StorageException translate(Throwable failure) {
        return S3Errors.this.translate(failure, attempt);
      }
    };
  }

  StorageException error(Kind kind, Attempt attempt, String reason, @Nullable Throwable cause) {
    String object = attempt.key() == null ? "" : "/" + printable(attempt.key());
    return new StorageException(
        kind, "cannot " + attempt.verb() + " " + bucketUri + object + ": " + reason, cause);
  }

  private static String code(AwsServiceException failure) {
    AwsErrorDetails details = failure.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  private static boolean isChecksumMismatch(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (message != null && message.toLowerCase(Locale.ROOT).contains("different checksum")) {
        return true;
      }
    }
    return false;
  }
}
