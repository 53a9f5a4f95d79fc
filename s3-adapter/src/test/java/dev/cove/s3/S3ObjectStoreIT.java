package dev.cove.s3;

import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.ObjectStoreContract;
import dev.cove.storage.testkit.server.S3Server;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The storage contract on a real S3 server. */
final class S3ObjectStoreIT extends ObjectStoreContract {

  private static S3Server server;
  private static ObjectStore store;
  private static ObjectStore missing;
  private static ObjectStore stranger;

  @BeforeAll
  static void open() {
    server = S3Server.shared();
    S3Config config = TestBuckets.create(server);
    // Nearly every mount's requests take the short path; the other tests here see the SDK's.
    store = new S3ObjectStore(config, Clock.systemUTC(), ShortPath.Trust.AT_ONCE);
    missing = S3ObjectStores.open(
        TestBuckets.config(server, server.endpoint(), "cove-none-" + UUID.randomUUID()));
    stranger = S3ObjectStores.open(config.toBuilder()
        .credentials(S3Credentials.of(() -> new Keys("nobody", "nothing at all", null)))
        .build());
  }

  @AfterAll
  static void close() {
    store.close();
    missing.close();
    stranger.close();
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected ObjectStore missingBucket() {
    return missing;
  }

  @Override
  protected ObjectStore wrongCredentials() {
    return stranger;
  }

  @Override
  protected @Nullable String otherStorageClass() {
    return "REDUCED_REDUNDANCY";
  }

  @Override
  protected Map<String, String> tags() {
    // MinIO takes ASCII letters only.
    return Map.of("team", "data/eng", "cost centre", "x + y = 1.5_@:-");
  }

  @Override
  protected @Nullable String whyRefused(String key) {
    return server.isReal() ? MinioLimits.whyRefused(key) : null;
  }

  @Override
  protected Map<String, String> deviations() {
    return server.isReal() ? MinioLimits.DEVIATIONS : Map.of();
  }
}
