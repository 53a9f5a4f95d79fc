package dev.cove.s3;

import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.testkit.server.S3Server;
import java.net.URI;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Buckets of the tests' own on a test server. */
final class TestBuckets {

  private TestBuckets() {}

  static S3Config create(S3Server server) {
    String bucket = "cove-" + UUID.randomUUID();
    try (S3Client admin = admin(server)) {
      admin.createBucket(b -> b.bucket(bucket));
    }
    return config(server, server.endpoint(), bucket);
  }

  static S3Config config(S3Server server, URI endpoint, String bucket) {
    Keys keys = new Keys(server.accessKey(), server.secretKey(), null);
    return S3Config.bucket(bucket)
        .endpoint(endpoint)
        .region(server.region())
        .credentials(S3Credentials.of(() -> keys))
        .build();
  }

  /** A plain client of the SDK, for what the store does not offer. */
  static S3Client admin(S3Server server) {
    return S3Client.builder()
        .endpointOverride(server.endpoint())
        .region(Region.of(server.region()))
        .forcePathStyle(true)
        .httpClientBuilder(Apache5HttpClient.builder())
        .credentialsProvider(StaticCredentialsProvider.create(
            AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
        .build();
  }
}
