package dev.cove.write;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that write, read and close at the same time. */
final class ConcurrencyTest {
  private static final int SLOT = 20;

  @TempDir
  Path folder;

  /** Few slots make a file of one request, many one of parts. */
  @ParameterizedTest
  @ValueSource(ints = {3, 60})
  void everyObjectIsTheFileAtOneInstantAfterThePublishBegan(int slots) throws Exception {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      AtomicIntegerArray written = new AtomicIntegerArray(slots);
      AtomicBoolean done = new AtomicBoolean();
      Bench.write(file, 0, new byte[slots * SLOT]);
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        int thread = t;
        threads.add(run(() -> {
          Random random = new Random(thread);
          for (int value = 1; !done.get(); value++) {
            int slot = random.nextInt(slots / 3) * 3 + thread;
            Bench.write(file, (long) slot * SLOT, slot(value));
            written.set(slot, value);
            Thread.yield();
          }
          return null;
        }));
      }
      threads.add(run(() -> {
        Random random = new Random(9);
        while (!done.get()) {
          int slot = random.nextInt(slots);
          assertThat(valueOf(Bench.bytes(file, (long) slot * SLOT, SLOT), 0)).isNotNegative();
        }
        return null;
      }));
      int[] before = new int[slots];
      for (int round = 0; round < 60; round++) {
        int[] least = new int[slots];
        for (int slot = 0; slot < slots; slot++) {
          least[slot] = written.get(slot);
        }
        bench.publish(file);
        byte[] object = bench.object(Bench.KEY);
        for (int slot = 0; slot < slots; slot++) {
          int value = valueOf(object, slot * SLOT);
          assertThat(value).isGreaterThanOrEqualTo(Math.max(least[slot], before[slot]));
          before[slot] = value;
        }
      }
      done.set(true);
      for (CompletableFuture<Void> thread : threads) {
        thread.get(30, TimeUnit.SECONDS);
      }
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(Bench.bytes(file));
      bench.publisher.discard(file);
      assertThat(bench.spool.used()).isZero();
      bench.assertNoUploads();
    }
  }

  private static byte[] slot(int value) {
    ByteBuffer bytes = ByteBuffer.allocate(SLOT);
    while (bytes.hasRemaining()) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  /** The value of a slot, which has one value in all of it. */
  private static int valueOf(byte[] bytes, int at) {
    ByteBuffer slot = ByteBuffer.wrap(bytes, at, SLOT);
    int value = slot.getInt();
    while (slot.hasRemaining()) {
      assertThat(slot.getInt()).isEqualTo(value);
    }
    return value;
  }

  @Test
  void writesDuringTheCompletionOfAnUploadBelongToTheNextPublish() throws Exception {
    try (Bench bench = new Bench(folder)) {
      byte[] content = Bench.random(300, 1);
      StagedFile file = bench.create();
      Bench.write(file, 0, content);
      var gate = bench.faults.on(COMPLETE).once().hang();
      CompletableFuture<Published> publishing = run(() -> bench.publish(file));
      gate.awaitArrival(Duration.ofSeconds(10));
      Bench.write(file, 100, new byte[] {1, 2, 3});
      file.truncate(250);
      file.truncate(280);
      gate.open();
      publishing.get(10, TimeUnit.SECONDS);
      assertThat(bench.object(Bench.KEY)).isEqualTo(content);
      assertThat(file.isDirty()).isTrue();
      bench.publish(file);
      byte[] expected = Arrays.copyOf(Arrays.copyOf(content, 250), 280);
      System.arraycopy(new byte[] {1, 2, 3}, 0, expected, 100, 3);
      assertThat(bench.object(Bench.KEY)).isEqualTo(expected);
      bench.publisher.discard(file);
    }
  }

  @Test
  void readsOfUnchangedBytesGoOnWhileThePublishReplacesTheirObject() throws Exception {
    try (Bench bench = new Bench(folder)) {
      byte[] content = Bench.random(1024, 1);
      bench.put(Bench.KEY, content);
      StagedFile file = bench.edit(Bench.KEY);
      Bench.write(file, 1000, new byte[] {1});
      content[1000] = 1;
      var gate = bench.faults.on(COMPLETE).once().applyThenHang();
      CompletableFuture<Published> publishing = run(() -> bench.publish(file));
      gate.awaitArrival(Duration.ofSeconds(10));
      // The old version is gone, and the new one is not known yet.
      CompletableFuture<byte[]> reading = run(() -> Bench.bytes(file));
      gate.open();
      publishing.get(10, TimeUnit.SECONDS);
      assertThat(reading.get(10, TimeUnit.SECONDS)).isEqualTo(content);
      bench.publisher.discard(file);
    }
  }

  @Test
  void writersWaitWhileTheFileIsSentAsOneRequest() throws Exception {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(30, 1));
      var gate = bench.faults.on(PUT).once().hang();
      CompletableFuture<Published> publishing = run(() -> bench.publish(file));
      gate.awaitArrival(Duration.ofSeconds(10));
      CompletableFuture<Void> writing = run(() -> {
        Bench.write(file, 0, new byte[30]);
        return null;
      });
      assertThat(Bench.bytes(file)).isEqualTo(Bench.random(30, 1));
      gate.open();
      publishing.get(10, TimeUnit.SECONDS);
      writing.get(10, TimeUnit.SECONDS);
      assertThat(bench.object(Bench.KEY)).isEqualTo(Bench.random(30, 1));
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(new byte[30]);
      bench.publisher.discard(file);
    }
  }

  @Test
  void writersThatNeverStopDoNotKeepPublishFromItsEnd() throws Exception {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(640, 1));
      bench.faults.on(UPLOAD_PART).delay(Duration.ofMillis(2));
      AtomicBoolean done = new AtomicBoolean();
      CompletableFuture<Void> writing = run(() -> {
        Random random = new Random(1);
        while (!done.get()) {
          Bench.write(file, random.nextInt(640), new byte[] {1});
        }
        return null;
      });
      CompletableFuture<Published> publishing = run(() -> bench.publish(file));
      publishing.get(30, TimeUnit.SECONDS);
      done.set(true);
      writing.get(10, TimeUnit.SECONDS);
      bench.publisher.discard(file);
      bench.assertNoUploads();
    }
  }

  @Test
  void secondPublishWaitsForTheFirstAndFindsItsWorkDone() throws Exception {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      Bench.write(file, 0, Bench.random(30, 1));
      Target target = bench.next(file);
      var gate = bench.faults.on(PUT).once().hang();
      CompletableFuture<Published> first = run(() -> bench.publisher.publish(file, target));
      gate.awaitArrival(Duration.ofSeconds(10));
      CompletableFuture<Published> second = run(() -> bench.publisher.publish(file, target));
      gate.open();
      assertThat(second.get(10, TimeUnit.SECONDS).stored().version())
          .isEqualTo(first.get(10, TimeUnit.SECONDS).stored().version());
      assertThat(bench.requests()).containsExactly("PUT file");
      bench.publisher.discard(file);
    }
  }

  @Test
  void fileDiscardedWhileItIsSentLeavesNothing() throws Exception {
    try (Bench bench = new Bench(folder)) {
      StagedFile file = bench.create();
      var gate = bench.faults.on(UPLOAD_PART).hang();
      Bench.write(file, 0, Bench.random(640, 1));
      gate.awaitArrival(Duration.ofSeconds(10));
      CompletableFuture<Void> discarding = run(() -> {
        bench.publisher.discard(file);
        return null;
      });
      gate.open();
      discarding.get(10, TimeUnit.SECONDS);
      assertThat(bench.spool.used()).isZero();
      assertThat(bench.folder.toFile().list()).containsExactly("lock");
      bench.assertNoUploads();
      assertThatThrownBy(() -> Bench.write(file, 0, new byte[1]))
          .isInstanceOfSatisfying(
              WriteException.class,
              e -> assertThat(e.kind()).isEqualTo(WriteException.Kind.CLOSED));
    }
  }

  @Test
  void interruptedThreadLosesNoByteOfOthers() throws Exception {
    try (Bench bench = new Bench(folder)) {
      byte[] content = Bench.random(200, 1);
      StagedFile file = bench.create();
      Bench.write(file, 0, Arrays.copyOf(content, 100));
      // A file channel is closed under a thread that is interrupted while it uses it.
      CompletableFuture<Boolean> interrupted = run(() -> {
        Thread.currentThread().interrupt();
        Bench.write(file, 100, Arrays.copyOfRange(content, 100, 200));
        assertThat(Bench.bytes(file)).isEqualTo(content);
        return Thread.interrupted();
      });
      assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(content);
      bench.publisher.discard(file);
    }
  }

  private static <T> CompletableFuture<T> run(Callable<T> task) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return task.call();
          } catch (IOException e) {
            throw new CompletionException(e);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        work -> new Thread(work).start());
  }
}
