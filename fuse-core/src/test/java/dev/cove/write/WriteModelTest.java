package dev.cove.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Capabilities;
import dev.cove.storage.Capabilities.Feature;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random operations against an array of bytes. */
final class WriteModelTest {
  private static final int QUICK_RUNS = 4;
  private static final int RUNS = 40;
  private static final int SOAK_RUNS = 1_150;
  private static final int OPERATIONS = 150;

  @TempDir
  Path folder;

  enum Store {
    PARTS_ARE_COPIED(Bench.SMALL_PARTS),
    PARTS_ARE_SENT(Bench.SMALL_PARTS.toBuilder().cannot(Feature.PART_COPY).build()),
    PARTS_IN_ORDER(Bench.SMALL_PARTS.toBuilder()
        .cannot(Feature.PART_COPY)
        .can(Feature.ORDERED_PARTS)
        .build());

    final Capabilities capabilities;

    Store(Capabilities capabilities) {
      this.capabilities = capabilities;
    }
  }

  /** What happens to the store and the process meanwhile. */
  enum Weather {
    FAIR,
    STORMY
  }

  @ParameterizedTest
  @EnumSource
  void requestsThatFailAnswersThatAreLostAndCrashesChangeNothing(Store store) throws IOException {
    check(store, Weather.STORMY, 0, QUICK_RUNS);
  }

