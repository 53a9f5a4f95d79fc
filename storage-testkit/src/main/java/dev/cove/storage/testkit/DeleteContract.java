package dev.cove.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What deletes promise. */
abstract class DeleteContract extends CopyContract {

  @Test
  void aDeletedObjectIsGoneFromHeadGetAndList() throws IOException {
    putEach("a", "b");
    store().delete(key("a"), WriteCondition.none());
    assertThat(exists("a")).isFalse();
    assertFails(Kind.NOT_FOUND, () -> read("a"));
    assertThat(keysBelow(key(""))).containsExactly(key("b"));
  }

  @Test
  void deletingAMissingObjectIsNoError() throws IOException {
    putEach("a", "dir/b");
    store().delete(key("none"), WriteCondition.none());
    store().delete(key("dir"), WriteCondition.none());
    store().delete(key("dir/"), WriteCondition.none());
    assertThat(keysBelow(key(""))).containsExactly(key("a"), key("dir/b"));
  }

  @Test
  void aDeleteIfVersionTakesThatVersionOnly() throws IOException {
    Version former = formerVersion("a");
    if (!store().capabilities().conditionalDelete()) {
      assertFails(
          Kind.UNSUPPORTED, () -> store().delete(key("a"), WriteCondition.ifVersion(version("a"))));
      assertThat(exists("a")).isTrue();
      return;
    }
    assertFails(
        Kind.PRECONDITION_FAILED, () -> store().delete(key("a"), WriteCondition.ifVersion(former)));
    assertThat(read("a")).isEqualTo("present state of a");
    store().delete(key("a"), WriteCondition.ifVersion(version("a")));
    assertThat(exists("a")).isFalse();
    assertFails(
        Kind.PRECONDITION_FAILED, () -> store().delete(key("a"), WriteCondition.ifVersion(former)));
  }

  @Test
  void deleteAllTakesThousandsOfKeysAlsoOddOnesAndMissingOnes() throws IOException {
    List<String> keys = new ArrayList<>();
    for (String name : OddKeys.ALL) {
      if (whyRefused(key(name)) == null) {
        keys.add(key(name));
      }
    }
    while (keys.size() < 1_500) {
      keys.add(key("many & <" + keys.size() + "> ü"));
    }
    int threads = 16;
    Together.run(threads, thread -> {
      for (int i = thread; i < keys.size(); i += threads) {
        put(name(keys.get(i)), "");
      }
      return done();
    });
    putEach("kept", "many", "with", "double/slash");
    List<String> doomed = new ArrayList<>(keys);
    doomed.add(700, key("never was"));
    Map<String, StorageException> failed = store().deleteAll(doomed);
    assertThat(failed).isEmpty();
    assertThat(keysBelow(key("")))
        .containsExactly(key("double/slash"), key("kept"), key("many"), key("with"));
  }

  @Test
  void deletingNothingIsNoError() throws IOException {
    put("a", "");
    assertThat(store().deleteAll(List.of())).isEmpty();
    assertThat(exists("a")).isTrue();
  }
}
