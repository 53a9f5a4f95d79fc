package dev.cove.state;

import static dev.cove.state.IfMissing.CREATE_IF_MISSING;
import static dev.cove.state.IfMissing.FAIL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cove.state.StateException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every promise of {@link NamedQueue}, for every backend. */
abstract class QueueContract extends StateContract {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(50);

  private NamedQueue queue;

  @BeforeEach
  void makeQueue() {
    queue = store.queue("q", CREATE_IF_MISSING);
  }

  private static List<Bytes> numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> b("item " + i)).toList();
  }

  @Test
  void itemsComeOutInTheOrderTheyWentIn() throws Exception {
    queue.put(b("a"));
    assertThat(queue.offer(b("b"))).isTrue();
    queue.putMany(List.of(b("c"), b("d")));
    assertThat(queue.size()).isEqualTo(4);
    assertThat(queue.get()).isEqualTo(b("a"));
    assertThat(queue.poll()).contains(b("b"));
    assertThat(queue.get(MINUTE)).isEqualTo(b("c"));
    assertThat(queue.getMany(9)).containsExactly(b("d"));
    assertThat(queue.poll()).isEmpty();
    assertThat(queue.pollMany(9)).isEmpty();
    assertThat(queue.size()).isZero();
  }

  @Test
  void aStoredNullIsAnItem() throws Exception {
    queue.put(Bytes.NULL);
    queue.put(Bytes.EMPTY);
    assertThat(queue.peekMany(5)).containsExactly(Bytes.NULL, Bytes.EMPTY);
    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.poll()).contains(Bytes.NULL);
    assertThat(queue.get()).isEqualTo(Bytes.EMPTY);
    queue.put(Bytes.NULL);
    Lease lease = queue.lease(MINUTE).orElseThrow();
    assertThat(lease.item()).isEqualTo(Bytes.NULL);
    assertThat(lease.giveBack()).isTrue();
    assertThat(queue.get()).isEqualTo(Bytes.NULL);
  }

  @Test
  void aGetWaitsForAnItemFromElsewhere() throws Exception {
    NamedQueue other = another(SMALL).queue("q", CREATE_IF_MISSING);
    Future<Bytes> getter = background(queue::get);
    Thread.sleep(SHORT.toMillis());
    assertThat(getter.isDone()).isFalse();
    other.put(b("late"));
    assertThat(within(getter)).isEqualTo(b("late"));
  }

  @Test
  void everyWaitingGetterGetsOne() throws Exception {
    Set<Bytes> got = new ConcurrentSkipListSet<>();
    List<Future<Boolean>> getters = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      NamedQueue own = i % 2 == 0 ? queue : another(SMALL).queue("q", CREATE_IF_MISSING);
      getters.add(background(() -> got.add(own.get())));
    }
    Thread.sleep(SHORT.toMillis());
    queue.putMany(numbered(0, 8));
    for (Future<Boolean> getter : getters) {
      assertThat(within(getter)).isTrue();
    }
    assertThat(got).containsExactlyInAnyOrderElementsOf(numbered(0, 8));
  }

  @Test
  void aTimedGetEndsWithTimeoutException() throws Exception {
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(() -> queue.get(SHORT))
        .withMessageContaining("'q'");
    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> queue.get(Duration.ZERO));
    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> queue.getMany(3, SHORT));
    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> queue.lease(MINUTE, SHORT));
    queue.put(b("a"));
    assertThat(queue.get(Duration.ZERO)).isEqualTo(b("a"));
  }

  @Test
  void anInterruptedGetEndsAndTakesNothing() throws Exception {
    Thread waiting = new Thread(() -> {
      try {
        queue.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    waiting.start();
    Thread.sleep(SHORT.toMillis());
    waiting.interrupt();
    waiting.join(PATIENCE.toMillis());
    assertThat(waiting.isAlive()).isFalse();
    queue.put(b("a"));
    assertThat(queue.size()).isEqualTo(1);
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(queue::get);
    assertThat(queue.size()).isEqualTo(1);
  }

  @Test
  void getManyTakesUpToSoMany() throws Exception {
    queue.putMany(numbered(0, 10));
    assertThat(queue.getMany(4)).isEqualTo(numbered(0, 4));
    assertThat(queue.pollMany(4)).isEqualTo(numbered(4, 8));
    assertThat(queue.getMany(4, MINUTE)).isEqualTo(numbered(8, 10));
  }

  @Test
  void manyItemsGoThroughInOrder() throws Exception {
    queue.putMany(numbered(0, 10_000));
    queue.putMany(numbered(10_000, 20_000));
    assertThat(queue.size()).isEqualTo(20_000);
    List<Bytes> got = new ArrayList<>();
    while (got.size() < 20_000) {
      got.addAll(queue.getMany(7_000));
    }
    assertThat(got).isEqualTo(numbered(0, 20_000));
  }

  @Test
  void putManyIsOneStep() throws Exception {
    NamedQueue other = another(SMALL).queue("q", CREATE_IF_MISSING);
    Future<Boolean> writer = background(() -> {
      for (int i = 0; i < 50; i++) {
        other.putMany(numbered(0, 20));
      }
      return true;
    });
    while (!writer.isDone()) {
      assertThat(queue.size() % 20).isZero();
    }
    assertThat(within(writer)).isTrue();
    assertThat(queue.size()).isEqualTo(1000);
    assertThat(queue.offerMany(List.of())).isTrue();
  }

  @Test
  void peekShowsAndLeaves() throws Exception {
    assertThat(queue.peek()).isEmpty();
    queue.putMany(numbered(0, 5));
    assertThat(queue.peek()).contains(b("item 0"));
    assertThat(queue.peekMany(3)).isEqualTo(numbered(0, 3));
    assertThat(queue.size()).isEqualTo(5);
  }

  @Test
  void partitionsAreQueuesOfTheirOwn() throws Exception {
    NamedQueue red = queue.partition("red");
    NamedQueue blue = queue.partition(Bytes.wrap(new byte[] {0, (byte) 0xff}));
    assertThat(queue.partitions()).isEmpty();
    queue.put(b("main"));
    red.putMany(List.of(b("r1"), b("r2")));
    blue.put(b("b1"));
    assertThat(queue.partitions())
        .containsExactly(Bytes.wrap(new byte[] {0, (byte) 0xff}), b("red"));
    assertThat(queue.size()).isEqualTo(1);
    assertThat(red.size()).isEqualTo(2);
    assertThat(queue.totalSize()).isEqualTo(4);
    assertThat(red.get()).isEqualTo(b("r1"));
    assertThat(blue.poll()).contains(b("b1"));
    assertThat(blue.poll()).isEmpty();
    assertThat(queue.partitions()).containsExactly(b("red"));
    red.clear();
    assertThat(queue.partitions()).isEmpty();
    assertThat(queue.poll()).contains(b("main"));
  }

  @Test
  void aPartitionExpiresAfterItsLastPut() throws Exception {
    NamedQueue kept = queue.partition("kept");
    NamedQueue shortly = queue.partition("short").expiring(MINUTE);
    kept.put(b("k"));
    shortly.put(b("1"));
    advance(Duration.ofSeconds(40));
    shortly.put(b("2"));
    advance(Duration.ofSeconds(40));
    assertThat(shortly.peekMany(9)).containsExactly(b("1"), b("2"));
    queue.partition("short").put(b("3"));
    advance(Duration.ofSeconds(20));
    assertThat(shortly.size()).isZero();
    assertThat(shortly.poll()).isEmpty();
    assertThat(shortly.peek()).isEmpty();
    assertThat(queue.partitions()).containsExactly(b("kept"));
    assertThat(queue.totalSize()).isEqualTo(1);
    queue.partition("short").put(b("4"));
    advance(MINUTE.multipliedBy(2));
    assertThat(shortly.get()).as("the expiry went with the partition").isEqualTo(b("4"));
  }

  @Test
  void theMainPartitionCanExpireToo() throws Exception {
    queue.expiring(MINUTE).put(b("a"));
    advance(MINUTE);
    assertThat(queue.poll()).isEmpty();
    queue.put(b("b"));
    advance(MINUTE);
    assertThat(queue.poll()).contains(b("b"));
    queue.expiring(MINUTE).put(b("c"));
    assertThat(queue.poll()).contains(b("c"));
    queue.put(b("d"));
    advance(MINUTE);
    assertThat(queue.poll()).as("the expiry went with the last item").contains(b("d"));
  }

  @Test
  void aQueueHasOnlySoManyPartitionsAtATime() throws Exception {
    queue.put(b("main does not count"));
    queue.partition("1").put(b("x"));
    queue.partition("2").put(b("x"));
    queue.partition("3").expiring(MINUTE).put(b("x"));
    assertReason(Reason.TOO_MANY_PARTITIONS, () -> queue.partition("4").put(b("x")));
    queue.partition("1").put(b("y"));
    advance(MINUTE);
    queue.partition("4").put(b("x"));
    assertReason(Reason.TOO_MANY_PARTITIONS, () -> queue.partition("5").put(b("x")));
    queue.partition("4").get();
    queue.partition("5").put(b("x"));
    queue.clearAll();
    IntStream.range(0, 3)
        .forEach(i -> assertThat(queue.partition("n" + i).offer(b("x"))).isTrue());
  }

  @Test
  void aFullPartitionRefusesOrWaits() throws Exception {
    NamedQueue two = store.boundedQueue("two", 2);
    two.put(b("a"));
    assertThat(two.offer(b("b"))).isTrue();
    assertThat(two.offer(b("c"))).isFalse();
    assertThat(two.offerMany(List.of(b("c")))).isFalse();
    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> two.put(b("c"), SHORT));
    assertThat(two.partition("other").offer(b("x")))
        .as("each partition has its own room")
        .isTrue();
    assertRefused("holds 2", () -> two.putMany(numbered(0, 3)));
    NamedQueue other = another(SMALL).queue("two", FAIL);
    Future<Boolean> putter = background(() -> {
      other.put(b("c"));
      return true;
    });
    Thread.sleep(SHORT.toMillis());
    assertThat(putter.isDone()).isFalse();
    assertThat(two.get()).isEqualTo(b("a"));
    assertThat(within(putter)).isTrue();
    assertThat(two.getMany(5)).containsExactly(b("b"), b("c"));
  }

  @Test
  void whatIsOnLeaseTakesRoomUntilItIsAcknowledged() throws Exception {
    NamedQueue one = store.boundedQueue("one", 1);
    one.put(b("a"));
    Lease lease = one.lease(MINUTE).orElseThrow();
    assertThat(one.offer(b("b"))).isFalse();
    Future<Boolean> putter = background(() -> {
      one.put(b("b"));
      return true;
    });
    Thread.sleep(SHORT.toMillis());
    assertThat(lease.acknowledge()).isTrue();
    assertThat(within(putter)).isTrue();
  }

  @Test
  void clearMakesRoomForWhoWaits() throws Exception {
    NamedQueue one = store.boundedQueue("one", 1);
    one.partition("p").put(b("a"));
    Future<Boolean> putter = background(() -> {
      one.partition("p").put(b("b"));
      return true;
    });
    Thread.sleep(SHORT.toMillis());
    one.clearAll();
    assertThat(within(putter)).isTrue();
  }

  @Test
  void aCapacityIsTheQueuesAndNotTheHandles() {
    store.boundedQueue("c", 2).offer(b("a"));
    assertReason(Reason.OTHER_CAPACITY, () -> store.boundedQueue("c", 3).offer(b("a")));
    assertReason(Reason.OTHER_CAPACITY, () -> {
      queue.size();
      queue.offer(b("x"));
      store.boundedQueue("q", 3).offer(b("a"));
    });
    NamedQueue plain = store.queue("c", CREATE_IF_MISSING);
    assertThat(plain.offer(b("b"))).isTrue();
    assertThat(plain.offer(b("c"))).isFalse();
    assertThat(store.queues().list())
        .extracting(ObjectInfo::name, ObjectInfo::capacity)
        .contains(
            org.assertj.core.groups.Tuple.tuple("c", 2),
            org.assertj.core.groups.Tuple.tuple("q", 0));
    assertThat(store.queues().create("made", 5)).isTrue();
    assertThat(store.boundedQueue("made", 5).offer(b("a"))).isTrue();
    assertRefused("at least 1", () -> store.boundedQueue("zero", 0));
    assertRefused("no capacity", () -> store.dicts().create("d", 4));
  }

  @Test
  void aLeasedItemIsNobodyElsesUntilTheLeaseEnds() throws Exception {
    queue.putMany(numbered(0, 2));
    Lease lease = queue.lease(MINUTE).orElseThrow();
    assertThat(lease.item()).isEqualTo(b("item 0"));
    assertThat(lease.delivery()).isEqualTo(1);
    assertThat(queue.size()).isEqualTo(1);
    assertThat(queue.peekMany(5)).containsExactly(b("item 1"));
    advance(MINUTE);
    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.totalSize()).isEqualTo(2);
    assertThat(queue.peekMany(5)).isEqualTo(numbered(0, 2));
    assertThat(lease.acknowledge()).isFalse();
    assertThat(lease.extend(MINUTE)).isFalse();
    Lease again = queue.lease(MINUTE).orElseThrow();
    assertThat(again.item()).isEqualTo(b("item 0"));
    assertThat(again.delivery()).isEqualTo(2);
    assertThat(lease.acknowledge()).as("an old lease does not end a new one").isFalse();
    assertThat(again.acknowledge()).isTrue();
    assertThat(again.acknowledge()).isFalse();
    advance(MINUTE);
    assertThat(queue.pollMany(9)).containsExactly(b("item 1"));
  }

  @Test
  void redeliveredItemsKeepTheirPlace() throws Exception {
    queue.putMany(numbered(0, 6));
    Lease zero = queue.lease(MINUTE).orElseThrow();
    Lease one = queue.lease(Duration.ofSeconds(10)).orElseThrow();
    Lease two = queue.lease(MINUTE).orElseThrow();
    Lease three = queue.lease(Duration.ofSeconds(20)).orElseThrow();
    assertThat(two.giveBack()).isTrue();
    assertThat(two.giveBack()).isFalse();
    advance(Duration.ofSeconds(30));
    queue.put(b("item 6"));
    assertThat(queue.getMany(3)).isEqualTo(numbered(1, 4));
    assertThat(zero.giveBack()).isTrue();
    assertThat(queue.pollMany(9))
        .containsExactly(b("item 0"), b("item 4"), b("item 5"), b("item 6"));
    assertThat(List.of(one.acknowledge(), three.acknowledge())).containsOnly(false);
  }

  @Test
  void extendMakesALeaseLonger() throws Exception {
    queue.put(b("a"));
    Lease lease = queue.lease(MINUTE).orElseThrow();
    advance(Duration.ofSeconds(50));
    assertThat(lease.extend(MINUTE)).isTrue();
    advance(Duration.ofSeconds(50));
    assertThat(queue.poll()).isEmpty();
    assertThat(lease.acknowledge()).isTrue();
  }

  @Test
  void aWaitingGetterIsWokenByTheEndOfALease() throws Exception {
    queue.put(b("a"));
    assertThat(queue.lease(Duration.ofMillis(200))).isPresent();
    Future<Bytes> getter = background(queue::get);
    assertThat(within(getter)).isEqualTo(b("a"));
    queue.put(b("b"));
    Lease lease = queue.lease(MINUTE).orElseThrow();
    Future<Bytes> second = background(queue::get);
    Thread.sleep(SHORT.toMillis());
    lease.giveBack();
    assertThat(within(second)).isEqualTo(b("b"));
  }

  @Test
  void leasesWorkInPartitionsThatComeAndGo() throws Exception {
    NamedQueue part = queue.partition("p");
    part.put(b("a"));
    Lease lease = part.lease(MINUTE).orElseThrow();
    assertThat(queue.partitions()).containsExactly(b("p"));
    assertThat(lease.acknowledge()).isTrue();
    assertThat(queue.partitions()).isEmpty();
    part.put(b("b"));
    assertThat(part.lease(MINUTE, MINUTE).item()).isEqualTo(b("b"));
    advance(MINUTE);
    assertThat(part.get()).isEqualTo(b("b"));
    assertThat(queue.partitions()).isEmpty();
  }

  @Test
  void clearVoidsItemsAndLeases() throws Exception {
    queue.putMany(numbered(0, 3));
    queue.partition("p").put(b("x"));
    Lease lease = queue.lease(MINUTE).orElseThrow();
    queue.clear();
    assertThat(queue.size()).isZero();
    assertThat(lease.acknowledge()).isFalse();
    advance(MINUTE);
    assertThat(queue.poll()).isEmpty();
    assertThat(queue.partition("p").size()).isEqualTo(1);
    queue.put(b("new"));
    queue.clearAll();
    assertThat(queue.totalSize()).isZero();
    assertThat(queue.partitions()).isEmpty();
    queue.put(b("newer"));
    assertThat(queue.get()).isEqualTo(b("newer"));
  }

  @Test
  void aMissingNameFailsAtFirstUseAndNotBefore() {
    NamedQueue missing = store.queue("missing", FAIL);
    assertReason(Reason.UNKNOWN_NAME, missing::poll);
    assertReason(Reason.UNKNOWN_NAME, missing::get);
    assertReason(Reason.UNKNOWN_NAME, () -> missing.put(b("x")));
    assertReason(Reason.UNKNOWN_NAME, () -> missing.partition("p").peek());
    assertReason(Reason.UNKNOWN_NAME, missing::size);
    assertReason(Reason.UNKNOWN_NAME, missing::totalSize);
    assertReason(Reason.UNKNOWN_NAME, missing::partitions);
    assertReason(Reason.UNKNOWN_NAME, missing::clearAll);
    assertThat(store.queues().list()).isEmpty();
    assertThat(store.queue("fresh", CREATE_IF_MISSING).poll()).isEmpty();
    assertThat(store.queues().list()).extracting(ObjectInfo::name).containsExactly("fresh");
  }

  @Test
  void aDeletedQueueFailsForWhoWaitsOnIt() throws Exception {
    store.queues().create("gone");
    Future<Bytes> getter = background(() -> store.queue("gone", FAIL).get(PATIENCE));
    Thread.sleep(SHORT.toMillis());
    assertThat(store.queues().delete("gone")).isTrue();
    assertThat(store.queues().delete("gone")).isFalse();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> within(getter))
        .satisfies(e -> assertReason(Reason.UNKNOWN_NAME, () -> {
          throw e.getCause();
        }));
  }

  @Test
  void closingEndsTheWaitOfItsGetters() throws Exception {
    StateStore closing = another(SMALL);
    NamedQueue own = closing.queue("q", CREATE_IF_MISSING);
    Future<Bytes> getter = background(own::get);
    Thread.sleep(4 * SHORT.toMillis());
    closing.close();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> within(getter))
        .satisfies(e -> assertReason(Reason.CLOSED, () -> {
          throw e.getCause();
        }));
  }

  @Test
  void whatBreaksALimitIsRefusedInOneLineAndNothingIsStored() {
    assertRefused("the limit is 1000 bytes", () -> queue.put(ofSize(1001)));
    assertRefused("the limit is 1000 bytes", () -> queue.putMany(List.of(b("ok"), ofSize(1001))));
    assertRefused("empty", () -> queue.partition(""));
    assertRefused("the limit is 64 bytes", () -> queue.partition("x".repeat(65)));
    assertRefused("the limit is 64 bytes", () -> queue.partition("ü".repeat(33)));
    assertRefused("more than 0", () -> queue.expiring(Duration.ofSeconds(-3)));
    assertRefused("negative", () -> queue.get(Duration.ofSeconds(-3)));
    assertRefused("more than 0", () -> queue.lease(Duration.ZERO));
    assertRefused("at least 1", () -> queue.getMany(0));
    assertRefused("too many", () -> queue.putMany(java.util.Collections.nCopies(100_001, b("x"))));
    assertRefused("1 to 64 letters", () -> store.queue("no/name", CREATE_IF_MISSING));
    assertThat(queue.size()).isZero();
    assertThat(queue.offer(ofSize(1000))).isTrue();
    assertThat(queue.partition("x".repeat(64)).offer(b("x"))).isTrue();
  }

  @Test
  void concurrentProducersAndConsumersLoseAndDoubleNothing() throws Exception {
    int producers = 4;
    int each = 100;
    Set<Bytes> got = new ConcurrentSkipListSet<>();
    List<Future<Integer>> work = new ArrayList<>();
    queue.size();
    for (int p = 0; p < producers; p++) {
      NamedQueue own = another(SMALL).queue("q", FAIL);
      int id = p;
      work.add(background(() -> {
        for (int i = 0; i < each; i++) {
          own.put(b(id + " " + i));
        }
        return 0;
      }));
    }
    for (int c = 0; c < 3; c++) {
      NamedQueue own = another(SMALL).queue("q", FAIL);
      work.add(background(() -> {
        int count = 0;
        for (Bytes item = own.get(); !item.isNull(); item = own.get()) {
          assertThat(got.add(item)).isTrue();
          count++;
        }
        return count;
      }));
    }
    for (int p = 0; p < producers; p++) {
      within(work.get(p));
    }
    queue.putMany(List.of(Bytes.NULL, Bytes.NULL, Bytes.NULL));
    int consumed = 0;
    for (Future<Integer> consumer : work.subList(producers, work.size())) {
      consumed += within(consumer);
    }
    assertThat(consumed).isEqualTo(producers * each);
    assertThat(queue.poll()).isEqualTo(Optional.empty());
  }
}
