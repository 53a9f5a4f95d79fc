package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Many writers on one store, each with a process's own view of it. */
final class ManyWritersTest {
  private static final int WRITERS = 8;
  private static final int COMMITS = 50;

  private final MemoryObjectStore objects = new MemoryObjectStore();

  @Test
  void everyCommitOfDisjointFilesLandsAndIsInTheHistoryOnce() throws Exception {
    create();
    List<String> conflicts = run(path -> path);
    assertThat(conflicts).isEmpty();
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.volume("v");
      assertThat(volume.base().number()).isEqualTo(WRITERS * COMMITS);
      assertThat(volume.base().files()).isEqualTo(WRITERS * COMMITS);
      assertThat(volume.log())
          .extracting(Commit::message)
          .doesNotHaveDuplicates()
          .hasSize(WRITERS * COMMITS);
      assertThat(volume.listdir("/out")).hasSize(WRITERS * COMMITS);
      Consistency.check(volume.view().snapshot());
    }
  }

  @Test
  void eachConflictIsToldToTheWriterWhoLostAndNothingElseIsLost() throws Exception {
    create();
    // Every fifth file is wanted by all.
    List<String> conflicts = run(path -> path.endsWith("0") || path.endsWith("5")
        ? "shared-" + path.substring(path.indexOf('-') + 1)
        : path);
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.volume("v");
      int shared = COMMITS / 5;
      assertThat(conflicts).hasSize((WRITERS - 1) * shared);
      assertThat(volume.listdir("/out")).hasSize(WRITERS * (COMMITS - shared) + shared);
      assertThat(volume.base().number()).isEqualTo(WRITERS * COMMITS - conflicts.size());
    }
  }

  private void create() {
    try (VolumeStore store = VolumeStore.open(objects)) {
      store.create("v");
    }
  }

  /** The paths that clashed. */
  private List<String> run(UnaryOperator<String> naming) throws Exception {
    List<String> conflicts = Collections.synchronizedList(new ArrayList<>());
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        running.add(threads.submit(() -> write(writer, naming, conflicts)));
      }
      for (Future<?> future : running) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return conflicts;
  }

  private void write(int writer, UnaryOperator<String> naming, List<String> conflicts) {
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.volume("v");
      for (int i = 0; i < COMMITS; i++) {
        String path = "/out/" + naming.apply(writer + "-" + i);
        try {
          if (!volume.exists(path)) {
            volume.writeFile(path, (writer + " " + i).getBytes(StandardCharsets.UTF_8));
            volume.commit(writer + "-" + i);
            continue;
          }
          conflicts.add(path); // Another's file is seen already: it came first.
        } catch (VolumeException e) {
          assertThat(e.reason()).isEqualTo(Reason.CONFLICT);
          assertThat(e.paths()).containsExactly(path);
          conflicts.add(path);
          volume.discard();
          volume.reload();
        }
      }
    }
  }
}
