package dev.cove.it.mount;

import dev.cove.gcs.GcsConfig;
import dev.cove.gcs.GcsCredentials;
import dev.cove.gcs.GcsObjectStores;
import dev.cove.s3.S3Config;
import dev.cove.s3.S3Credentials;
import dev.cove.s3.S3ObjectStores;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.server.GcsFront;
import dev.cove.storage.testkit.server.S3Server;
import java.util.Map;
import org.junit.jupiter.api.TestInfo;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Where the bucket of a test is. */
public enum TestCloud {
  S3("s3") {
    @Override
    public ObjectStore create(String bucket) {
      S3Server server = S3Server.shared();
      AwsBasicCredentials admin =
          AwsBasicCredentials.create(server.accessKey(), server.secretKey());
      try (S3Client client = S3Client.builder()
          .endpointOverride(server.endpoint())
          .region(Region.of(server.region()))
          .forcePathStyle(true)
          .httpClientBuilder(Apache5HttpClient.builder())
          .credentialsProvider(StaticCredentialsProvider.create(admin))
          .build()) {
        client.createBucket(request -> request.bucket(bucket));
      }
      S3Credentials.Keys keys =
          new S3Credentials.Keys(server.accessKey(), server.secretKey(), null);
      return S3ObjectStores.open(S3Config.bucket(bucket)
          .endpoint(server.endpoint())
          .region(server.region())
          .credentials(S3Credentials.of(() -> keys))
          .build());
    }

    @Override
    public Map<String, String> environment() {
      S3Server server = S3Server.shared();
      return Map.of(
          "AWS_ACCESS_KEY_ID", server.accessKey(),
          "AWS_SECRET_ACCESS_KEY", server.secretKey(),
          "AWS_REGION", server.region(),
          "AWS_ENDPOINT_URL", server.endpoint().toString(),
          "RCLONE_CONFIG_CLOUD_TYPE", "s3",
          "RCLONE_CONFIG_CLOUD_PROVIDER", "Minio",
          "RCLONE_CONFIG_CLOUD_ENDPOINT", server.endpoint().toString(),
          "RCLONE_CONFIG_CLOUD_ACCESS_KEY_ID", server.accessKey(),
          "RCLONE_CONFIG_CLOUD_SECRET_ACCESS_KEY", server.secretKey());
    }
  },
  GCS("gs") {
    @Override
    public ObjectStore create(String bucket) {
      GcsFront.createBucket(GcsFront.sharedEndpoint(), bucket);
      return GcsObjectStores.open(GcsConfig.bucket(bucket)
          .endpoint(GcsFront.sharedEndpoint())
          .credentials(GcsCredentials.anonymous())
          .build());
    }

    @Override
    public Map<String, String> environment() {
      String endpoint = GcsFront.sharedEndpoint().toString();
      return Map.of(
          "STORAGE_EMULATOR_HOST",
          endpoint,
          "RCLONE_CONFIG_CLOUD_TYPE",
          "google cloud storage",
          "RCLONE_CONFIG_CLOUD_ENDPOINT",
          endpoint + "/storage/v1/",
          "RCLONE_CONFIG_CLOUD_ANONYMOUS",
          "true");
    }
  };

  private final String scheme;

  TestCloud(String scheme) {
    this.scheme = scheme;
  }

  /** What the class under test says by the beginning of its name. */
  public static TestCloud of(TestInfo test) {
    return test.getTestClass().orElseThrow().getSimpleName().startsWith("Gcs") ? GCS : S3;
  }

  String uri(String bucket) {
    return scheme + "://" + bucket;
  }

  /** Makes a bucket and opens it as another program would. */
  public abstract ObjectStore create(String bucket);

  /** How programs find it; rclone as the remote "cloud". */
  public abstract Map<String, String> environment();
}
