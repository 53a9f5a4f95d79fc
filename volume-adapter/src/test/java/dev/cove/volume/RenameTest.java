package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.StoreOperation;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A volume has one name at any time, however many rename it. */
final class RenameTest {
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final VolumeStore store = VolumeStore.open(objects);

  @BeforeEach
  void create() {
    Volume volume = store.create("a");
    volume.writeFile("/file", new byte[] {1});
    volume.commit("first");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void ofTwoRenamesAtOnceTheSecondIsToldOfTheFirst() {
    VolumeException slow = renameHeldUpBefore("names/a/", () -> store.rename("a", "c"));
    assertThat(slow).hasMessageContaining("it was renamed to 'c'");
    assertThat(slow.reason()).isEqualTo(Reason.UNKNOWN_VOLUME);
    assertNames("c");
    store.create("b");
    assertNames("b", "c");
  }

  @Test
  void aRenameThatIsOpenKeepsNobodyFromTakingTheName() {
    VolumeException slow = renameHeldUpBefore("names/a/", () -> store.create("b"));
    assertThat(slow.reason()).isEqualTo(Reason.VOLUME_EXISTS);
    assertNames("a", "b");
    assertThat(store.volume("b").listdir("/")).isEmpty();
    assertThat(store.volume("a").readFile("/file")).containsExactly(1);
  }

  @Test
  void aRenameThatIsOpenIsFinishedByTheSameOneAgain() {
    assertThat(renameHeldUpBefore("names/a/", () -> store.rename("a", "b"))).isNull();
    assertNames("b");
  }

  @Test
  void aRenameThatComesLateNeverBringsANameBack() {
    // It is told of success: it was to do what has been done since.
    assertThat(renameHeldUpBefore("names/b/", () -> {
          store.rename("a", "b");
          store.rename("b", "d");
        }))
        .isNull();
    assertNames("d");
  }

  @Test
  void whoRenamesOrDeletesAVolumeMeanwhileWins() {
    VolumeException slow = renameHeldUpBefore("names/a/", () -> store.delete("a"));
    assertThat(slow.reason()).isEqualTo(Reason.UNKNOWN_VOLUME);
    assertNames();
  }

  /** Renames a to b, in a process that waits before it creates a record under the prefix; what it ends with. */
  private @Nullable VolumeException renameHeldUpBefore(String prefix, Runnable meanwhile) {
    FaultyObjectStore slow = new FaultyObjectStore(objects);
    Gate gate =
        slow.on(StoreOperation.PUT).keys(key -> key.startsWith(prefix)).once().hang();
    try (VolumeStore other = VolumeStore.open(slow)) {
      CompletableFuture<@Nullable VolumeException> renaming = CompletableFuture.supplyAsync(
          () -> catchThrowableOfType(VolumeException.class, () -> other.rename("a", "b")));
      gate.awaitArrival(Duration.ofMinutes(1));
      meanwhile.run();
      gate.open();
      return renaming.join();
    }
  }

  @RepeatedTest(20)
  void manyRenamesAtOnceLeaveOneName() {
    List<CompletableFuture<Void>> renaming = new ArrayList<>();
    for (String first : List.of("b", "c", "d", "a")) {
      renaming.add(CompletableFuture.runAsync(() -> {
        String name = "a";
        for (String to : List.of(first, "x", first, "a")) {
          try {
            store.rename(name, to);
            name = to;
          } catch (VolumeException e) {
            assertThat(e.reason()).isIn(Reason.UNKNOWN_VOLUME, Reason.VOLUME_EXISTS, Reason.FAILED);
          }
        }
      }));
    }
    renaming.forEach(CompletableFuture::join);
    assertThat(store.list()).hasSize(1);
    assertThat(store.volume(store.list().get(0).name()).readFile("/file")).containsExactly(1);
  }

  private void assertNames(String... names) {
    assertThat(store.list()).extracting(VolumeInfo::name).containsExactly(names);
    assertThat(store.verify().damages()).isEmpty();
  }
}
