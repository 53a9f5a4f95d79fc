package dev.cove.storage.testkit.server;

import java.net.URI;

/** An S3 server that tests may fill as they like, in buckets of their own. Addressed path-style. */
public interface S3Server {
  URI endpoint();

  String accessKey();

  String secretKey();

  String region();

  /** Whether this is a real server, and not the embedded one that stands in where none can be had. */
  boolean isReal();

  /**
   * The server that all tests of this JVM share: the one that {@code COVE_TEST_S3_ENDPOINT} names (with {@code
   * AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY} and {@code AWS_REGION}), else MinIO, else, and never with {@code
   * CI=true}, the embedded server.
   */
  static S3Server shared() {
    return SharedS3.get();
  }
}
