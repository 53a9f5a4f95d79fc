package dev.cove.cli.doctor;

import dev.cove.cli.store.BucketUrl;
import dev.cove.cli.store.BucketUrl.Cloud;
import dev.cove.cli.store.StoreOptions;
import dev.cove.s3.S3Config.Checksums;
import dev.cove.s3.S3Probe;
import dev.cove.s3.S3Support;
import dev.cove.storage.Capabilities;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a bucket can be used from here, and what of it cannot be shown. */
final class BucketChecks {
  // Amazon refuses signatures that are 15 minutes off; at one minute something is wrong with the
  // clock already.
  private static final Duration SKEW_REFUSED = Duration.ofMinutes(15);
  private static final Duration SKEW_ODD = Duration.ofMinutes(1);
  private static final int HTTP_TIMEOUT_MILLIS = 5_000;

  private final StoreOptions options;
  private final BucketUrl url;
  private final Clock clock;

  BucketChecks(StoreOptions options, BucketUrl url, Clock clock) {
    this.options = options;
    this.url = url;
    this.clock = clock;
  }

  /** How it is told what the server supports. */
  enum Support {
    /** From what is known of its kind; changes nothing. */
    EXPECTED,
    /** By trying with an object that is made and removed. */
    TRIED
  }

  /** @param keys how many keys are looked at for those that no path shows */
  List<Finding> run(long keys, Support asked) {
    List<Finding> findings = new ArrayList<>();
    findings.add(clockSkew());
    try (ObjectStore store = options.open(url)) {
      ListPage first;
      try {
        first = store.list(ListRequest.all("").limit(1));
      } catch (StorageException e) {
        findings.add(Finding.failure(what(e), String.valueOf(e.getMessage())));
        return findings;
      }
      findings.add(Finding.ok("bucket", url + " can be listed"));
      findings.add(readable(store, first));
      findings.addAll(support(store.capabilities(), asked));
      findings.addAll(unshowable(store, keys));
    }
    return findings;
  }

  private static String what(StorageException e) {
    return switch (e.kind()) {
      case UNAUTHENTICATED, ACCESS_DENIED -> "credentials";
      case TIMEOUT, UNAVAILABLE, THROTTLED -> "endpoint";
      case NOT_FOUND,
          NO_SUCH_BUCKET,
          PRECONDITION_FAILED,
          INVALID_RANGE,
          READ_ONLY,
          ARCHIVED,
          INVALID,
          UNSUPPORTED,
          NO_SPACE,
          CORRUPT,
          INTERRUPTED -> "bucket";
    };
  }

  private Finding readable(ObjectStore store, ListPage first) {
    if (first.objects().isEmpty()) {
      return url.prefix().isEmpty()
          ? Finding.ok("objects", "there are none")
          : Finding.warning(
              "objects",
              "no key begins with '" + url.prefix()
                  + "'; check the prefix, or mount it with --rw or --allow-missing-prefix");
    }
    try {
      store.head(first.objects().get(0).key());
      return Finding.ok("objects", "can be read");
    } catch (StorageException e) {
      return Finding.failure("objects", String.valueOf(e.getMessage()));
    }
  }

  private Finding clockSkew() {
    URI endpoint = endpoint();
    Instant server = serverTime(endpoint);
    if (server == null) {
      return Finding.warning(
          "clock", endpoint + " does not tell the time, so this machine's was not compared");
    }
    Duration skew = Duration.between(server, clock.instant()).abs();
    String line = "differs from the server's by " + skew.toSeconds() + " s";
    if (skew.compareTo(SKEW_REFUSED) > 0) {
      return Finding.failure("clock", line + ", so requests are refused; set it right");
    }
    return skew.compareTo(SKEW_ODD) > 0
        ? Finding.warning("clock", line + "; set it right")
        : Finding.ok("clock", "agrees with the server's");
  }

  private URI endpoint() {
    URI endpoint = options.endpoint(url);
    if (endpoint != null) {
      return endpoint;
    }
    return switch (url.cloud()) {
      case S3 -> URI.create("https://s3.amazonaws.com");
      case GCS -> URI.create("https://storage.googleapis.com");
    };
  }

  // Servers answer with their time whether they know the caller or not.
  private static @Nullable Instant serverTime(URI endpoint) {
    try {
      HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
      try {
        connection.setRequestMethod("HEAD");
        connection.setConnectTimeout(HTTP_TIMEOUT_MILLIS);
        connection.setReadTimeout(HTTP_TIMEOUT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.getResponseCode();
        long date = connection.getDate();
        return date == 0 ? null : Instant.ofEpochMilli(date);
      } finally {
        connection.disconnect();
      }
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private List<Finding> support(Capabilities can, Support wanted) {
    // Of Google Cloud Storage every condition is a part, so there is nothing to try.
    Support asked = url.cloud() == Cloud.S3 ? wanted : Support.EXPECTED;
    boolean put = can.conditionalPut();
    boolean copy = can.conditionalCopy();
    boolean delete = can.conditionalDelete();
    if (asked == Support.TRIED) {
      try {
        S3Support found = S3Probe.run(options.config(url.bucket()), url.prefix());
        put = found.put();
        copy = found.copy();
        delete = found.delete();
      } catch (StorageException e) {
        return List.of(Finding.failure("trial", String.valueOf(e.getMessage())));
      }
    }
    return List.of(
        feature("conditional writes", put, asked, "two writers could overwrite one another unseen"),
        feature("conditional copies", copy, asked, "a rename looks first and then copies"),
        feature(
            "conditional deletes",
            delete,
            asked,
            "a delete could remove what another writer has just made"),
        feature(
            "part copies",
            can.partCopy(),
            Support.EXPECTED,
            can.compose()
                ? "an edit of a large file, unless at its end, uploads all of it"
                : "an edit of a large file uploads all of it"),
        feature("tags", can.tags(), Support.EXPECTED, "edits do not keep tags"),
        checksums());
  }

  private Finding checksums() {
    boolean sent = url.cloud() == Cloud.S3
        ? options.config(url.bucket()).checksums() == Checksums.ON
        : options.sendsChecksums();
    return sent
        ? Finding.ok("checksums", "CRC-32C is sent with every upload")
        : Finding.warning("checksums", "off: a byte that flips on its way up is not noticed");
  }

  private static Finding feature(String what, boolean has, Support asked, String otherwise) {
    String known =
        asked == Support.TRIED ? "honoured, as a trial shows" : "expected of this endpoint";
    String missing =
        asked == Support.TRIED ? "not honoured, as a trial shows" : "not expected of this endpoint";
    return has ? Finding.ok(what, known) : Finding.warning(what, missing + ": " + otherwise);
  }

  private static List<Finding> unshowable(ObjectStore store, long keys) {
    KeyScan scan = new KeyScan();
    try {
      ListRequest request = ListRequest.all("");
      while (scan.seen() < keys) {
        ListPage page = store.list(request);
        page.objects().forEach(object -> scan.next(object.key()));
        String next = page.nextToken();
        if (next == null) {
          return scan.findings("of all " + scan.seen() + " keys");
        }
        request = request.page(next);
      }
    } catch (StorageException e) {
      return List.of(Finding.warning("names", String.valueOf(e.getMessage())));
    }
    return scan.findings("of the first " + scan.seen() + " keys (more with --keys)");
  }
}
