package dev.cove.state;

import static dev.cove.state.IfMissing.CREATE_IF_MISSING;
import static dev.cove.state.IfMissing.FAIL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.state.StateException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every promise of {@link Dict}, for every backend. */
abstract class DictContract extends StateContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private Dict dict;

  @BeforeEach
  void makeDict() {
    dict = store.dict("d", CREATE_IF_MISSING);
  }

  @Test
  void getReturnsWhatWasPutAndNothingElse() {
    assertThat(dict.get(b("k"))).isEmpty();
    assertThat(dict.contains(b("k"))).isFalse();
    dict.put(b("k"), b("v"));
    assertThat(dict.get(b("k"))).contains(b("v"));
    assertThat(dict.contains(b("k"))).isTrue();
    dict.put(b("k"), b("w"));
    assertThat(dict.get(b("k"))).contains(b("w"));
    assertThat(dict.get(b("other"))).isEmpty();
    assertThat(dict.size()).isEqualTo(1);
  }

  @Test
  void anotherOpeningSeesAWriteAtOnce() {
    Dict other = another(SMALL).dict("d", FAIL);
    dict.put(b("k"), b("v"));
    assertThat(other.get(b("k"))).contains(b("v"));
    other.remove(b("k"));
    assertThat(dict.get(b("k"))).isEmpty();
  }

  @Test
  void getWithDefaultReturnsTheDefaultAndStoresNothing() {
    assertThat(dict.get(b("k"), b("fallback"))).isEqualTo(b("fallback"));
    assertThat(dict.contains(b("k"))).isFalse();
    dict.put(b("k"), b("v"));
    assertThat(dict.get(b("k"), b("fallback"))).isEqualTo(b("v"));
  }

  @Test
  void bytesComeBackAsTheyWentIn() {
    byte[] every = new byte[256];
    IntStream.range(0, 256).forEach(i -> every[i] = (byte) i);
    dict.put(Bytes.wrap(every), Bytes.wrap(every));
    dict.put(Bytes.EMPTY, Bytes.EMPTY);
    assertThat(dict.get(Bytes.wrap(every))).contains(Bytes.wrap(every));
    assertThat(dict.get(Bytes.EMPTY)).contains(Bytes.EMPTY);
    assertThat(dict.keys()).containsExactlyInAnyOrder(Bytes.wrap(every), Bytes.EMPTY);
  }

  @Test
  void aStoredNullIsAnEntry() {
    dict.put(b("k"), Bytes.NULL);
    assertThat(dict.get(b("k"))).contains(Bytes.NULL);
    assertThat(dict.contains(b("k"))).isTrue();
    assertThat(dict.get(b("k"), b("fallback"))).isEqualTo(Bytes.NULL);
    assertThat(dict.putIfAbsent(b("k"), b("v"))).isFalse();
    assertThat(dict.entries()).containsExactly(new Dict.Entry(b("k"), Bytes.NULL));
    assertThat(dict.compareAndSet(b("k"), Bytes.EMPTY, b("v"))).isFalse();
    assertThat(dict.compareAndSet(b("k"), Bytes.NULL, Bytes.EMPTY)).isTrue();
    assertThat(dict.get(b("k"))).contains(Bytes.EMPTY);
    assertThat(dict.compareAndSet(b("k"), Bytes.NULL, b("v"))).isFalse();
    dict.put(b("k"), Bytes.NULL);
    assertThat(dict.pop(b("k"))).contains(Bytes.NULL);
    assertThat(dict.size()).isZero();
    dict.put(b("k"), Bytes.EMPTY);
    assertThat(dict.get(b("k"))).as("a removed null leaves no mark").contains(Bytes.EMPTY);
  }

  @Test
  void putIfAbsentStoresOnlyWhereNothingIs() {
    assertThat(dict.putIfAbsent(b("k"), b("first"))).isTrue();
    assertThat(dict.putIfAbsent(b("k"), b("second"))).isFalse();
    assertThat(dict.get(b("k"))).contains(b("first"));
    assertThat(dict.putIfAbsent(b("t"), b("short"), MINUTE)).isTrue();
    advance(MINUTE);
    assertThat(dict.putIfAbsent(b("t"), b("long"))).isTrue();
    advance(MINUTE.multipliedBy(2));
    assertThat(dict.get(b("t"))).as("the expiry of the dead entry is gone").contains(b("long"));
  }

  @Test
  void replaceStoresOnlyWhereSomethingIs() {
    assertThat(dict.replace(b("k"), b("v"))).isFalse();
    assertThat(dict.contains(b("k"))).isFalse();
    dict.put(b("k"), b("v"), MINUTE);
    assertThat(dict.replace(b("k"), b("w"))).isTrue();
    advance(MINUTE);
    assertThat(dict.get(b("k"))).contains(b("w"));
    assertThat(dict.replace(b("k"), b("x"), MINUTE)).isTrue();
    advance(MINUTE);
    assertThat(dict.replace(b("k"), b("y"))).isFalse();
  }

  @Test
  void compareAndSetStoresOnlyOverExactlyWhatIsExpected() {
    assertThat(dict.compareAndSet(b("k"), b("v"), b("w"))).isFalse();
    assertThat(dict.contains(b("k"))).isFalse();
    dict.put(b("k"), b("v"));
    assertThat(dict.compareAndSet(b("k"), b("V"), b("w"))).isFalse();
    assertThat(dict.compareAndSet(b("k"), b("v"), b("w"), MINUTE)).isTrue();
    assertThat(dict.get(b("k"))).contains(b("w"));
    advance(MINUTE);
    assertThat(dict.compareAndSet(b("k"), b("w"), b("x"))).as("expired").isFalse();
  }

  @Test
  void entriesExpireToTheMillisecondAfterTheirWrite() {
    dict.put(b("k"), b("v"), Duration.ofMillis(60_000));
    advance(Duration.ofSeconds(30));
    assertThat(dict.get(b("k"))).contains(b("v"));
    advance(Duration.ofSeconds(30));
    assertThat(dict.get(b("k"))).isEmpty();
    assertThat(dict.contains(b("k"))).isFalse();
    assertThat(dict.size()).isZero();
    assertThat(dict.entries()).isEmpty();
    assertThat(dict.pop(b("k"))).isEmpty();
    assertThat(dict.remove(b("k"))).isFalse();
  }

  @Test
  void aLaterWriteSetsTheTimeToLiveAnew() {
    dict.put(b("k"), b("v"), MINUTE);
    dict.put(b("k"), b("w"), MINUTE.multipliedBy(3));
    advance(MINUTE.multipliedBy(2));
    assertThat(dict.get(b("k"))).contains(b("w"));
    dict.put(b("k"), b("x"));
    advance(MINUTE.multipliedBy(9));
    assertThat(dict.get(b("k"))).contains(b("x"));
  }

  @Test
  void incrementCountsFromZeroAndReadsWhatPutWrote() {
    assertThat(dict.increment(b("n"), 1)).isEqualTo(1);
    assertThat(dict.increment(b("n"), 41)).isEqualTo(42);
    assertThat(dict.increment(b("n"), -50)).isEqualTo(-8);
    assertThat(dict.get(b("n"))).contains(b("-8"));
    dict.put(b("n"), b("9"));
    assertThat(dict.increment(b("n"), 0)).isEqualTo(9);
    assertThat(dict.increment(b("big"), Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
    assertThat(dict.increment(b("big"), Long.MAX_VALUE)).isEqualTo(-1);
  }

  @Test
  void incrementSetsTheTimeToLiveOnlyWhenItCreates() {
    dict.increment(b("n"), 1, MINUTE);
    advance(Duration.ofSeconds(40));
    assertThat(dict.increment(b("n"), 1, MINUTE)).isEqualTo(2);
    advance(Duration.ofSeconds(20));
    assertThat(dict.get(b("n"))).as("counted from the first").isEmpty();
    assertThat(dict.increment(b("n"), 5)).isEqualTo(5);
    advance(MINUTE.multipliedBy(5));
    assertThat(dict.get(b("n"))).contains(b("5"));
  }

  @Test
  void incrementRefusesWhatIsNoNumberAndLeavesIt() {
    for (String text : List.of(
        "", "x", "1.5", " 1", "+1", "01", "-0", "9223372036854775808", "99999999999999999999999")) {
      dict.put(b("k"), b(text));
      assertReason(Reason.NOT_A_NUMBER, () -> dict.increment(b("k"), 1));
      assertThat(dict.get(b("k"))).contains(b(text));
    }
    dict.put(b("k"), Bytes.NULL);
    assertReason(Reason.NOT_A_NUMBER, () -> dict.increment(b("k"), 1));
    assertThat(dict.get(b("k"))).contains(Bytes.NULL);
    dict.put(b("k"), b(Long.toString(Long.MAX_VALUE)));
    assertReason(Reason.NOT_A_NUMBER, () -> dict.increment(b("k"), 1));
    dict.put(b("k"), b(Long.toString(Long.MIN_VALUE)));
    assertReason(Reason.NOT_A_NUMBER, () -> dict.increment(b("k"), -1));
    assertThat(dict.get(b("k"))).contains(b(Long.toString(Long.MIN_VALUE)));
  }

  @Test
  void removeAndPopTakeTheEntryAway() {
    dict.put(b("a"), b("1"));
    dict.put(b("b"), b("2"));
    assertThat(dict.remove(b("a"))).isTrue();
    assertThat(dict.remove(b("a"))).isFalse();
    assertThat(dict.pop(b("b"))).contains(b("2"));
    assertThat(dict.pop(b("b"))).isEmpty();
    assertThat(dict.size()).isZero();
  }

  @Test
  void ofManyPopsOneGetsTheEntry() throws Exception {
    dict.put(b("k"), b("v"));
    List<Future<Boolean>> pops = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Dict own = another(SMALL).dict("d", FAIL);
      pops.add(background(() -> own.pop(b("k")).isPresent()));
    }
    int got = 0;
    for (Future<Boolean> pop : pops) {
      got += within(pop) ? 1 : 0;
    }
    assertThat(got).isEqualTo(1);
  }

  @Test
  void putAllStoresAllInOneStep() throws Exception {
    Map<Bytes, Bytes> zeros = numbered(50, "0");
    Map<Bytes, Bytes> ones = numbered(50, "1");
    dict.putAll(zeros);
    Dict other = another(SMALL).dict("d", FAIL);
    Future<Boolean> writer = background(() -> {
      for (int i = 0; i < 40; i++) {
        other.putAll(i % 2 == 0 ? ones : zeros);
      }
      return true;
    });
    while (!writer.isDone()) {
      Set<Bytes> values = new HashSet<>();
      dict.values().forEach(values::add); // fifty entries are one page, and a page is one step
      assertThat(values).hasSize(1);
    }
    assertThat(within(writer)).isTrue();
    assertThat(dict.size()).isEqualTo(50);
    dict.putAll(Map.of());
    dict.putAll(Map.of(b("t"), b("v")), MINUTE);
    advance(MINUTE);
    assertThat(dict.contains(b("t"))).isFalse();
  }

  private static Map<Bytes, Bytes> numbered(int count, String value) {
    Map<Bytes, Bytes> entries = new HashMap<>();
    IntStream.range(0, count).forEach(i -> entries.put(b("key " + i), b(value)));
    return entries;
  }

  @Test
  void iterationShowsEveryEntryOnce() {
    for (int from = 0; from < 5000; from += 500) {
      Map<Bytes, Bytes> some = new HashMap<>();
      IntStream.range(from, from + 500).forEach(i -> some.put(b("key " + i), b("value " + i)));
      dict.putAll(some);
    }
    dict.putAll(Map.of(b("dead"), b("x")), MINUTE);
    advance(MINUTE);
    List<Bytes> keys = new ArrayList<>();
    dict.keys().forEach(keys::add);
    assertThat(keys).hasSize(5000).doesNotHaveDuplicates().doesNotContain(b("dead"));
    Map<Bytes, Bytes> entries = new HashMap<>();
    dict.entries().forEach(entry -> entries.put(entry.key(), entry.value()));
    assertThat(entries).hasSize(5000).containsEntry(b("key 4321"), b("value 4321"));
    assertThat(dict.values()).hasSize(5000);
    assertThat(dict.size()).isEqualTo(5000);
  }

  @Test
  void iterationToleratesChange() {
    Set<Bytes> stay = new HashSet<>();
    for (int i = 0; i < 3000; i++) {
      stay.add(b("stay " + i));
    }
    Map<Bytes, Bytes> entries = new HashMap<>();
    stay.forEach(key -> entries.put(key, b("v")));
    IntStream.range(0, 1000).forEach(i -> entries.put(b("go " + i), b("v")));
    List<Map.Entry<Bytes, Bytes>> all = new ArrayList<>(entries.entrySet());
    for (int from = 0; from < all.size(); from += 500) {
      Map<Bytes, Bytes> some = new HashMap<>();
      all.subList(from, from + 500).forEach(e -> some.put(e.getKey(), e.getValue()));
      dict.putAll(some);
    }
    Set<Bytes> seen = new HashSet<>();
    Iterator<Bytes> keys = dict.keys().iterator();
    for (int step = 0; keys.hasNext(); step++) {
      seen.add(keys.next());
      if (step % 7 == 0) {
        dict.remove(b("go " + step / 7));
        dict.put(b("come " + step), b("v"));
      }
    }
    assertThat(seen).containsAll(stay);
  }

  @Test
  void iterationSurvivesClear() {
    dict.putAll(numbered(2500 / 10, "v"));
    Iterator<Dict.Entry> entries = dict.entries().iterator();
    entries.next();
    dict.clear();
    while (entries.hasNext()) {
      entries.next();
    }
    assertThat(dict.entries()).isEmpty();
  }

  @Test
  void largeValuesIterateAPageAtATime() {
    Dict large = another(Limits.DEFAULT).dict("large", CREATE_IF_MISSING);
    for (int i = 0; i < 12; i++) {
      large.put(b("key " + i), ofSize(400_000));
    }
    List<Integer> sizes = new ArrayList<>();
    large.values().forEach(value -> sizes.add(value.size()));
    assertThat(sizes).hasSize(12).containsOnly(400_000);
  }

  @Test
  void clearEmptiesInOneStepAndTheDictGoesOn() {
    dict.putAll(numbered(100, "v"), MINUTE);
    dict.clear();
    assertThat(dict.size()).isZero();
    assertThat(dict.get(b("key 1"))).isEmpty();
    assertThat(dict.keys()).isEmpty();
    dict.put(b("key 1"), b("w"));
    advance(MINUTE);
    assertThat(dict.get(b("key 1"))).contains(b("w"));
    assertThat(dict.size()).isEqualTo(1);
  }

  @Test
  void aMissingNameFailsAtFirstUseAndNotBefore() {
    Dict missing = store.dict("missing", FAIL);
    assertReason(Reason.UNKNOWN_NAME, () -> missing.get(b("k")));
    assertReason(Reason.UNKNOWN_NAME, () -> missing.put(b("k"), b("v")));
    assertReason(Reason.UNKNOWN_NAME, missing::size);
    assertReason(Reason.UNKNOWN_NAME, missing::clear);
    assertReason(Reason.UNKNOWN_NAME, () -> missing.entries().iterator().hasNext());
    assertReason(Reason.UNKNOWN_NAME, () -> missing.increment(b("k"), 1));
    assertThat(store.dicts().list()).isEmpty();
    store.dict("missing", CREATE_IF_MISSING).put(b("k"), b("v"));
    assertThat(missing.get(b("k"))).contains(b("v"));
  }

  @Test
  void theFirstUseCreatesEvenIfItReads() {
    assertThat(store.dict("fresh", CREATE_IF_MISSING).get(b("k"))).isEmpty();
    assertThat(store.dicts().list()).extracting(ObjectInfo::name).containsExactly("fresh");
    assertThat(store.dict("fresh", FAIL).size()).isZero();
  }

  @Test
  void aNameOfAQueueIsSaidToBeOne() {
    store.queues().create("jobs");
    assertThat(org.assertj.core.api.Assertions.catchThrowable(
            () -> store.dict("jobs", FAIL).size()))
        .hasMessageContaining("there is a queue of that name");
  }

  @Test
  void objectsAreListedCreatedAndDeleted() {
    assertThat(store.dicts().create("b")).isTrue();
    assertThat(store.dicts().create("a")).isTrue();
    assertThat(store.dicts().create("a")).isFalse();
    assertThat(store.queues().create("a")).as("queues are named apart").isTrue();
    assertThat(store.dicts().list()).extracting(ObjectInfo::name).containsExactly("a", "b");
    assertThat(store.dicts().list())
        .allSatisfy(info -> assertThat(info.created()).isAfter("2020-01-01T00:00:00Z"));
    Dict a = store.dict("a", FAIL);
    a.put(b("k"), b("v"), MINUTE);
    assertThat(store.dicts().delete("a")).isTrue();
    assertThat(store.dicts().delete("a")).isFalse();
    assertReason(Reason.UNKNOWN_NAME, () -> a.get(b("k")));
    assertThat(store.dicts().list()).extracting(ObjectInfo::name).containsExactly("b");
    assertThat(store.queues().list()).extracting(ObjectInfo::name).containsExactly("a");
    store.dicts().create("a");
    assertThat(a.get(b("k"))).as("a new dict of the name is empty").isEmpty();
  }

  @Test
  void dictsOfDifferentNamesAreApart() {
    Dict other = store.dict("other", CREATE_IF_MISSING);
    dict.put(b("k"), b("v"));
    assertThat(other.get(b("k"))).isEmpty();
    other.clear();
    assertThat(dict.get(b("k"))).contains(b("v"));
  }

  @Test
  void whatBreaksALimitIsRefusedInOneLineAndNothingIsStored() {
    assertRefused("10.7 KiB", () -> dict.put(b("k"), ofSize(11_000)));
    assertRefused("9.8 KiB", () -> dict.put(b("k"), ofSize(10_001)));
    assertRefused("the key", () -> dict.put(ofSize(65_537), b("v")));
    assertRefused("null", () -> dict.get(Bytes.NULL));
    assertRefused("more than 0", () -> dict.put(b("k"), b("v"), Duration.ZERO));
    assertRefused("-1.0 s", () -> dict.put(b("k"), b("v"), Duration.ofSeconds(-1)));
    assertRefused("more than 0", () -> dict.increment(b("k"), 1, Duration.ofSeconds(-1)));
    assertRefused(
        "together", () -> dict.putAll(Map.of(b("a"), ofSize(6000), b("b"), ofSize(6000))));
    assertThat(dict.size()).isZero();
    dict.put(b("k"), ofSize(10_000));
    assertThat(dict.get(b("k"))).contains(ofSize(10_000));
    for (String name : List.of("", "a b", "ä", "x".repeat(65), "a/b", "a\nb", "{a}")) {
      assertRefused("1 to 64 letters", () -> store.dict(name, CREATE_IF_MISSING));
      assertRefused("1 to 64 letters", () -> store.dicts().create(name));
    }
    assertThat(store.dict("Aa0-_." + "x".repeat(58), CREATE_IF_MISSING).size()).isZero();
  }

  @Test
  void timesToLiveOfAnyLengthWork() {
    dict.put(b("long"), b("v"), Duration.ofSeconds(Long.MAX_VALUE));
    dict.put(b("short"), b("v"), Duration.ofNanos(1));
    advance(Duration.ofMillis(2));
    assertThat(dict.get(b("long"))).contains(b("v"));
    assertThat(dict.get(b("short"))).isEmpty();
  }

  @Test
  void concurrentIncrementsAllCount() throws Exception {
    List<Future<Long>> counters = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Dict own = another(SMALL).dict("d", FAIL);
      dict.size();
      counters.add(background(() -> {
        long last = 0;
        for (int i = 0; i < 100; i++) {
          last = own.increment(b("n"), 1);
        }
        return last;
      }));
    }
    for (Future<Long> counter : counters) {
      within(counter);
    }
    assertThat(dict.get(b("n"))).contains(b("400"));
  }

  @Test
  void anInterruptedThreadWritesAndStaysInterrupted() {
    Thread.currentThread().interrupt();
    dict.put(b("k"), b("v"));
    assertThat(dict.get(b("k"))).contains(b("v"));
    assertThat(Thread.interrupted()).isTrue();
    dict.put(b("k"), b("w"));
    assertThat(dict.get(b("k"))).contains(b("w"));
  }

  @Test
  void aClosedStoreSaysSo() {
    StateStore closing = another(SMALL);
    Dict own = closing.dict("d", CREATE_IF_MISSING);
    own.put(b("k"), b("v"));
    closing.close();
    closing.close();
    assertReason(Reason.CLOSED, () -> own.get(b("k")));
    assertReason(Reason.CLOSED, () -> own.put(b("k"), b("w")));
    assertThat(dict.get(b("k"))).as("the other opening goes on").contains(b("v"));
  }
}
