package dev.cove.it.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.GcsFront;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What listings cost where lists carry metadata. */
final class GcsListIT {

  @TempDir
  private Path temp;

  @Test
  void aLongListingOfAttributesCostsListsOnly() throws Exception {
    try (HttpFaultProxy proxy = HttpFaultProxy.start(GcsFront.sharedEndpoint());
        BucketMount gcs = new BucketMount(temp, TestCloud.GCS)) {
      for (int i = 0; i < 50; i++) {
        gcs.put("d/" + i, "x");
      }
      gcs.mount("--attrs", "posix", "--endpoint-url", proxy.endpoint().toString());
      assertThat(gcs.sh("ls -l $M/d | wc -l")).isEqualTo("51");
      // The directory's own marker is asked for, which no list of what lies above it has.
      assertThat(proxy.requests())
          .isNotEmpty()
          .allMatch(request -> request.startsWith("LIST") || request.equals("HEAD d/"));
    }
  }
}
