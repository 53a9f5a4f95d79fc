package dev.cove.s3;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Signature version 4 for requests without a body. The key of a day is derived once: the
 * SDK's signer derives it from the secret for each client but costs several times as much around it.
 */
final class RequestSigner {
  static final String EMPTY_BODY =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int DATE = 8;
  private static final HexFormat HEX = HexFormat.of();

  private record DayKey(String secret, String date, byte[] key) {}

  /** A second as it is written: requests in a row are of the same one. */
  private record Moment(long second, String text) {}

  private final String region;
  private volatile @Nullable DayKey day;
  private volatile @Nullable Moment last;

  RequestSigner(String region) {
    this.region = region;
  }

  /**
   * Adds what the signature needs and the signature itself.
   *
   * @param path as it is sent
   * @param query as it is sent: parameters by name, each encoded; empty for none
   * @param headers by names in lower case, {@code host} among them
   */
  void sign(
      String method,
      String path,
      String query,
      SortedMap<String, String> headers,
      AwsCredentials credentials,
      Instant now) {
    String moment = moment(now);
    headers.put("x-amz-content-sha256", EMPTY_BODY);
    headers.put("x-amz-date", moment);
    if (credentials instanceof AwsSessionCredentials session) {
      headers.put("x-amz-security-token", session.sessionToken());
    }
    StringBuilder canonical = new StringBuilder(512).append(method).append('\n');
    canonical.append(path).append('\n').append(query).append('\n');
    StringBuilder names = new StringBuilder(96);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      canonical.append(header.getKey()).append(':').append(header.getValue()).append('\n');
      names.append(names.length() == 0 ? "" : ";").append(header.getKey());
    }
    canonical.append('\n').append(names).append('\n').append(EMPTY_BODY);
    String date = moment.substring(0, DATE);
    String scope = date + '/' + region + "/s3/aws4_request";
    String toSign = ALGORITHM + '\n' + moment + '\n' + scope + '\n' + sha256(canonical.toString());
    String signature = HEX.formatHex(hmac(dayKey(credentials.secretAccessKey(), date), toSign));
    headers.put(
        "authorization",
        ALGORITHM + " Credential=" + credentials.accessKeyId() + '/' + scope + ", SignedHeaders="
            + names + ", Signature=" + signature);
  }

  private String moment(Instant now) {
    Moment known = last;
    if (known == null || known.second() != now.getEpochSecond()) {
      known = new Moment(now.getEpochSecond(), MOMENT.format(now));
      last = known;
    }
    return known.text();
  }

  private byte[] dayKey(String secret, String date) {
    DayKey known = day;
    if (known == null || !known.date().equals(date) || !known.secret().equals(secret)) {
      byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
      for (String part : new String[] {date, region, "s3", "aws4_request"}) {
        key = hmac(key, part);
      }
      known = new DayKey(secret, date, key);
      day = known;
    }
    return known.key();
  }

  private static String sha256(String text) {
    try {
      return HEX.formatHex(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has HmacSHA256", e);
    }
  }
}
