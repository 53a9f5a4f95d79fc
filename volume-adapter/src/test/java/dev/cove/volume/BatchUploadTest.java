package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.ListRequest;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.snapshot.ContentReader;
import dev.cove.volume.snapshot.FileType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local files on their way into a volume. */
final class BatchUploadTest {
  @TempDir
  private Path local;

  private final RecordingObjectStore objects = new RecordingObjectStore(new MemoryObjectStore());
  private final VolumeStore store = VolumeStore.open(objects);
  private final Volume volume = store.create("v");

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void modesTimesLinksAndHolesAreKept() throws IOException {
    Path file = Files.write(local.resolve("file"), new byte[] {1, 2, 3});
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.createLink(local.resolve("second"), file);
    Files.createSymbolicLink(local.resolve("soft"), Path.of("nowhere"));
    Path directory = Files.createDirectory(local.resolve("sub"));
    try (RandomAccessFile sparse =
        new RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
      sparse.setLength(50 << 20);
      sparse.seek(20 << 20);
      sparse.write(7);
    }
    Instant time = Instant.parse("2020-01-02T03:04:05.123456789Z");
    Files.setLastModifiedTime(file, FileTime.from(time));
    Files.setLastModifiedTime(directory, FileTime.from(time));

    try (BatchUpload batch = volume.batchUpload()) {
      batch.put(local, "/x");
      batch.commit("put");
    }

    FileInfo info = volume.stat("/x/file");
    assertThat(info.mode()).isEqualTo(0751);
    assertThat(info.mtime()).isEqualTo(time);
    assertThat(info.links()).isEqualTo(2);
    assertThat(volume.stat("/x/second").inode()).isEqualTo(info.inode());
    assertThat(volume.stat("/x/soft").type()).isEqualTo(FileType.SYMLINK);
    assertThat(volume.stat("/x/soft").target()).isEqualTo("nowhere");
    assertThat(volume.stat("/x/sub").mtime()).isEqualTo(time);
    List<Long> holes = new ArrayList<>();
    long[] data = new long[1];
    volume.open("/x/sub/sparse").transferTo(new ContentReader.Sink() {
      @Override
      public void data(byte[] bytes, int offset, int length) {
        data[0] += length;
      }

      @Override
      public void hole(long length) {
        holes.add(length);
      }
    });
    assertThat(data[0]).isLessThan(64 << 10);
    assertThat(holes.stream().mapToLong(Long::longValue).sum() + data[0]).isEqualTo(50 << 20);
  }

  @Test
  void aThousandSmallFilesCostAFewRequests() throws IOException {
    Random random = new Random(3);
    for (int i = 0; i < 1_000; i++) {
      byte[] content = new byte[9_000];
      random.nextBytes(content);
      Files.write(local.resolve("f" + i), content);
    }
    objects.take();
    try (BatchUpload batch = volume.batchUpload()) {
      batch.put(local, "/x");
      batch.commit("put");
    }
    assertThat(objects.take()).hasSizeLessThan(10);
    assertThat(volume.listdir("/x")).hasSize(1_000);
  }

  @Test
  void whatIsStoredAlreadyIsNotUploadedAgain() throws IOException {
    byte[] large = new byte[40 << 20];
    new Random(4).nextBytes(large);
    volume.writeFile("/large", large);
    volume.commit("first");
    Volume fresh = store.volume("v");
    // A mebibyte in the middle is others, and something new stands in front.
    System.arraycopy(large, 0, large, 1_000, 20_000_000);
    for (int i = 0; i < 1 << 20; i++) {
      large[25_000_000 + i] ^= 5;
    }
    objects.take();
    try (BatchUpload batch = fresh.batchUpload(IfExists.REPLACE)) {
      batch.put(large, "/large");
      batch.stage();
    }
    long before = stored();
    fresh.commit("second");
    assertThat(stored() - before).isLessThan(16 << 20);
    assertThat(store.volume("v").readFile("/large")).isEqualTo(large);
  }

