package dev.cove.write;

import static dev.cove.storage.StoreOperation.ABORT;
import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.HEAD;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.Upload;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a write comes to when the store fails at any of its requests. */
final class FaultsTest {
  @TempDir
  Path folder;

  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(folder);
  }

  @AfterEach
  void close() throws IOException {
    bench.faults.heal();
    bench.publisher.close();
    bench.assertNoUploads();
    bench.close();
  }

  @Test
  void lostAcknowledgementOfPutIsRecognisedAndThePutIsNotSentAgain() throws IOException {
    StagedFile file = small();
    bench.faults.on(PUT).once().applyThenFail(Kind.TIMEOUT);
    Published published = bench.publish(file);
    assertThat(bench.requests()).containsExactly("PUT file", "HEAD file");
    assertThat(published.stored().version())
        .isEqualTo(bench.memory.head(Bench.KEY).version());
    assertThat(file.isDirty()).isFalse();
  }

  @Test
  void keptBytesWhoseBodyBreaksOffAreAskedForAgain() throws IOException {
    byte[] content = Bench.random(50, 1);
    bench.put(Bench.KEY, content);
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 0, new byte[10]);
    bench.faults.on(GET).once().cutBody(30);
    bench.publish(file);
    Arrays.fill(content, 0, 10, (byte) 0);
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    assertThat(bench.requests()).containsExactly("GET file", "GET file", "PUT file");
  }

  @Test
  void retryThatMeetsItsOwnFirstSuccessIsNoConflict() throws IOException {
    StagedFile file = small();
    // As an adapter's own retry does: the first try is applied, the second one refused.
    bench.faults.on(PUT).once().applyThenFail(Kind.PRECONDITION_FAILED);
    bench.publish(file);
    assertThat(file.isDirty()).isFalse();
    assertThat(bench.requests()).containsExactly("PUT file", "HEAD file");
  }

  @Test
  void lostAcknowledgementOfCompleteIsRecognised() throws IOException {
    byte[] content = Bench.random(300, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    bench.faults.on(COMPLETE).once().applyThenFail(Kind.UNAVAILABLE);
    bench.publish(file);
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    assertThat(file.isDirty()).isFalse();
  }

  @Test
  void completeThatFindsItsUploadGoneBecauseItWasCompletedIsRecognised() throws IOException {
    byte[] content = Bench.random(300, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    bench.faults.on(COMPLETE).once().applyThenFail(Kind.NOT_FOUND);
    bench.publish(file);
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
    assertThat(bench.requests()).containsOnlyOnce("COMPLETE file");
  }

  @Test
  void uploadThatAnotherAbortedIsBegunAnew() throws IOException {
    byte[] content = Bench.random(300, 1);
    StagedFile file = bench.create();
    Bench.write(file, 0, content);
    bench.faults.on(COMPLETE).once().fail(Kind.THROTTLED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    for (Upload upload : bench.memory.listUploads("")) {
      bench.memory.abort(upload);
    }
    bench.publish(file);
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource(names = {"CREATE_UPLOAD", "UPLOAD_PART", "COPY_PART", "COMPLETE", "GET"})
  void whateverRequestFailsTheNextPublishStoresTheFile(StoreOperation operation)
      throws IOException {
    byte[] content = Bench.random(1024, 1);
    bench.put(Bench.KEY, content);
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 500, new byte[] {1});
    content[500] = 1;
    bench.faults.on(operation).once().fail(Kind.UNAVAILABLE);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    assertThat(file.isDirty()).isTrue();
    assertThat(Bench.bytes(file)).isEqualTo(content);
    bench.publish(file);
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource(names = {"UPLOAD_PART", "COPY_PART"})
  void lostAcknowledgementOfPartIsSentAgainAndHarmless(StoreOperation operation)
      throws IOException {
    byte[] content = Bench.random(1024, 1);
    bench.put(Bench.KEY, content);
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 500, new byte[] {1});
    content[500] = 1;
    bench.faults.on(operation).once().applyThenFail(Kind.TIMEOUT);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    bench.publish(file);
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @Test
  void onlyThePartThatFailedIsSentAgain() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(64, 1));
    Bench.write(file, 64, Bench.random(200, 2));
    bench.faults.on(COMPLETE).once().fail(Kind.THROTTLED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    bench.requests();
    bench.publish(file);
    assertThat(bench.requests()).containsExactly("HEAD file", "COMPLETE file");
  }

  @Test
  void putInDoubtThatWasAppliedIsFoundByTheNextPublish() throws IOException {
    StagedFile file = small();
    bench.faults.on(PUT).once().applyThenFail(Kind.TIMEOUT);
    bench.faults.on(HEAD).once().fail(Kind.UNAVAILABLE);
    Target target = bench.next(file);
    assertThatThrownBy(() -> bench.publisher.publish(file, target))
        .isInstanceOf(StorageException.class);
    bench.requests();
    bench.publisher.publish(file, target);
    assertThat(bench.requests()).containsExactly("HEAD file");
    assertThat(file.isDirty()).isFalse();
  }

  @Test
  void putInDoubtThatWasNotAppliedIsSentAgain() throws IOException {
    StagedFile file = small();
    bench.faults.on(PUT).once().fail(Kind.TIMEOUT);
    bench.faults.on(HEAD).once().fail(Kind.UNAVAILABLE);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    bench.requests();
    bench.publish(file);
    assertThat(bench.requests()).containsExactly("HEAD file", "PUT file");
  }

  @Test
  void writesAfterPutInDoubtAreAddedToWhatWasApplied() throws IOException {
    StagedFile file = small();
    bench.faults.on(PUT).once().applyThenFail(Kind.TIMEOUT);
    bench.faults.on(HEAD).once().fail(Kind.UNAVAILABLE);
    Target target = bench.next(file);
    assertThatThrownBy(() -> bench.publisher.publish(file, target))
        .isInstanceOf(StorageException.class);
    Bench.write(file, 2, new byte[] {9});
    bench.publisher.publish(file, target);
    assertThat(bench.object(Bench.KEY)[2]).isEqualTo((byte) 9);
    assertThat(file.isDirty()).isFalse();
  }

  @Test
  void putThatArrivesLateIsRecognisedWhenTheRetryMeetsIt() throws IOException {
    StagedFile file = small();
    bench.faults.on(PUT).once().fail(Kind.TIMEOUT);
    Target target = bench.next(file);
    assertThatThrownBy(() -> bench.publisher.publish(file, target))
        .isInstanceOf(StorageException.class);
    // The HEAD that settles sees nothing; then the delayed request is applied after all.
    var gate = bench.faults.on(PUT).once().hang();
    CompletableFuture<Published> second = CompletableFuture.supplyAsync(() -> {
      try {
        return bench.publisher.publish(file, target);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    gate.awaitArrival(Duration.ofSeconds(10));
    Published late = lateArrival(file);
    gate.open();
    assertThat(second.orTimeout(10, TimeUnit.SECONDS).join().stored().version())
        .isEqualTo(late.stored().version());
    assertThat(file.isDirty()).isFalse();
  }

  /** What the store holds once the first request, thought lost, is applied. */
  private Published lateArrival(StagedFile file) throws IOException {
    String id;
    file.lock.lock();
    try {
      id = file.draft().shape().attempts().get(0).writeId;
    } finally {
      file.lock.unlock();
    }
    Target target = Bench.overwriting(Bench.KEY);
    return new Published(
        bench.memory.put(Bench.KEY, Content.of(Bench.bytes(file)), target.stamped(id)),
        file.size(),
        target);
  }

  @ParameterizedTest
  @EnumSource(names = {"GET", "CREATE_UPLOAD", "UPLOAD_PART", "COPY_PART", "COMPLETE"})
  void objectReplacedByAnotherAtAnyStageIsConflictAndTheBytesAreKept(StoreOperation stage)
      throws Exception {
    bench.put(Bench.KEY, Bench.random(1024, 1));
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 500, new byte[] {1, 2, 3});
    var gate = bench.faults.on(stage).once().hang();
    Target target = bench.next(file);
    CompletableFuture<Throwable> outcome = CompletableFuture.supplyAsync(() -> {
      try {
        bench.publisher.publish(file, target);
        return new AssertionError("no conflict");
      } catch (IOException | RuntimeException e) {
        return e;
      }
    });
    gate.awaitArrival(Duration.ofSeconds(10));
    byte[] theirs = Bench.random(1024, 9);
    bench.put(Bench.KEY, theirs);
    gate.open();
    assertConflict(outcome.get(10, TimeUnit.SECONDS));
    assertThat(bench.object(Bench.KEY)).isEqualTo(theirs);
    assertThat(file.isDirty()).isTrue();
    assertThat(Bench.bytes(file, 500, 3)).containsExactly(1, 2, 3);
    bench.assertNoUploads();
    bench.publisher.discard(file);
  }

  @Test
  void objectThatAppearedMeanwhileIsConflictForNewFile() throws IOException {
    StagedFile file = small();
    bench.put(Bench.KEY, new byte[] {1});
    Throwable failure = failure(file, Bench.creating(Bench.KEY));
    assertConflict(failure);
    assertThat(bench.object(Bench.KEY)).containsExactly(1);
    Kept kept = file.keep(failure.getMessage());
    assertThat(kept.plainFile()).hasBinaryContent(Bench.random(20, 1));
    assertThat(bench.spool.leftovers())
        .singleElement()
        .satisfies(left -> assertThat(left.state()).isEqualTo(Leftover.State.KEPT))
        .satisfies(left -> assertThat(left.reason()).contains("changed by another writer"));
  }

  @Test
  void objectThatWasDeletedMeanwhileIsConflictForItsWriter() throws IOException {
    bench.put(Bench.KEY, new byte[30]);
    StagedFile file = bench.edit(Bench.KEY);
    Bench.write(file, 0, Bench.random(30, 2));
    bench.memory.delete(Bench.KEY, WriteCondition.none());
    assertConflict(failure(file, bench.next(file)));
  }

  @Test
  void withoutConditionTheLastWriterWinsWhole() throws IOException {
    StagedFile file = small();
    bench.put(Bench.KEY, new byte[] {1});
    bench.publisher.publish(file, Bench.overwriting(Bench.KEY));
    assertThat(bench.object(Bench.KEY)).isEqualTo(Bench.random(20, 1));
  }

  @Test
  void ownWriteReplacedBeforeItsAcknowledgementWasSettledIsConflict() throws IOException {
    StagedFile file = small();
    var gate = bench.faults.on(PUT).once().applyThenHang();
    Target target = bench.next(file);
    CompletableFuture<Void> replaced = CompletableFuture.runAsync(() -> {
      gate.awaitArrival(Duration.ofSeconds(10));
      try {
        bench.put(Bench.KEY, new byte[] {7});
      } catch (StorageException e) {
        throw new UncheckedIOException(e);
      }
      gate.open();
    });
    // The answer comes after all: this write was applied, then replaced. It succeeded.
    bench.publisher.publish(file, target);
    replaced.join();
    Bench.write(file, 0, new byte[] {3});
    assertConflict(failure(file, bench.next(file)));
    assertThat(bench.object(Bench.KEY)).containsExactly(7);
  }

  @Test
  void abortThatFailsIsTriedAgain() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(300, 1));
    bench.faults.on(COMPLETE).once().fail(Kind.ACCESS_DENIED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    bench.faults.on(ABORT).once().fail(Kind.UNAVAILABLE);
    bench.publisher.discard(file);
    assertThat(bench.memory.listUploads("")).hasSize(1);
    // The note outlives the process.
    bench.publisher.close();
    bench.assertNoUploads();
    assertThat(bench.folder.toFile().list()).containsExactly("lock");
  }

  @Test
  void abortThatWasNotDoneBeforeTheProcessEndedIsDoneByTheNext() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(300, 1));
    bench.faults.on(COMPLETE).once().fail(Kind.ACCESS_DENIED);
    assertThatThrownBy(() -> bench.publish(file)).isInstanceOf(StorageException.class);
    bench.faults.on(ABORT).fail(Kind.UNAVAILABLE);
    bench.publisher.discard(file);
    bench.close();
    assertThat(bench.memory.listUploads("")).hasSize(1);
    bench.faults.heal();
    bench.start();
    bench.publisher.close();
    bench.assertNoUploads();
  }

  @Test
  void publishAfterTheEndOfUploadsFailsRatherThanWaits() throws IOException {
    StagedFile file = bench.create();
    bench.publisher.close();
    Bench.write(file, 0, Bench.random(300, 1));
    assertThatThrownBy(() -> bench.publish(file))
        .isInstanceOfSatisfying(
            WriteException.class, e -> assertThat(e.kind()).isEqualTo(WriteException.Kind.CLOSED));
  }

  @Test
  void partsAreResentWhenOneFailsInTheBackground() throws Exception {
    byte[] content = Bench.random(640, 1);
    bench.faults.on(UPLOAD_PART).times(3).fail(Kind.UNAVAILABLE);
    StagedFile file = bench.create();
    for (int at = 0; at < content.length; at += 16) {
      Bench.write(file, at, Arrays.copyOfRange(content, at, at + 16));
      Thread.sleep(1);
    }
    bench.publish(file);
    assertThat(bench.object(Bench.KEY)).isEqualTo(content);
  }

  @Test
  void headersMetadataAndClassOfTheTargetAreTheObjects() throws IOException {
    WriteOptions options = new WriteOptions(
        WriteCondition.ifAbsent(),
        new ObjectAttributes(ContentHeaders.ofType("text/plain"), Map.of("mode", "33188"), null),
        Map.of("team", "blue"),
        "STANDARD_IA");
    for (int size : new int[] {10, 500}) {
      String key = "of-" + size;
      StagedFile file = bench.publisher.stage(new Target(key, options), null, bench::readBase);
      Bench.write(file, 0, new byte[size]);
      bench.publisher.publish(file, new Target(key, options));
      var info = bench.memory.head(key);
      assertThat(info.attributes().headers().contentType()).isEqualTo("text/plain");
      assertThat(info.attributes().metadata()).containsEntry("mode", "33188");
      assertThat(info.attributes().metadata()).containsKey(Target.WRITE_ID);
      assertThat(info.storageClass()).isEqualTo("STANDARD_IA");
      assertThat(bench.memory.tags(key)).containsEntry("team", "blue");
    }
  }

  private StagedFile small() throws IOException {
    StagedFile file = bench.create();
    Bench.write(file, 0, Bench.random(20, 1));
    return file;
  }

  private Throwable failure(StagedFile file, Target target) {
    try {
      bench.publisher.publish(file, target);
    } catch (IOException e) {
      return e;
    }
    throw new AssertionError("it was stored");
  }

  private static void assertConflict(Throwable failure) {
    assertThat(failure).isInstanceOf(WriteException.class);
    assertThat(((WriteException) failure).kind()).isEqualTo(WriteException.Kind.CONFLICT);
  }
}
