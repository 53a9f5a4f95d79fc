package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a volume of 100,000 files costs who needs one of them. */
@Tag("newest-jdk")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RequestsTest {
  private static final int DIRECTORIES = 100;
  private static final int IN_EACH = 1_000;

  private final MemoryObjectStore memory = new MemoryObjectStore();

  @BeforeAll
  void fill() {
    try (VolumeStore store = VolumeStore.open(memory)) {
      Volume volume = store.create("v");
      for (int d = 0; d < DIRECTORIES; d++) {
        try (BatchUpload batch = volume.batchUpload()) {
          for (int i = 0; i < IN_EACH; i++) {
            batch.put(new byte[] {(byte) d, (byte) i, (byte) (i >> 8)}, "/d" + d + "/x" + i);
          }
          batch.stage();
        }
      }
      volume.commit("filled");
    }
  }

  @Test
  void aProcessThatKnowsNothingChangesOneFileOfManyWithTwelveRequestsAndTwoForEachAfterIt() {
    RecordingObjectStore objects = new RecordingObjectStore(memory);
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.volume("v");
      volume.writeFile("/d70/x7", new byte[] {1});
      volume.commit("one of many");
      assertThat(objects.take()).hasSizeLessThanOrEqualTo(12);
      volume.writeFile("/d70/x7", new byte[] {2});
      volume.commit("again");
      assertThat(objects.take()).hasSize(2).allMatch(request -> request.startsWith("PUT "));
    }
  }

  @Test
  void aListOfOneDirectoryReadsNothingOfTheOthers() {
    RecordingObjectStore objects = new RecordingObjectStore(memory);
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.volume("v");
      objects.take();
      assertThat(volume.listdir("/d30")).hasSize(IN_EACH);
      List<String> asked = objects.take();
      assertThat(asked).hasSizeLessThanOrEqualTo(12);
      // A hundredth of the trees' 20 MB, and the nodes on the way.
      assertThat(asked.stream().mapToLong(RequestsTest::bytes).sum()).isLessThan(1_000_000);
    }
  }

  /** Of a request as it was recorded: {@code GET key 0-1023}. */
  private static long bytes(String request) {
    String range = request.substring(request.lastIndexOf(' ') + 1);
    assertThat(request).matches("GET \\S+ [0-9]+-[0-9]+");
    int dash = range.indexOf('-');
    return Long.parseLong(range.substring(dash + 1)) - Long.parseLong(range.substring(0, dash)) + 1;
  }
}
