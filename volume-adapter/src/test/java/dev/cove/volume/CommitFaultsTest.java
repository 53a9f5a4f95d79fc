package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Commits on a store that fails. */
final class CommitFaultsTest {
  private final MemoryObjectStore objects = new MemoryObjectStore();

  @Test
  void aWriterThatDiesAtAnyRequestLeavesTheLastCommitWhole() {
    int outcomes = 0;
    for (int request = 0; outcomes < 2; request++) {
      MemoryObjectStore memory = new MemoryObjectStore();
      prepare(memory);
      FaultyObjectStore dying = new FaultyObjectStore(memory);
      boolean done;
      try (VolumeStore store = VolumeStore.open(dying)) {
        Volume volume = store.volume("v");
        competing(memory);
        dying.onAny().after(request).fail(Kind.UNAVAILABLE);
        done = succeeds(() -> {
          change(volume);
          volume.commit("changed");
        });
      }
      dying.heal();
      try (VolumeStore after = VolumeStore.open(memory)) {
        Volume volume = after.volume("v");
        boolean published = volume.base().number() == 3;
        assertThat(published).isEqualTo(done);
        assertThat(volume.readFile("/kept")).asString().isEqualTo("kept");
        assertThat(volume.exists("/theirs")).isTrue();
        assertThat(volume.exists("/d/new")).isEqualTo(published);
        assertThat(volume.exists("/gone")).isEqualTo(!published);
        assertThat(after.verify().damages()).isEmpty();
        outcomes = published ? 2 : 1;
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"TIMEOUT", "UNAVAILABLE"})
  void anyLostAnswerOrFailureIsMendedByCommittingAgainAndPublishesOnce(Kind kind) {
    for (boolean applied : List.of(true, false)) {
      for (int request = 0; request < 12; request++) {
        MemoryObjectStore memory = new MemoryObjectStore();
        prepare(memory);
        FaultyObjectStore faulty = new FaultyObjectStore(memory);
        try (VolumeStore store = VolumeStore.open(faulty)) {
          Volume volume = store.volume("v");
          competing(memory);
          change(volume);
          var plan = faulty.onAny().after(request).times(2);
          if (applied) {
            plan.applyThenFail(kind);
          } else {
            plan.fail(kind);
          }
          for (int tries = 0; !succeeds(() -> volume.commit("changed")); tries++) {
            assertThat(tries).isLessThan(5);
          }
          faulty.heal();
          assertThat(volume.hasChanges()).isFalse();
          assertThat(volume.log())
              .extracting(Commit::message)
              .containsExactly("changed", "theirs", "first");
          assertThat(store.verify().damages()).isEmpty();
        }
      }
    }
  }

  @Test
  void changesMadeAfterAFailureOfUnknownEndAreNotLost() {
    prepare(objects);
    FaultyObjectStore faulty = new FaultyObjectStore(objects);
    try (VolumeStore store = VolumeStore.open(faulty)) {
      Volume volume = store.volume("v");
      change(volume);
      // The commit itself lands, and neither its answer nor the question for it gets through.
      faulty
          .on(StoreOperation.PUT)
          .keys(key -> key.endsWith(".2"))
          .once()
          .applyThenFail(Kind.TIMEOUT);
      faulty.on(StoreOperation.GET).keys(key -> key.endsWith(".2")).once().fail(Kind.TIMEOUT);
      assertThatThrownBy(() -> volume.commit("changed"))
          .satisfies(e -> assertThat(((VolumeException) e).reason()).isEqualTo(Reason.UNREACHABLE));
      volume.writeFile("/later", new byte[] {1});
      competing(objects);
      Commit commit = volume.commit("changed again");
      assertThat(commit.number()).isEqualTo(4);
      assertThat(volume.log())
          .extracting(Commit::message)
          .containsExactly("changed again", "theirs", "changed", "first");
      assertThat(volume.exists("/later")).isTrue();
      assertThat(volume.exists("/theirs")).isTrue();
      assertThat(volume.exists("/d/new")).isTrue();
    }
  }

  @Test
  void aFullStoreFailsTheCommitAndKeepsTheChanges() {
    prepare(objects);
    FaultyObjectStore full = new FaultyObjectStore(objects);
    try (VolumeStore store = VolumeStore.open(full)) {
      Volume volume = store.volume("v");
      change(volume);
      full.on(StoreOperation.PUT).fail(Kind.NO_SPACE);
      VolumeException failure =
          catchThrowableOfType(VolumeException.class, () -> volume.commit("changed"));
      assertThat(failure.reason()).isEqualTo(Reason.STORE_FULL);
      full.heal();
      assertThat(volume.commit("changed").number()).isEqualTo(2);
      assertThat(store.verify().damages()).isEmpty();
    }
  }

  @Test
  void noObjectIsEverOverwritten() {
    FaultyObjectStore refusing = new FaultyObjectStore(objects);
    Set<String> written = ConcurrentHashMap.newKeySet();
    List<String> twice = Collections.synchronizedList(new ArrayList<>());
    refusing
        .on(StoreOperation.PUT)
        .keys(key -> !written.add(key) && twice.add(key))
        .fail(Kind.INVALID);
    try (VolumeStore store = VolumeStore.open(refusing)) {
      Volume volume = store.create("v");
      for (int i = 0; i < 3; i++) {
        volume.writeFile("/same", new byte[] {(byte) i});
        volume.commit("again");
      }
      volume.tag("tag", "1");
      volume.rollback("1", "back");
      store.rename("v", "w");
      store.rename("w", "v");
      store.delete("v");
      store.create("v");
    }
    assertThat(twice).isEmpty();
    assertThat(written).hasSizeGreaterThan(10);
  }

  @Test
  void aCommitOfASmallChangeInARunningProcessIsTwoRequests() {
    prepare(objects);
    RecordingObjectStore recording = new RecordingObjectStore(objects);
    try (VolumeStore store = VolumeStore.open(recording)) {
      Volume volume = store.volume("v");
      recording.take();
      change(volume);
      volume.commit("changed");
      assertThat(recording.take()).hasSize(2).allMatch(request -> request.startsWith("PUT"));
    }
  }

  private static void prepare(MemoryObjectStore memory) {
    try (VolumeStore store = VolumeStore.open(memory)) {
      Volume volume = store.create("v");
      volume.writeFile("/kept", "kept".getBytes(StandardCharsets.UTF_8));
      volume.writeFile("/gone", new byte[10]);
      volume.commit("first");
    }
  }

  private static void competing(MemoryObjectStore memory) {
    try (VolumeStore store = VolumeStore.open(memory)) {
      Volume volume = store.volume("v");
      volume.writeFile("/theirs", new byte[20]);
      volume.commit("theirs");
    }
  }

  private static void change(Volume volume) {
    byte[] content = new byte[100_000];
    new Random(5).nextBytes(content);
    volume.writeFile("/d/new", content);
    volume.removeFile("/gone");
  }

  private static boolean succeeds(Runnable action) {
    try {
      action.run();
      return true;
    } catch (VolumeException e) {
      return false;
    }
  }
}
