package dev.cove.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cache.MemoryBudget;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.mount.BucketOptions.Ownership;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.storage.Capabilities;
import dev.cove.storage.Capabilities.Feature;
import dev.cove.storage.GetRequest;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.model.FilesUnderTest;
import dev.cove.storage.testkit.model.ModelCheck;
import dev.cove.storage.testkit.model.Operation;
import dev.cove.storage.testkit.model.Operation.Handles;
import dev.cove.storage.testkit.model.ReferenceTree;
import dev.cove.storage.testkit.model.Refused;
import dev.cove.storage.testkit.model.Subject;
import dev.cove.write.PublishOptions;
import dev.cove.write.SpoolOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random operations on a bucket's file system against a tree in memory; sizes a thousandth of real ones. */
final class BucketModelTest {
  private static final Capabilities SMALL_PARTS = MemoryObjectStore.S3_LIKE.toBuilder()
      .partSize(40, 4096)
      .maxParts(2_000)
      .maxObjectSize(100_000)
      .build();

  private static final NamespaceOptions NOTHING_KEPT =
      new NamespaceOptions(Duration.ZERO, Duration.ZERO, 10_000);

  @TempDir
  Path folder;

  private final AtomicInteger made = new AtomicInteger();

  enum Store {
    EVERYTHING(SMALL_PARTS),
    AS_MINIO(SMALL_PARTS.toBuilder()
        .cannot(Feature.CONDITIONAL_DELETE)
        .cannot(Feature.CONDITIONAL_COPY)
        .build()),
    SMALL_COPIES(SMALL_PARTS.toBuilder().partSize(40, 100).maxCopySize(50).build()),
    NO_PART_COPY(SMALL_PARTS.toBuilder().cannot(Feature.PART_COPY).build());

    final Capabilities capabilities;

    Store(Capabilities capabilities) {
      this.capabilities = capabilities;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMountDoesAsAPosixFileSystemDoes(Store store) {
    run(store, 1, NamespaceOptions.DEFAULT, Handles.KEPT_OPEN, 0, 3, 400);
  }

  @ParameterizedTest
  @EnumSource
  void twoMountsOfOneBucketDoAsOneFileSystemDoes(Store store) {
    run(store, 2, NOTHING_KEPT, Handles.CLOSED_AT_ONCE, 0, 2, 300);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void moreOperationsAreDoneAsAPosixFileSystemDoesThem(Store store) {
    run(store, 1, NamespaceOptions.DEFAULT, Handles.KEPT_OPEN, 3, 22, 400);
    run(store, 2, NOTHING_KEPT, Handles.CLOSED_AT_ONCE, 2, 8, 300);
  }

  @Tag("soak")
  @ParameterizedTest
  @EnumSource
  void aMillionOperationsAreDoneAsAPosixFileSystemDoesThem(Store store) {
    run(store, 1, NamespaceOptions.DEFAULT, Handles.KEPT_OPEN, 1_000, 850, 400);
  }

  private void run(
      Store store,
      int mounts,
      NamespaceOptions names,
      Handles handles,
      int firstSeed,
      int seeds,
      int operations) {
    ModelCheck check = new ModelCheck(() -> new Mounts(store.capabilities, mounts, names), 400);
    for (int seed = firstSeed; seed < firstSeed + seeds; seed++) {
      check.run(store + ", seed " + seed, Operation.random(seed, operations, handles));
    }
  }

  /** Mounts of one bucket. */
  private final class Mounts implements Subject {
    private final MemoryObjectStore bucket;
    private final NamespaceOptions names;
    private final Path spools = folder.resolve("run-" + made.incrementAndGet());
    private final List<BucketFileSystem> mounts = new ArrayList<>();
    private final List<FilesUnderTest> files = new ArrayList<>();
    private final int count;

    Mounts(Capabilities capabilities, int count, NamespaceOptions names) throws IOException {
      this.bucket = new MemoryObjectStore(capabilities, Clock.systemUTC());
      this.names = names;
      this.count = count;
      begin();
    }

    private void begin() throws IOException {
      for (int i = 0; i < count; i++) {
        BucketFileSystem fs = BucketFileSystem.open(
            bucket,
            new BucketOptions(
                AttributeMode.POSIX,
                new Ownership(0, 0, 0644, 0755),
                names,
                OnConflict.FAIL,
                dev.cove.namespace.PosixMetadata.Style.S3FS),
            new MemoryBudget(32 << 20),
            new WriteSettings(
                spools.resolve("mount-" + i),
                new SpoolOptions(1 << 20, 0, Duration.ofSeconds(5), Duration.ofHours(1), 16, 64),
                new PublishOptions(64, 2, 3)),
            System::nanoTime,
            Clock.systemUTC());
        mounts.add(fs);
        files.add(new VfsFiles(fs));
      }
    }

    @Override
    public FilesUnderTest files(int number) {
      return files.get(number % count);
    }

    @Override
    public void settle() throws IOException {
      if (count > 1) {
        drain();
      }
    }

    private void drain() throws IOException {
      for (BucketFileSystem fs : mounts) {
        assertThat(fs.drain(Duration.ZERO)).as("what could not be stored").isEmpty();
      }
    }

    @Override
    public void remount() throws IOException {
      drain();
      mounts.forEach(BucketFileSystem::close);
      mounts.clear();
      files.clear();
      begin();
    }

    @Override
    public void checkStored(ReferenceTree wanted) throws IOException {
      List<String> paths = wanted.paths();
      for (String path : paths) {
        try {
          if (wanted.stat(path).type() != FilesUnderTest.Type.DIRECTORY) {
            assertThat(object(path)).as("object %s", path).isEqualTo(wanted.content(path));
          }
        } catch (Refused e) {
          throw new AssertionError(path, e);
        }
      }
      assertThat(bucket.keys())
          .as("objects")
          .allMatch(
              key -> paths.contains(key.endsWith("/") ? key.substring(0, key.length() - 1) : key));
      assertThat(bucket.listUploads("")).as("uploads under way").isEmpty();
    }

    private byte[] object(String key) throws IOException {
      try (var body = bucket.get(GetRequest.whole(key))) {
        ByteBuffer buffer = ByteBuffer.allocate((int) body.length());
        while (buffer.hasRemaining() && body.read(buffer) >= 0) {
          // until all is read
        }
        return buffer.array();
      }
    }

    @Override
    public void close() {
      mounts.forEach(BucketFileSystem::close);
      try (var left = java.nio.file.Files.walk(spools)) {
        left.sorted(java.util.Comparator.reverseOrder())
            .forEach(path -> path.toFile().delete());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
