package dev.cove.storage.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What conditions on put promise, also when many write at once. */
abstract class ConditionContract extends ReadContract {
  static final int WRITERS = 12;

  @Test
  void putIfAbsentCreatesAndNeverReplaces() throws IOException {
    if (refusedWithoutConditionalPut(WriteCondition.ifAbsent())) {
      return;
    }
    Stored first = store().put(key("a"), text("first"), when(WriteCondition.ifAbsent()));
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> store().put(key("a"), text("second"), when(WriteCondition.ifAbsent())));
    assertThat(read("a")).isEqualTo("first");
    assertThat(version("a")).isEqualTo(first.version());
  }

  @Test
  void putIfAbsentCreatesAgainAfterADelete() throws IOException {
    if (refusedWithoutConditionalPut(WriteCondition.ifAbsent())) {
      return;
    }
    put("a", "first");
    store().delete(key("a"), WriteCondition.none());
    store().put(key("a"), text("second"), when(WriteCondition.ifAbsent()));
    assertThat(read("a")).isEqualTo("second");
  }

  @Test
  void putIfVersionReplacesThatVersionOnly() throws IOException {
    Version first = put("a", "first").version();
    if (refusedWithoutConditionalPut(WriteCondition.ifVersion(first))) {
      return;
    }
    Stored second = store().put(key("a"), text("second"), when(WriteCondition.ifVersion(first)));
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> store().put(key("a"), text("third"), when(WriteCondition.ifVersion(first))));
    assertThat(read("a")).isEqualTo("second");
    assertThat(version("a")).isEqualTo(second.version());
  }

  @Test
  void putIfVersionOfAMissingObjectFailsForTheCondition() throws IOException {
    Version former = put("a", "gone soon").version();
    store().delete(key("a"), WriteCondition.none());
    if (refusedWithoutConditionalPut(WriteCondition.ifVersion(former))) {
      return;
    }
    assertFails(
        Kind.PRECONDITION_FAILED,
        () -> store().put(key("a"), text("again"), when(WriteCondition.ifVersion(former))));
    assertThat(exists("a")).isFalse();
  }

  @Test
  void ofManyThatPutIfAbsentExactlyOneWins() throws IOException {
    if (refusedWithoutConditionalPut(WriteCondition.ifAbsent())) {
      return;
    }
    for (int round = 0; round < 5; round++) {
      String name = "round-" + round;
      List<Boolean> won = Together.run(
          WRITERS,
          thread -> applied(() ->
              store().put(key(name), text("writer " + thread), when(WriteCondition.ifAbsent()))));
      assertThat(won).containsOnlyOnce(true);
      assertThat(read(name)).isEqualTo("writer " + won.indexOf(true));
    }
  }

  @Test
  void ofManyThatReplaceTheSameVersionExactlyOneWins() throws IOException {
    Version base = put("a", "base").version();
    if (refusedWithoutConditionalPut(WriteCondition.ifVersion(base))) {
      return;
    }
    List<Boolean> won = Together.run(
        WRITERS,
        thread -> applied(() ->
            store().put(key("a"), text("writer " + thread), when(WriteCondition.ifVersion(base)))));
    assertThat(won).containsOnlyOnce(true);
    assertThat(read("a")).isEqualTo("writer " + won.indexOf(true));
  }

  @Test
  void noIncrementIsLostBetweenReadersThatReplaceWhatTheyRead() throws IOException {
    Version zero = put("counter", "0").version();
    if (refusedWithoutConditionalPut(WriteCondition.ifVersion(zero))) {
      return;
    }
    int rounds = 5;
    Together.run(4, thread -> {
      for (int done = 0; done < rounds; ) {
        if (applied(this::increment)) {
          done++;
        }
      }
      return done();
    });
    assertThat(read("counter")).isEqualTo(String.valueOf(4 * rounds));
  }

  private void increment() throws IOException {
    try (ObjectBody body = store().get(GetRequest.whole(key("counter")))) {
      int value = Integer.parseInt(new String(drain(body), US_ASCII));
      WriteCondition same = WriteCondition.ifVersion(body.info().version());
      store().put(key("counter"), text(String.valueOf(value + 1)), when(same));
    }
  }

  @Test
  void readersSeeWholeObjectsWhileTheyAreReplaced() throws IOException {
    put("a", filled(0));
    Together.run(5, thread -> {
      for (int round = 1; round <= 20; round++) {
        if (thread == 0) {
          put("a", filled(round));
        } else {
          byte[] got = readBytes(GetRequest.whole(key("a")));
          assertThat(got).isEqualTo(filled(got[0]));
        }
      }
      return done();
    });
    assertThat(readBytes(GetRequest.whole(key("a")))).isEqualTo(filled(20));
  }

  private static byte[] filled(int round) {
    // Sizes differ too: a mix of two states would show in the length as well.
    byte[] bytes = new byte[200_000 + 10_000 * (round % 3)];
    Arrays.fill(bytes, (byte) round);
    return bytes;
  }

  static Boolean done() {
    return true;
  }

  /** A conditional write that is allowed to lose. */
  interface Attempt {
    void run() throws IOException;
  }

  /** Whether the write went ahead; a lost condition is the only failure it may have. */
  static boolean applied(Attempt attempt) throws IOException {
    try {
      attempt.run();
      return true;
    } catch (StorageException e) {
      assertThat(e.kind()).as(e.toString()).isEqualTo(Kind.PRECONDITION_FAILED);
      return false;
    }
  }

  /** Where the backend has no conditional put, that it refuses one instead of going ahead without. */
  private boolean refusedWithoutConditionalPut(WriteCondition condition) throws IOException {
    if (store().capabilities().conditionalPut()) {
      return false;
    }
    boolean before = exists("refused");
    assertFails(
        Kind.UNSUPPORTED, () -> store().put(key("refused"), text("never"), when(condition)));
    assertThat(exists("refused")).isEqualTo(before);
    return true;
  }
}
