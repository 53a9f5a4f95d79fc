package dev.cove.storage.testkit.server;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Chooses the S3 server that this JVM's tests share. */
final class SharedS3 {
  private static @Nullable S3Server server;

  private SharedS3() {}

  static synchronized S3Server get() {
    S3Server chosen = server;
    if (chosen == null) {
      chosen = choose();
      server = chosen;
    }
    return chosen;
  }

  private static S3Server choose() {
    String external = System.getenv("COVE_TEST_S3_ENDPOINT");
    if (external != null && !external.isEmpty()) {
      return new External(
          URI.create(external),
          Programs.environment("AWS_ACCESS_KEY_ID", "minioadmin"),
          Programs.environment("AWS_SECRET_ACCESS_KEY", "minioadmin"),
          Programs.environment("AWS_REGION", "us-east-1"));
    }
    if (Programs.has("minio")) {
      return MinioServer.shared();
    }
    Programs.standIn("minio", "the embedded S3 server");
    return EmbeddedS3Server.shared();
  }

  private record External(URI endpoint, String accessKey, String secretKey, String region)
      implements S3Server {
    @Override
    public boolean isReal() {
      return true;
    }
  }
}
