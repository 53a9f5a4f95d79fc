package dev.cove.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.server.MinioServer;
import org.junit.jupiter.api.Test;

/** What {@link S3Probe} finds on a real server, and what it leaves there. */
final class S3ProbeIT {

  @Test
  void minioHonoursConditionsOnPutsOnlyAndNothingIsLeftBehind() throws Exception {
    S3Config config = TestBuckets.create(MinioServer.shared());
    assertThat(S3Probe.run(config, "below/")).isEqualTo(new S3Support(true, false, false));
    try (ObjectStore store = S3ObjectStores.openProbed(config, "")) {
      assertThat(store.capabilities().conditionalPut()).isTrue();
      assertThat(store.capabilities().conditionalCopy()).isFalse();
      assertThat(store.capabilities().conditionalDelete()).isFalse();
      assertThat(store.list(ListRequest.all("")).objects()).isEmpty();
    }
  }
}
