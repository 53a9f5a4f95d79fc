package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cache.MemoryBudget;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.mount.BucketOptions.Ownership;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.testkit.ManualClock;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.vfs.OpenFlags;
import dev.cove.write.PublishOptions;
import dev.cove.write.SpoolOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a file costs that is sent while it is written. */
final class LargeFileTest {
  @TempDir
  private Path folder;

  private final ManualClock clock = new ManualClock();
  private final RecordingObjectStore store = new RecordingObjectStore(new MemoryObjectStore());
  private BucketFileSystem fs;
  private Paths paths;

  private BucketFileSystem open(PosixMetadata.Style style) throws IOException {
    return BucketFileSystem.open(
        store,
        new BucketOptions(
            AttributeMode.POSIX,
            new Ownership(0, 0, 0644, 0755),
            NamespaceOptions.DEFAULT,
            OnConflict.FAIL,
            style),
        new MemoryBudget(64 << 20),
        new WriteSettings(folder.resolve("spool"), SpoolOptions.DEFAULT, PublishOptions.DEFAULT),
        clock.ticker(),
        clock);
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    fs.close();
  }

  @ParameterizedTest
  @EnumSource
  void largeFilesAreStreamedInPartsAndEditedByCopyingWhatIsUnchanged(PosixMetadata.Style style)
      throws Exception {
    fs = open(style);
    paths = new Paths(fs);
    byte[] large = new byte[30 << 20];
    new Random(7).nextBytes(large);
    long handle = paths.create("large");
    for (int at = 0; at < large.length; at += 1 << 20) {
      paths.pwrite(handle, at, Arrays.copyOfRange(large, at, at + (1 << 20)));
      clock.advance(Duration.ofSeconds(1));
    }
    paths.close(handle);
    // Its time is that of when the sending began, in whichever names it is written.
    assertThat(store.take()).noneMatch(line -> line.startsWith("COPY"));
    assertThat(paths.read("large")).isEqualTo(large);
    store.take();
    long edit = paths.open("large", OpenFlags.READ_WRITE);
    paths.pwrite(edit, 100, "changed".getBytes(UTF_8));
    paths.close(edit);
    assertThat(store.take())
        .anyMatch(line -> line.startsWith("PART-COPY large"))
        .filteredOn(line -> line.startsWith("PART "))
        .hasSize(1);
    System.arraycopy("changed".getBytes(UTF_8), 0, large, 100, 7);
    assertThat(paths.read("large")).isEqualTo(large);
  }
}
