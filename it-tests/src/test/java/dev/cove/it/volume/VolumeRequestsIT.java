package dev.cove.it.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.TestCloud;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.volume.BatchUpload;
import dev.cove.volume.IfExists;
import dev.cove.volume.Volume;
import dev.cove.volume.VolumeStore;
import java.io.IOException;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What volumes cost on a real server, in requests and bytes. */
@Tag("newest-jdk")
final class VolumeRequestsIT {
  private final RecordingObjectStore objects =
      new RecordingObjectStore(TestCloud.S3.create("cove-it-" + UUID.randomUUID()));
  private final VolumeStore store = VolumeStore.open(objects);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aThousandSmallFilesCostAFewRequests() {
    Volume volume = store.create("v");
    objects.take();
    Random random = new Random(2);
    try (BatchUpload batch = volume.batchUpload()) {
      for (int i = 0; i < 1_000; i++) {
        byte[] content = new byte[9_500];
        random.nextBytes(content);
        batch.put(content, "/d" + i / 100 + "/x" + i);
      }
      batch.commit("filled");
    }
    assertThat(objects.take()).hasSizeLessThanOrEqualTo(6);
    assertThat(store.verify().damages()).isEmpty();
  }

  @Test
  void ofALargeFileOnlyWhatIsNewIsStoredAgain() throws IOException {
    storeTwice(128 << 20);
  }

  @Test
  @Tag("soak")
  void ofAGibibyteOnlyWhatIsNewIsStoredAgain() throws IOException {
    storeTwice(1 << 30);
  }

  private void storeTwice(int size) throws IOException {
    byte[] large = new byte[size];
    new Random(1).nextBytes(large);
    put(store.create("v"), large);
    long before = stored();
    for (int i = 0; i < 1 << 20; i++) {
      large[size / 3 + 12_345 + i] ^= 1;
    }
    // As another process would: it knows nothing of what was stored.
    Volume again = VolumeStore.open(objects).volume("v");
    put(again, large);
    assertThat(stored() - before).isBetween(1L << 20, 10L << 20);
    assertThat(again.readFile("/large")).isEqualTo(large);
  }

  private static void put(Volume volume, byte[] content) {
    try (BatchUpload batch = volume.batchUpload(IfExists.REPLACE)) {
      batch.put(content, "/large");
      batch.commit("put");
    }
  }

  private long stored() throws IOException {
    long bytes = 0;
    ListRequest request = ListRequest.all("packs/");
    String token;
    do {
      ListPage page = objects.list(request);
      bytes += page.objects().stream().mapToLong(ObjectInfo::size).sum();
      token = page.nextToken();
      request = request.page(String.valueOf(token));
    } while (token != null);
    return bytes;
  }
}
