package dev.cove.gcs;

import dev.cove.storage.testkit.server.GcsFront;
import java.net.URI;
import java.util.UUID;

/** Buckets of the tests' own on a test server, which asks for no credentials. */
final class TestBuckets {

  private TestBuckets() {}

  static GcsConfig create(URI endpoint) {
    String bucket = "cove-" + UUID.randomUUID();
    GcsFront.createBucket(endpoint, bucket);
    return config(endpoint, bucket);
  }

  static GcsConfig config(URI endpoint, String bucket) {
    return GcsConfig.bucket(bucket)
        .endpoint(endpoint)
        .credentials(GcsCredentials.anonymous())
        .build();
  }
}
