package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that changes a store, broken off at each of its requests, is done or not, and can be done again. */
final class CrashTest {

  /** What is broken off; each begins with a volume {@code a} of two commits. */
  enum Operation {
    CREATE {
      @Override
      void run(VolumeStore store) {
        store.create("b");
      }
    },
    PUT {
      @Override
      void run(VolumeStore store) {
        Volume volume = store.volume("a");
        try (BatchUpload batch = volume.batchUpload(IfExists.REPLACE)) {
          batch.put(bytes("new"), "/d/new");
          batch.put(bytes("other"), "/file");
          batch.commit("put");
        }
      }
    },
    ROLLBACK {
      @Override
      void run(VolumeStore store) {
        store.volume("a").rollback("1", "back");
      }
    },
    TAG {
      @Override
      void run(VolumeStore store) {
        store.volume("a").tag("t", "1");
      }
    },
    CLONE {
      @Override
      void run(VolumeStore store) {
        store.volume("a").clone("b", "1");
      }
    },
    RENAME {
      @Override
      void run(VolumeStore store) {
        store.rename("a", "b");
      }
    },
    DELETE {
      @Override
      void run(VolumeStore store) {
        store.delete("a");
      }
    };

    abstract void run(VolumeStore store);
  }

  /** What becomes of the request at which the process dies. */
  enum LastRequest {
    LOST,
    DONE
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void brokenOffAtAnyRequestItIsDoneOrNotAndIsDoneOnceWhenRepeated(Operation operation) {
    Map<String, String> before = state(prepared());
    MemoryObjectStore whole = prepared();
    attempt(whole, operation);
    Map<String, String> after = state(whole);
    assertThat(after).isNotEqualTo(before);
    for (LastRequest last : LastRequest.values()) {
      boolean died = true;
      int request = 0;
      for (; died; request++) {
        MemoryObjectStore memory = prepared();
        died = dies(memory, operation, request, last);
        Map<String, String> left = state(memory);
        assertThat(left).as("at request %d", request).isIn(before, after);
        if (left.equals(before) || operation == Operation.ROLLBACK) {
          attempt(memory, operation);
          assertThat(state(memory)).as("repeated after %d", request).isEqualTo(after);
        }
      }
      assertThat(request).as("every request was tried").isGreaterThan(3);
    }
  }

  /** Whether it failed at, or after, that request. */
  private static boolean dies(
      MemoryObjectStore memory, Operation operation, int request, LastRequest last) {
    FaultyObjectStore dying = new FaultyObjectStore(memory);
    if (last == LastRequest.DONE) {
      dying.onAny().after(request).once().applyThenFail(Kind.TIMEOUT);
    }
    dying.onAny().after(request).fail(Kind.TIMEOUT);
    try (VolumeStore store = VolumeStore.open(dying)) {
      operation.run(store);
      return false;
    } catch (VolumeException e) {
      return true;
    } finally {
      dying.heal();
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void anAnswerThatIsLostIsSettledOrTheSameProcessTriesAgain(Operation operation) {
    MemoryObjectStore whole = prepared();
    attempt(whole, operation);
    Map<String, String> after = state(whole);
    for (int request = 0; request < 15; request++) {
      MemoryObjectStore memory = prepared();
      FaultyObjectStore faulty = new FaultyObjectStore(memory);
      faulty.onAny().after(request).once().applyThenFail(Kind.TIMEOUT);
      try (VolumeStore store = VolumeStore.open(faulty)) {
        try {
          operation.run(store);
        } catch (VolumeException e) {
          attempt(store, operation);
        }
      }
      faulty.heal();
      assertThat(state(memory)).as("answer %d lost", request).isEqualTo(after);
    }
  }

  @Test
  void aRollbackWhoseEndIsUnknownIsPublishedOnceThoughOthersCommitMeanwhile() {
    MemoryObjectStore memory = prepared();
    FaultyObjectStore faulty = new FaultyObjectStore(memory);
    try (VolumeStore store = VolumeStore.open(faulty)) {
      Volume volume = store.volume("a");
      faulty.on(dev.cove.storage.StoreOperation.PUT).once().applyThenFail(Kind.TIMEOUT);
      faulty
          .on(dev.cove.storage.StoreOperation.GET)
          .keys(key -> key.endsWith(".3"))
          .once()
          .fail(Kind.TIMEOUT);
      assertThat(succeeds(() -> volume.rollback("1", "back"))).isFalse();
      attempt(memory, Operation.PUT);
      assertThat(volume.rollback("1", "back").number()).isEqualTo(3);
    }
    assertThat(state(memory).get("a")).contains("put, back, second, first").contains("/d/new");
  }

  private static boolean succeeds(Runnable action) {
    try {
      action.run();
      return true;
    } catch (VolumeException e) {
      return false;
    }
  }

  private static void attempt(MemoryObjectStore memory, Operation operation) {
    try (VolumeStore store = VolumeStore.open(memory)) {
      attempt(store, operation);
    }
  }

  /** Some operations that were done cannot be done again, and say so. */
  private static void attempt(VolumeStore store, Operation operation) {
    try {
      operation.run(store);
    } catch (VolumeException e) {
      assertThat(e.reason())
          .isIn(VolumeException.Reason.VOLUME_EXISTS, VolumeException.Reason.UNKNOWN_VOLUME);
    }
  }

  private static MemoryObjectStore prepared() {
    MemoryObjectStore memory = new MemoryObjectStore();
    try (VolumeStore store = VolumeStore.open(memory)) {
      Volume volume = store.create("a");
      volume.writeFile("/file", bytes("first"));
      volume.commit("first");
      volume.writeFile("/file", bytes("second"));
      volume.commit("second");
    }
    return memory;
  }

  /** All volumes with their history, tags and files. */
  private static Map<String, String> state(MemoryObjectStore memory) {
    try (VolumeStore store = VolumeStore.open(memory)) {
      assertThat(store.verify().damages()).isEmpty();
      Map<String, String> state = new TreeMap<>();
      for (VolumeInfo info : store.list()) {
        if (succeeds(() -> store.volume(info.name()))) { // Else its deletion has broken off.
          state.put(info.name(), describe(store.volume(info.name())));
        }
      }
      return state;
    }
  }

  private static String describe(Volume volume) {
    String log = volume.log().stream().map(Commit::message).collect(Collectors.joining(", "));
    String files = volume.listdir("/", Recursive.YES).stream()
        .filter(file -> !file.isDirectory())
        .map(file ->
            file.path() + "=" + new String(volume.readFile(file.path()), StandardCharsets.UTF_8))
        .collect(Collectors.joining(", "));
    return log + "; " + volume.tags() + "; " + files;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
