package dev.cove.gcs;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.ObjectStoreContract;
import dev.cove.storage.testkit.server.GcsFront;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * The storage contract on fake-gcs-server, behind {@link GcsFront}, which adds what the fake leaves
 * out of the JSON API.
 */
final class GcsObjectStoreIT extends ObjectStoreContract {

  private static ObjectStore store;
  private static ObjectStore missing;

  @BeforeAll
  static void open() {
    GcsConfig config = TestBuckets.create(GcsFront.sharedEndpoint());
    store = GcsObjectStores.open(config);
    missing = GcsObjectStores.open(
        TestBuckets.config(GcsFront.sharedEndpoint(), "cove-none-" + UUID.randomUUID()));
  }

  @AfterAll
  static void close() {
    store.close();
    missing.close();
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected @Nullable ObjectStore missingBucket() {
    return missing;
  }

  @Override
  protected @Nullable String otherStorageClass() {
    return "NEARLINE";
  }
}
