package dev.cove.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.Capabilities;
import dev.cove.storage.Capabilities.Feature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random operations against an array of bytes. */
final class WriteModelTest {
  private static final int RUNS = 40;
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

  @ParameterizedTest
  @EnumSource
  void whateverIsDoneTheFileAndTheObjectHaveWhatWasWritten(Store store) throws IOException {
    for (int seed = 0; seed < RUNS; seed++) {
      int failing = failingPrefix(store, seed, OPERATIONS);
      if (failing > 0) {
        // Shrunk: the shortest prefix of the run that fails.
        int shortest = failing;
        while (shortest > 1 && failingPrefix(store, seed, shortest - 1) > 0) {
          shortest--;
        }
        run(store, seed, shortest);
      }
    }
  }

  /** How many operations it takes to fail; 0 when none of them does. */
  private int failingPrefix(Store store, int seed, int operations) throws IOException {
    Run run = new Run(store, seed);
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

  private void run(Store store, int seed, int operations) throws IOException {
    try (Run run = new Run(store, seed)) {
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
    private final Random random;
    private final Bench bench;
    private StagedFile file;
    private byte[] model = new byte[0];
    private final StringBuilder trace = new StringBuilder();

    Run(Store store, int seed) throws IOException {
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
        publish();
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

    private void publish() throws IOException {
      trace.append("publish\n");
      bench.publish(file);
      assertThat(bench.object(Bench.KEY)).isEqualTo(model);
      assertThat(file.isDirty()).isFalse();
      bench.assertNoUploads();
    }

    void finish() throws IOException {
      assertThat(Bench.bytes(file)).isEqualTo(model);
      publish();
      assertThat(Bench.bytes(file)).isEqualTo(model);
      bench.publisher.discard(file);
      assertThat(bench.spool.used()).isZero();
      assertThat(bench.folder.toFile().list()).containsExactly("lock");
    }

    @Override
    public void close() throws IOException {
      bench.close();
    }
  }
}
