package dev.cove.s3;

/**
 * Which conditions on writes an endpoint honours. Servers that do not know a condition ignore it, so
 * this is known beforehand or found by {@link S3Probe}, never by trying with a user's object.
 *
 * @param put put and complete honour If-Match and If-None-Match
 * @param copy copy honours them for its target
 * @param delete delete honours If-Match
 */
public record S3Support(boolean put, boolean copy, boolean delete) {

  /** Amazon S3: every condition, on copies and deletes since 2025. */
  public static final S3Support AMAZON = new S3Support(true, true, true);

  /**
   * Google Cloud Storage: it looks at ETags of what is read, and only at generations of what is
   * written, which this protocol cannot name.
   */
  public static final S3Support GOOGLE = new S3Support(false, false, false);

  /** What is taken for granted of any other endpoint until it is probed: current servers have it. */
  public static final S3Support ASSUMED = new S3Support(true, false, false);
}