  @Test
  void anUploadThatWasInterruptedGoesOnWhereItWas(@TempDir Path memory) throws IOException {
    byte[] large = new byte[40 << 20];
    new Random(6).nextBytes(large);
    VolumeOptions remembering = VolumeOptions.standard().withUploadMemory(memory);
    // A process that uploads all and never gets to its commit.
    FaultyObjectStore dying = new FaultyObjectStore(objects);
    dying.on(StoreOperation.PUT).keys(key -> key.contains("/commits/")).fail(Kind.UNAVAILABLE);
    try (VolumeStore interrupted = VolumeStore.open(dying, remembering)) {
      Volume writing = interrupted.volume("v");
      writing.writeFile("/large", large);
      VolumeException failed =
          catchThrowableOfType(VolumeException.class, () -> writing.commit("never"));
      assertThat(failed.reason()).isEqualTo(Reason.UNREACHABLE);
    }
    long before = stored();
    assertThat(before).isGreaterThan(40 << 20);
    try (VolumeStore again = VolumeStore.open(objects, remembering)) {
      Volume resumed = again.volume("v");
      resumed.writeFile("/other", large);
      resumed.commit("resumed");
      assertThat(resumed.readFile("/other")).isEqualTo(large);
    }
    assertThat(stored() - before).isLessThan(1 << 20);
  }

  @Test
  void aPackThatIsGoneIsNotReliedOn(@TempDir Path memory) throws IOException {
    byte[] large = new byte[10 << 20];
    new Random(7).nextBytes(large);
    VolumeOptions remembering = VolumeOptions.standard().withUploadMemory(memory);
    for (String path : List.of("/first", "/second")) {
      try (VolumeStore fresh = VolumeStore.open(objects, remembering)) {
        Volume writing = fresh.volume("v");
        writing.writeFile(path, large);
        writing.commit(path);
        assertThat(writing.readFile(path)).isEqualTo(large);
        if (path.equals("/first")) {
          fresh.delete("v");
          objects.deleteAll(keys());
          fresh.create("v");
        }
      }
    }
    assertThat(store.verify().damages()).isEmpty();
  }

  private List<String> keys() throws IOException {
    return objects.list(ListRequest.all("packs/")).objects().stream()
        .map(dev.cove.storage.ObjectInfo::key)
        .toList();
  }

  private long stored() throws IOException {
    return objects.list(ListRequest.all("packs/")).objects().stream()
        .mapToLong(dev.cove.storage.ObjectInfo::size)
        .sum();
  }

  @Test
  void aFileThatExistsFailsTheWholeBatchUnlessItIsToBeReplaced() throws IOException {
    volume.writeFile("/x/b", new byte[] {9});
    volume.commit("first");
    Files.write(local.resolve("a"), new byte[] {1});
    Files.write(local.resolve("b"), new byte[] {2});
    try (BatchUpload batch = volume.batchUpload()) {
      VolumeException refused = catchThrowableOfType(VolumeException.class, () -> {
        batch.put(local, "/x");
        batch.stage();
      });
      assertThat(refused.reason()).isEqualTo(Reason.FILE_EXISTS);
      assertThat(refused.paths()).containsExactly("/x/b");
    }
    assertThat(volume.hasChanges()).isFalse();
    try (BatchUpload batch = volume.batchUpload(IfExists.REPLACE)) {
      batch.put(local, "/x");
      batch.stage();
    }
    assertThat(volume.readFile("/x/b")).containsExactly(2);
  }

  @Test
  void aLocalFileThatCannotBeReadFailsTheBatchAndNothingIsHalfApplied() {
    try (BatchUpload batch = volume.batchUpload()) {
      VolumeException failed = catchThrowableOfType(VolumeException.class, () -> {
        batch.put(new byte[1], "/a");
        batch.put(local.resolve("missing"), "/b");
      });
      assertThat(failed.reason()).isEqualTo(Reason.FAILED);
      assertThat(failed).hasMessageContaining("it does not exist");
    }
    assertThat(volume.listdir("/")).isEmpty();
  }
}
