package dev.cove.write;

import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.write.WriteException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder and its room. */
final class SpoolTest {
  @TempDir
  Path folder;

  /** Room for ten segments. */
  private static final SpoolOptions TINY =
      new SpoolOptions(640, 0, Duration.ofSeconds(20), Duration.ofHours(1), 16, 64);

  @Test
  void secondProcessIsRefusedWhileTheFirstUsesTheFolder() throws IOException {
    try (Spool first = Spool.open(folder.resolve("s"), Bench.SPOOL)) {
      assertThat(first.used()).isZero();
      assertFails(Kind.IN_USE, () -> Spool.open(folder.resolve("s"), Bench.SPOOL));
    }
    Spool.open(folder.resolve("s"), Bench.SPOOL).close();
  }

  @Test
  void folderOfOthersIsRefused() throws IOException {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertFails(Kind.UNSAFE, () -> Spool.open(open, Bench.SPOOL));
  }

  @Test
  void linkToFolderIsRefused() throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx------"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    assertFails(Kind.UNSAFE, () -> Spool.open(link, Bench.SPOOL));
  }

  @Test
  void linkInThePlaceOfSegmentIsNotFollowed() throws IOException {
    try (Bench bench = new Bench(folder)) {
      Path victim = Files.writeString(folder.resolve("victim"), "precious");
      StagedFile file = bench.create();
      Path link = Files.createSymbolicLink(bench.folder.resolve(file.id() + ".0"), victim);
      Bench.write(file, 0, new byte[10]);
      assertThatThrownBy(file::checkpoint).isInstanceOf(IOException.class);
      assertThat(victim).hasContent("precious");
      Files.delete(link);
      bench.publisher.discard(file);
    }
  }

  @Test
  void everyFileIsForItsOwnerAlone() throws IOException {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(300, 1));
      bench.publisher.publish(file, Bench.creating(Bench.KEY));
      Bench.write(file, 0, Bench.random(300, 2));
      file.checkpoint();
      for (String name : bench.folder.toFile().list()) {
        assertThat(PosixFilePermissions.toString(
                Files.getPosixFilePermissions(bench.folder.resolve(name))))
            .as(name)
            .isEqualTo("rw-------");
      }
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(bench.folder)))
          .isEqualTo("rwx------");
      bench.publisher.discard(file);
    }
  }

  @Test
  void fullSpoolRefusesWhatDoesNotFitAndKeepsWhatItHas() throws IOException {
    try (Bench bench = new Bench(folder, Bench.SMALL_PARTS, TINY)) {
      byte[] content = Bench.random(1000, 1);
      bench.put(Bench.KEY, content);
      StagedFile file = bench.edit(Bench.KEY);
      // Changed here and there, so that nothing can be sent before the file is closed.
      int written = 0;
      Throwable refused = null;
      for (int at = 0; at < 1000 && refused == null; at += 20) {
        try {
          Bench.write(file, at, new byte[] {1});
          content[at] = 1;
          written++;
        } catch (WriteException e) {
          refused = e;
          assertThat(e.kind()).isEqualTo(Kind.NO_SPACE);
        }
      }
      assertThat(written).isEqualTo(40);
      assertThat(refused).isNotNull();
      assertThat(Bench.bytes(file)).isEqualTo(content);
      // What is there already may still be changed.
      Bench.write(file, 0, new byte[] {2});
      content[0] = 2;
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(content);
      // And stored, it makes room.
      Bench.write(file, 990, new byte[] {3});
      bench.publisher.discard(file);
      assertThat(bench.spool.used()).isZero();
    }
  }

  @Test
  void fileManyTimesTheSpoolStreamsThroughIt() throws IOException {
    try (Bench bench = new Bench(folder, Bench.SMALL_PARTS, TINY)) {
      byte[] content = Bench.random(20_000, 1);
      StagedFile file = bench.create();
      for (int at = 0; at < content.length; at += 100) {
        Bench.write(file, at, Arrays.copyOfRange(content, at, at + 100));
        assertThat(bench.spool.used()).isLessThanOrEqualTo(TINY.size());
      }
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(content);
      // What was given up is the object's now.
      assertThat(Bench.bytes(file)).isEqualTo(content);
      bench.publisher.discard(file);
      bench.assertNoUploads();
    }
  }

  @Test
  void longAppendToLargeObjectStreamsThroughTheSpoolToo() throws IOException {
    try (Bench bench = new Bench(folder, Bench.SMALL_PARTS, TINY)) {
      byte[] content = Bench.random(10_000, 1);
      bench.put(Bench.KEY, Arrays.copyOf(content, 1000));
      StagedFile file = bench.edit(Bench.KEY);
      for (int at = 1000; at < content.length; at += 100) {
        Bench.write(file, at, Arrays.copyOfRange(content, at, at + 100));
      }
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(content);
      bench.publisher.discard(file);
      bench.assertNoUploads();
    }
  }

  @Test
  void seekBackIntoWhatWasGivenUpIsRefusedAndTheRestGoesOn() throws IOException {
    try (Bench bench = new Bench(folder, Bench.SMALL_PARTS, TINY)) {
      byte[] content = Bench.random(2_000, 1);
      StagedFile file = bench.create();
      for (int at = 0; at < content.length; at += 100) {
        Bench.write(file, at, Arrays.copyOfRange(content, at, at + 100));
      }
      assertFails(Kind.STREAM_ONLY, () -> Bench.write(file, 0, new byte[] {1}));
      assertFails(Kind.STREAM_ONLY, () -> Bench.bytes(file, 0, 10));
      assertThat(Bench.bytes(file, 1990, 10)).isEqualTo(Arrays.copyOfRange(content, 1990, 2000));
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(content);
      Bench.write(file, 0, new byte[] {1});
      content[0] = 1;
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(content);
      bench.publisher.discard(file);
    }
  }

  @Test
  void writersThatWaitForRoomGoOnInTurnWhenPartsArrive() throws Exception {
    try (Bench bench = new Bench(folder, Bench.SMALL_PARTS, TINY)) {
      var gate = bench.faults.on(UPLOAD_PART).hang();
      List<CompletableFuture<byte[]>> writers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        String key = "file-" + i;
        byte[] content = Bench.random(3_000, i);
        writers.add(CompletableFuture.supplyAsync(
            () -> {
              try {
                StagedFile file = bench.publisher.stage(Bench.creating(key), null, bench::readBase);
                for (int at = 0; at < content.length; at += 50) {
                  Bench.write(file, at, Arrays.copyOfRange(content, at, at + 50));
                }
                bench.publisher.publish(file, Bench.creating(key));
                bench.publisher.discard(file);
                return bench.object(key);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            task -> new Thread(task).start()));
      }
      gate.awaitArrival(Duration.ofSeconds(10));
      gate.open();
      for (int i = 0; i < writers.size(); i++) {
        assertThat(writers.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(Bench.random(3_000, i));
      }
      assertThat(bench.spool.used()).isZero();
      bench.assertNoUploads();
    }
  }

  @Test
  void diskWithoutRoomIsNoSpace() throws IOException {
    SpoolOptions options = new SpoolOptions(
        1 << 20, Long.MAX_VALUE / 2, Duration.ofSeconds(1), Duration.ofHours(1), 16, 64);
    try (Bench bench = new Bench(folder, Bench.SMALL_PARTS, options)) {
      StagedFile file = bench.create();
      assertFails(Kind.NO_SPACE, () -> Bench.write(file, 0, new byte[10]));
      bench.publisher.discard(file);
    }
  }

  @Test
  void cleanCopiesOfOtherFilesMakeRoom() throws IOException {
    try (Bench bench = new Bench(folder, Bench.SMALL_PARTS, TINY)) {
      List<StagedFile> files = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String key = "file-" + i;
        StagedFile file = bench.publisher.stage(Bench.creating(key), null, bench::readBase);
        Bench.write(file, 0, Bench.random(60, i));
        bench.publisher.publish(file, Bench.creating(key));
        files.add(file);
      }
      for (int i = 0; i < files.size(); i++) {
        assertThat(Bench.bytes(files.get(i))).isEqualTo(Bench.random(60, i));
      }
      for (StagedFile file : files) {
        bench.publisher.discard(file);
      }
      assertThat(bench.spool.used()).isZero();
    }
  }

  @Test
  void flippedBitIsNeverServedNorUploadedNorBlessedByWriteBesideIt() throws IOException {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(50, 1));
      file.checkpoint();
      CrashTest.flip(bench.folder.resolve(file.id() + ".0"), 20);
      assertFails(Kind.CORRUPT, () -> Bench.bytes(file, 16, 16));
      assertFails(Kind.CORRUPT, () -> Bench.write(file, 18, new byte[] {1}));
      assertFails(Kind.CORRUPT, () -> bench.publish(file));
      assertThat(bench.memory.keys()).isEmpty();
      assertThat(Bench.bytes(file, 0, 16)).isEqualTo(Arrays.copyOf(Bench.random(50, 1), 16));
      // Replaced whole, the block is good again.
      Bench.write(file, 16, new byte[16]);
      bench.publish(file);
      bench.publisher.discard(file);
    }
  }

  @Test
  void flippedBitInPartOfLargeFileIsFoundBeforeItIsStored() throws IOException {
    try (Bench bench = new Bench(folder)) {
      bench.put(Bench.KEY, Bench.random(1024, 1));
      StagedFile file = bench.edit(Bench.KEY);
      Bench.write(file, 500, new byte[30]);
      CrashTest.flip(bench.folder.resolve(file.id() + ".7"), 60);
      assertFails(Kind.CORRUPT, () -> bench.publish(file));
      assertThat(bench.object(Bench.KEY)).isEqualTo(Bench.random(1024, 1));
      bench.publisher.discard(file);
      bench.assertNoUploads();
    }
  }

  @Test
  void objectLargerThanTheStoreTakesIsRefusedBeforeAnythingIsWritten() throws IOException {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      assertFails(Kind.TOO_LARGE, () -> Bench.write(file, 99_999, new byte[2]));
      assertFails(Kind.TOO_LARGE, () -> file.truncate(100_001));
      assertThat(file.size()).isZero();
    }
  }

  @Test
  void smallFileThatIsStoredAtOnceIsNeverOnTheDisk() throws IOException {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(100, 1));
      // Leaves a gap, which is zeros.
      Bench.write(file, 110, Bench.random(10, 2));
      file.truncate(115);
      Bench.write(file, 115, new byte[] {7});
      byte[] expected = Arrays.copyOf(Bench.random(100, 1), 116);
      System.arraycopy(Bench.random(10, 2), 0, expected, 110, 5);
      expected[115] = 7;
      assertThat(Bench.bytes(file)).isEqualTo(expected);
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(expected);
      bench.publisher.discard(file);
      assertThat(bench.folder.toFile().list()).containsExactly("lock");
    }
  }

  @Test
  void filesBeyondWhatIsHeldInMemoryAreOnTheDisk() throws IOException {
    try (Bench bench = new Bench(folder)) {
      List<StagedFile> files = new ArrayList<>();
      for (int i = 0; i < 70; i++) {
        StagedFile file = bench.publisher.stage(Bench.creating("file-" + i), null, bench::readBase);
        Bench.write(file, 0, Bench.random(60, i));
        files.add(file);
      }
      assertThat(bench.folder.toFile().list()).hasSize(1 + 70 - 64);
      for (int i = 0; i < 70; i++) {
        assertThat(Bench.bytes(files.get(i))).isEqualTo(Bench.random(60, i));
        bench.publisher.discard(files.get(i));
      }
      // What they held in memory is free again.
      StagedFile one = bench.create();
      Bench.write(one, 0, new byte[60]);
      assertThat(bench.folder.toFile().list()).containsExactly("lock");
      bench.publisher.discard(one);
    }
  }

  @Test
  void bytesThatAreOnRecordAreOnTheDisk() throws IOException {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(100, 1));
      file.checkpoint();
      Bench.write(file, 100, Bench.random(100, 2));
      file.checkpoint();
      bench.crash();
      StagedFile found = bench.publisher.reopen(bench.spool.leftovers().get(0), bench::readBase);
      assertThat(Bench.bytes(found, 0, 100)).isEqualTo(Bench.random(100, 1));
      assertThat(Bench.bytes(found, 100, 100)).isEqualTo(Bench.random(100, 2));
      bench.publisher.discard(found);
    }
  }

  @Test
  void synchronisedBytesAreOnRecord() throws IOException {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(20, 1));
      file.sync();
      assertThat(bench.folder.resolve(file.id() + Journal.SUFFIX)).exists();
    }
  }

  private static void assertFails(Kind kind, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(WriteException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }
}