  @ParameterizedTest
  @EnumSource
  void whateverIsDoneTheFileAndTheObjectHaveWhatWasWritten(Store store) throws IOException {
    check(store, Weather.FAIR, 0, QUICK_RUNS);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource
  void moreOperationsInAnyWeatherChangeNothing(Store store) throws IOException {
    check(store, Weather.STORMY, QUICK_RUNS, RUNS);
    check(store, Weather.FAIR, QUICK_RUNS, RUNS);
  }

  @Tag("soak")
  @ParameterizedTest
  @EnumSource
  void millionOperationsInAnyWeatherChangeNothing(Store store) throws IOException {
    check(store, Weather.STORMY, RUNS, SOAK_RUNS);
    check(store, Weather.FAIR, RUNS, SOAK_RUNS);
  }

  private void check(Store store, Weather weather, int first, int end) throws IOException {
    for (int seed = first; seed < end; seed++) {
      int failing = failingPrefix(store, weather, seed, OPERATIONS);
      if (failing > 0) {
        // Shrunk: the shortest prefix of the run that fails.
        int shortest = failing;
        while (shortest > 1 && failingPrefix(store, weather, seed, shortest - 1) > 0) {
          shortest--;
        }
        run(store, weather, seed, shortest);
      }
    }
  }

  /** How many operations it takes to fail; 0 when none of them does. */
  private int failingPrefix(Store store, Weather weather, int seed, int operations)
      throws IOException {
    Run run = new Run(store, weather, seed);
    try {
      for (int i = 1; i <= operations; i++) {
        try {
          run.operate();
        } catch (AssertionError | RuntimeException | IOException e) {
          return i;
        }
      }
      try {
        run.finish();
      } catch (AssertionError | RuntimeException | IOException e) {
        return operations;
      }
      return 0;
    } finally {
      run.close();
    }
  }

  private void run(Store store, Weather weather, int seed, int operations) throws IOException {
    try (Run run = new Run(store, weather, seed)) {
      try {
        for (int i = 0; i < operations; i++) {
          run.operate();
        }
        run.finish();
      } catch (AssertionError | RuntimeException | IOException e) {
        throw new AssertionError(
            "seed " + seed + " fails within " + operations + " operations:\n" + run.trace, e);
      }
    }
  }

  private final class Run implements AutoCloseable {
    private final Weather weather;
    private final Random random;
    private final Bench bench;
    private StagedFile file;
    private byte[] model = new byte[0];
    private final StringBuilder trace = new StringBuilder();

    Run(Store store, Weather weather, int seed) throws IOException {
      this.weather = weather;
      random = new Random(seed);
      bench = new Bench(
          folder.resolve(store + "-" + seed + "-" + System.nanoTime()),
          store.capabilities,
          Bench.SPOOL);
      file = bench.create();
    }

    void operate() throws IOException {
      int choice = random.nextInt(100);
      if (choice < 35) {
        writeAt(model.length);
      } else if (choice < 60) {
        writeAt(random.nextInt(model.length + 100));
      } else if (choice < 68) {
        truncate(random.nextInt(model.length + 60));
      } else if (choice < 70) {
        truncate(0);
      } else if (choice < 85) {
        int offset = random.nextInt(model.length + 20);
        int length = random.nextInt(300);
        trace.append("read ").append(offset).append('+').append(length).append('\n');
        int end = Math.min(model.length, offset + length);
        byte[] expected = offset >= end ? new byte[0] : Arrays.copyOfRange(model, offset, end);
        assertThat(Bench.bytes(file, offset, length)).isEqualTo(expected);
      } else if (choice < 93) {
        if (weather == Weather.FAIR || random.nextBoolean()) {
          publish();
        } else {
          publishInStorm();
        }
      } else if (choice < 95 && weather == Weather.STORMY) {
        crash();
      } else if (choice < 97) {
        trace.append("give up what is clean\n");
        file.giveUp(Draft.Expendable.CLEAN);
      } else if (!file.isDirty()) {
        trace.append("open again\n");
        bench.publisher.discard(file);
        file = bench.edit(Bench.KEY);
      }
      assertThat(file.size()).isEqualTo(model.length);
    }

    private void writeAt(int offset) throws IOException {
      byte[] bytes = new byte[1 + random.nextInt(random.nextBoolean() ? 20 : 200)];
      random.nextBytes(bytes);
      trace.append("write ").append(offset).append('+').append(bytes.length).append('\n');
      Bench.write(file, offset, bytes);
      if (offset + bytes.length > model.length) {
        model = Arrays.copyOf(model, offset + bytes.length);
      }
      System.arraycopy(bytes, 0, model, offset, bytes.length);
    }

    private void truncate(int size) throws IOException {
      trace.append("truncate ").append(size).append('\n');
      file.truncate(size);
      model = Arrays.copyOf(model, size);
    }

    private void publishInStorm() throws IOException {
      StoreOperation[] operations = StoreOperation.values();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        StoreOperation operation = operations[random.nextInt(operations.length)];
        Kind kind = random.nextBoolean() ? Kind.TIMEOUT : Kind.THROTTLED;
        var fault = bench.faults.on(operation).after(random.nextInt(3)).once();
        trace.append(operation).append(" will fail: ");
        // The name of an upload whose creation was not acknowledged is known to nobody.
        if (random.nextBoolean() && operation != StoreOperation.CREATE_UPLOAD) {
          trace.append("applied, ");
          fault.applyThenFail(kind);
        } else {
          fault.fail(kind);
        }
        trace.append(kind).append('\n');
      }
      trace.append("publish in storm\n");
      try {
        bench.publish(file);
        trace.append("  stored\n");
        assertThat(bench.object(Bench.KEY)).isEqualTo(model);
      } catch (StorageException e) {
        trace.append("  ").append(e.getMessage()).append('\n');
      }
      bench.faults.heal();
      assertThat(Bench.bytes(file)).isEqualTo(model);
    }

    private void crash() throws IOException {
      trace.append("crash\n");
      file.checkpoint();
      awaitUploadOnRecord();
      boolean dirty = file.isDirty();
      boolean there = bench.memory.keys().contains(Bench.KEY);
      bench.crash();
      List<Leftover> left = bench.spool.leftovers();
      if (left.isEmpty()) {
        assertThat(dirty && !(model.length == 0 && !there)).isFalse();
        file = there ? bench.edit(Bench.KEY) : bench.create();
      } else {
        assertThat(left).hasSize(1);
        file = bench.publisher.reopen(left.get(0), bench::readBase);
      }
      assertThat(Bench.bytes(file)).isEqualTo(model);
    }

    /** An upload that a crash meets before its name is on record is the bucket's to clean up. */
    private void awaitUploadOnRecord() {
      file.lock.lock();
      try {
        while (file.draft().transfer() != null && file.draft().transfer().isBeginning()) {
          file.turns().awaitChangeWhatever();
        }
      } finally {
        file.lock.unlock();
      }
    }

    private void publish() throws IOException {
      trace.append("publish\n");
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(model);
      assertThat(file.isDirty()).isFalse();
    }

    void finish() throws IOException {
      assertThat(Bench.bytes(file)).isEqualTo(model);
      publish();
      assertThat(Bench.bytes(file)).isEqualTo(model);
      bench.publisher.discard(file);
      bench.publisher.close();
      bench.assertNoUploads();
      assertThat(bench.spool.used()).isZero();
      assertThat(bench.folder.toFile().list()).containsExactly("lock");
    }

    @Override
    public void close() throws IOException {
      bench.close();
    }
  }
}
