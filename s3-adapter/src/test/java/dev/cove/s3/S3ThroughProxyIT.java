package dev.cove.s3;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.ObjectStoreContract;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.S3Server;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The proxy that faults are planted in is no fault itself: the contract holds through it. */
final class S3ThroughProxyIT extends ObjectStoreContract {

  private static S3Server server;
  private static HttpFaultProxy proxy;
  private static ObjectStore store;

  @BeforeAll
  static void open() {
    server = S3Server.shared();
    proxy = HttpFaultProxy.start(server.endpoint());
    store = S3ObjectStores.open(
        TestBuckets.create(server).toBuilder().endpoint(proxy.endpoint()).build());
  }

  @AfterAll
  static void close() {
    store.close();
    proxy.close();
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected Map<String, String> tags() {
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
