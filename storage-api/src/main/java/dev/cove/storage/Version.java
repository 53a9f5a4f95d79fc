package dev.cove.storage;

/**
 * The identity of one state of an object, opaque to callers: the ETag on S3 (without quotes), the
 * generation on GCS. Two states of a key with different bytes never share one.
 */
public record Version(String value) {
  public Version {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a version is not empty");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
