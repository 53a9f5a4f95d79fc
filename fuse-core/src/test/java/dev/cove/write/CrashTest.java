package dev.cove.write;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.write.Leftover.State;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process that was killed leaves, seen from a copy of the spool taken at that instant. */
final class CrashTest {
  @TempDir
  Path folder;

  private Bench bench;
  private Spool after;
  private Publisher publisher;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(folder);
  }

  @AfterEach
  void close() throws IOException {
    if (after != null) {
      publisher.close();
      after.close();
    }
    bench.close();
  }

  /** The spool as another process finds it after this one was killed now. */
  private List<Leftover> crash() throws IOException {
    Path copy = folder.resolve("after-" + System.nanoTime());
    bench.copyTo(copy);
    after = Spool.open(copy, bench.spoolOptions);
    publisher = new Publisher(bench.store, after, Bench.PARTS);
    return after.leftovers();
  }

  private StagedFile reopened() throws IOException {
    return publisher.reopen(after.leftovers().get(0), bench::readBase);
  }

  private void assertCleanAfterwards() throws IOException {
    assertThat(after.leftovers()).isEmpty();
    assertThat(after.used()).isZero();
    assertThat(bench.memory.listUploads("")).isEmpty();
  }

  @Test
  void nothingIsLeftOfFilesThatWereStored() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(500, 1));
    bench.publish(file);
    assertThat(crash()).isEmpty();
    assertThat(after.used()).isZero();
  }

  @Test
  void fileBeingWrittenIsListedWithAllThatWasRecorded() throws IOException {
    StagedFile file = bench.create();
    byte[] content = Bench.random(50, 1);
    Bench.write(file, 0, content);
    file.checkpoint();
    Bench.write(file, 50, Bench.random(7, 2));
    assertThat(crash()).singleElement().satisfies(left -> {
      assertThat(left.state()).isEqualTo(State.OPEN);
      assertThat(left.target().key()).isEqualTo(Bench.KEY);
      assertThat(left.size()).isEqualTo(50);
      assertThat(left.staged()).isEqualTo(50);
    });
    StagedFile found = reopened();
    assertThat(Bench.bytes(found)).isEqualTo(content);
    publisher.publish(found, found.target());
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    publisher.discard(found);
    assertCleanAfterwards();
  }

  @Test
  void appendedBytesAreRecordedEverySegmentWithoutBeingAsked() throws IOException {
    StagedFile file = bench.create();
    byte[] content = Bench.random(130, 1);
    for (int at = 0; at < content.length; at += 10) {
      Bench.write(file, at, Arrays.copyOfRange(content, at, at + 10));
    }
    crash();
    assertThat(after.leftovers().get(0).size()).isGreaterThan(130 - 64);
  }

  @Test
  void editIsListedAtOnceAndUploadedWithItsCondition() throws IOException {
    byte[] content = Bench.random(1024, 1);
    bench.put(Bench.KEY, content);
    StagedFile file = bench.edit(Bench.KEY);
    file.retarget(bench.next(file));
    Bench.write(file, 500, new byte[] {1, 2, 3});
    System.arraycopy(new byte[] {1, 2, 3}, 0, content, 500, 3);
    crash();
    StagedFile found = reopened();
    assertThat(Bench.bytes(found)).isEqualTo(content);
    publisher.publish(found, found.target());
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    publisher.discard(found);
    assertCleanAfterwards();
  }

  @Test
  void editWhoseObjectWasReplacedMeanwhileIsConflictAndCanBeSaved() throws IOException {
    bench.put(Bench.KEY, Bench.random(60, 1));
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 10, new byte[] {1, 2, 3});
    crash();
    bench.put(Bench.KEY, Bench.random(60, 2));
    StagedFile found = reopened();
    assertThatThrownBy(() -> publisher.publish(found, found.target()))
        .isInstanceOfSatisfying(
            WriteException.class,
            e -> assertThat(e.kind()).isEqualTo(WriteException.Kind.CONFLICT));
    Path saved = folder.resolve("saved");
    assertThat(publisher.save(found, saved).toString()).contains("0", "13", "47");
    assertThat(Arrays.copyOfRange(Files.readAllBytes(saved), 10, 13)).containsExactly(1, 2, 3);
    assertThat(Files.size(saved)).isEqualTo(60);
    publisher.discard(found);
    assertCleanAfterwards();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void putUnderWayIsSettledByTheNextProcess(boolean applied) throws IOException {
    byte[] content = Bench.random(30, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    if (applied) {
      bench.faults.on(PUT).once().applyThenFail(Kind.INTERRUPTED);
    } else {
      bench.faults.on(PUT).once().fail(Kind.INTERRUPTED);
    }
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    assertThat(crash())
        .singleElement()
        .satisfies(left -> assertThat(left.state()).isEqualTo(State.SENDING));
    bench.requests();
    StagedFile found = reopened();
    publisher.publish(found, found.target());
    assertThat(bench.requests())
        .isEqualTo(applied ? List.of("HEAD file") : List.of("HEAD file", "PUT file"));
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    publisher.discard(found);
    assertCleanAfterwards();
  }

  @Test
  void uploadUnderWayIsResumedWithThePartsItHas() throws IOException {
    byte[] content = Bench.random(300, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    bench.faults.on(COMPLETE).once().fail(Kind.THROTTLED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    crash();
    bench.requests();
    StagedFile found = reopened();
    publisher.publish(found, found.target());
    assertThat(bench.requests()).containsExactly("HEAD file", "COMPLETE file");
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    publisher.discard(found);
    assertCleanAfterwards();
  }

  @Test
  void uploadUnderWayIsAbortedWhenItsFileIsDiscarded() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(300, 1));
    bench.faults.on(COMPLETE).once().fail(Kind.THROTTLED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    assertThat(bench.memory.listUploads("")).hasSize(1);
    for (Leftover left : crash()) {
      publisher.discard(left);
    }
    assertCleanAfterwards();
  }

  @Test
  void partWrittenAgainAfterItWasSentIsSentAgainByTheNextProcess() throws IOException {
    byte[] content = Bench.random(300, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    bench.faults.on(COMPLETE).once().fail(Kind.THROTTLED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    Bench.write(file, 70, new byte[] {5});
    content[70] = 5;
    crash();
    bench.requests();
    StagedFile found = reopened();
    publisher.publish(found, found.target());
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    publisher.discard(found);
    assertCleanAfterwards();
  }

  @Test
  void keptFileIsListedWithItsReasonAndItsPlainCopy() throws IOException {
    // Less than a part: the process that is left behind would begin an upload in the background,
    // and nobody end it.
    byte[] content = Bench.random(50, 1);
    StagedFile file =
        bench.publisher.stage(Bench.creating("dir/-odd\nname"), null, bench::readBase);
    Bench.write(file, 0, content);
    Kept kept = file.keep("the store was away");
    assertThat(kept.plainFile().getFileName().toString()).startsWith("odd_name.");
    Leftover left = crash().get(0);
    assertThat(left.state()).isEqualTo(State.KEPT);
    assertThat(left.reason()).isEqualTo("the store was away");
    assertThat(left.plainFile()).hasBinaryContent(content);
    StagedFile found = reopened();
    publisher.publish(found, found.target());
    assertThat(bench.object("dir/-odd\nname")).isEqualTo(content);
    publisher.discard(found);
    assertThat(left.plainFile()).doesNotExist();
    assertCleanAfterwards();
  }

  @Test
  void writeThatWasOnlyAnnouncedIsAsIfItHadNotBeen() throws IOException {
    byte[] content = Bench.random(1024, 1);
    bench.put(Bench.KEY, content);
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 100, Bench.random(20, 2));
    byte[] before = Bench.bytes(file);
    Path segment = segmentOf(file, 1);
    byte[] old = Files.readAllBytes(segment);
    Bench.write(file, 96, Bench.random(30, 3));
    // The journal has the second write, the segment does not.
    Files.write(segment, old);
    crash();
    assertThat(Bench.bytes(reopened())).isEqualTo(before);
  }

  @Test
  void flippedBitInLeftSegmentIsFoundAndNeverUploaded() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(50, 1));
    file.checkpoint();
    file.retarget(Bench.creating(Bench.KEY));
    flip(segmentOf(file, 0), 20);
    crash();
    StagedFile found = reopened();
    assertThatThrownBy(() -> publisher.publish(found, found.target()))
        .isInstanceOfSatisfying(
            WriteException.class, e -> assertThat(e.kind()).isEqualTo(WriteException.Kind.CORRUPT));
    assertThat(bench.memory.keys()).isEmpty();
  }

  @Test
  void journalThatCannotBeReadIsListedAsDamagedAndNothingIsTouched() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(50, 1));
    file.checkpoint();
    Bench.write(file, 2, new byte[] {1});
    Bench.write(file, 3, new byte[] {1});
    flip(bench.folder.resolve(file.id() + Journal.SUFFIX), 40);
    List<Leftover> left = crash();
    // Its first frame is damaged: nothing can be said, and nothing is thrown away.
    assertThat(left).singleElement().satisfies(it -> {
      assertThat(it.state()).isEqualTo(State.DAMAGED);
      assertThat(it.target()).isNull();
    });
    publisher.discard(left.get(0));
    assertThat(after.leftovers()).isEmpty();
  }

  @Test
  void randomOperationsAreFoundAsTheyWereAtTheLastOne() throws IOException {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      byte[] model = Bench.random(random.nextInt(400), seed);
      String key = "object-" + seed;
      bench.put(key, model);
      StagedFile file = bench.edit(key);
      int operations = 1 + random.nextInt(30);
      for (int i = 0; i < operations; i++) {
        if (random.nextInt(5) == 0) {
          int size = random.nextInt(model.length + 50);
          file.truncate(size);
          model = Arrays.copyOf(model, size);
        } else {
          int at = random.nextInt(model.length + 30);
          byte[] bytes = Bench.random(1 + random.nextInt(100), random.nextLong());
          Bench.write(file, at, bytes);
          model = Arrays.copyOf(model, Math.max(model.length, at + bytes.length));
          System.arraycopy(bytes, 0, model, at, bytes.length);
        }
      }
      file.checkpoint();
      crash();
      bench.publisher.discard(file);
      if (!after.leftovers().isEmpty()) {
        StagedFile found = reopened();
        assertThat(Bench.bytes(found)).as("seed " + seed).isEqualTo(model);
        publisher.publish(found, found.target());
        publisher.discard(found);
      }
      assertThat(bench.object(key)).as("seed " + seed).isEqualTo(model);
      assertCleanAfterwards();
      publisher.close();
      after.close();
      after = null;
    }
  }

  private Path segmentOf(StagedFile file, int index) {
    return bench.folder.resolve(file.id() + "." + index);
  }

  static void flip(Path path, long at) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int value = file.read();
      file.seek(at);
      file.write(value ^ 4);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void uploadsOfCrashedProcessAreAllOnRecord() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(300, 1));
    bench.faults.on(COMPLETE).once().fail(Kind.THROTTLED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    List<Upload> uploads = bench.memory.listUploads("");
    crash();
    StagedFile found = reopened();
    found.lock.lock();
    try {
      assertThat(found.draft().transfer().upload().id())
          .isEqualTo(uploads.get(0).id());
    } finally {
      found.lock.unlock();
    }
  }
}
