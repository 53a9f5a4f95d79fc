package dev.cove.state;

import static dev.cove.state.IfMissing.CREATE_IF_MISSING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.state.Children.Child;
import dev.cove.state.Linearizability.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds between processes, and the examples that Dict and Queue are made for, for every backend. */
abstract class ProcessesContract {
  final Children children = new Children();
  private StateStore store;

  /** A folder or a URL; empty at the beginning of each test. */
  abstract String where();

  @BeforeEach
  void openStore() {
    store = Programs.open(where());
  }

  @AfterEach
  void endChildren() {
    children.close();
    store.close();
  }

  @Test
  void aComputationIsCachedUntilItExpires() throws Exception {
    Dict cache = store.dict("compute-cache", CREATE_IF_MISSING);
    AtomicInteger computed = new AtomicInteger();
    Duration ttl = Duration.ofMillis(300);
    assertThat(cached(cache, "7", computed, ttl)).isEqualTo("49");
    assertThat(cached(cache, "7", computed, ttl)).isEqualTo("49");
    assertThat(computed).hasValue(1);
    Thread.sleep(350);
    assertThat(cached(cache, "7", computed, ttl)).isEqualTo("49");
    assertThat(computed).hasValue(2);
  }

  private static String cached(Dict cache, String key, AtomicInteger computed, Duration ttl) {
    Bytes at = Bytes.utf8(key);
    return cache
        .get(at)
        .orElseGet(() -> {
          computed.incrementAndGet();
          Bytes result = Bytes.utf8("" + Long.parseLong(key) * Long.parseLong(key));
          cache.put(at, result, ttl);
          return result;
        })
        .utf8();
  }

  @Test
  void aRateLimiterNeverLetsMoreThroughHoweverManyCall() throws Exception {
    int limit = 100;
    Dict limits = store.dict("rate-limits", CREATE_IF_MISSING);
    limits.size();
    AtomicInteger allowed = new AtomicInteger();
    ExecutorService callers = Executors.newFixedThreadPool(50);
    try {
      List<Future<?>> calls = new ArrayList<>();
      for (int caller = 0; caller < 50; caller++) {
        calls.add(callers.submit(() -> {
          for (int i = 0; i < 5; i++) {
            if (limits.increment(Bytes.utf8("user"), 1, Duration.ofHours(1)) <= limit) {
              allowed.incrementAndGet();
            }
          }
        }));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    } finally {
      callers.shutdownNow();
    }
    assertThat(allowed).hasValue(limit);
    assertThat(limits.get(Bytes.utf8("user"))).contains(Bytes.utf8("250"));
  }

  @Test
  void workFansOutToProcessesAndTheResultsComeBack() throws Exception {
    int workers = 3;
    int items = 200;
    NamedQueue work = store.queue("work-queue", CREATE_IF_MISSING);
    NamedQueue results = store.queue("results-queue", CREATE_IF_MISSING);
    work.size();
    results.size();
    List<Child> running = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      running.add(children.start(Programs.class, "worker", where()));
    }
    for (int i = 0; i < items; i++) {
      work.put(Bytes.utf8("" + i));
    }
    for (int i = 0; i < workers; i++) {
      work.put(Bytes.NULL);
    }
    Set<String> got = new HashSet<>();
    for (int i = 0; i < items; i++) {
      assertThat(got.add(results.get(Duration.ofSeconds(60)).utf8())).isTrue();
    }
    assertThat(got).contains("14 196", "199 39601").hasSize(items);
    int done = 0;
    for (Child worker : running) {
      done += Integer.parseInt(worker.line());
    }
    assertThat(done).isEqualTo(items);
    assertThat(results.poll()).isEmpty();
  }

  @Test
  void aConsumerGetsWhatAProducerInAnotherProcessPuts() throws Exception {
    NamedQueue tasks = store.queue("tasks", CREATE_IF_MISSING);
    children.start(Programs.class, "produce", where(), "300");
    for (int i = 0; i < 300; i++) {
      assertThat(tasks.get(Duration.ofSeconds(60))).isEqualTo(Bytes.utf8("task " + i));
    }
    assertThat(tasks.get(Duration.ofSeconds(60))).isEqualTo(Bytes.NULL);
  }

  @Test
  void whatProcessesSeeTogetherCouldHaveHappenedOneStepAtATime() throws Exception {
    List<Child> running = new ArrayList<>();
    for (int seed = 1; seed <= 4; seed++) {
      running.add(children.start(Programs.class, "history", where(), "" + seed, "400"));
    }
    for (Child child : running) {
      assertThat(child.line()).isEqualTo("ready");
    }
    for (Child child : running) {
      child.say("go");
    }
    List<Step> steps = new ArrayList<>();
    for (Child child : running) {
      child.rest().forEach(line -> steps.add(Step.parse(line)));
    }
    Map<String, List<Step>> byObject = steps.stream().collect(Collectors.groupingBy(Step::object));
    assertThat(byObject).hasSize(60).containsKeys("key0.19", "key1.0", "queue.7");
    byObject.forEach((object, its) -> assertThat(Linearizability.holds(
            its, object.startsWith("queue") ? Linearizability::queue : Linearizability::key))
        .as(object)
        .isTrue());
  }

  @Test
  void whatAKilledProcessWasToldIsThere() throws Exception {
    long told = 0;
    Set<String> items = new HashSet<>();
    for (int round = 0; round < 3; round++) {
      Child child = children.start(Programs.class, "count", where());
      for (int i = 0; i < 50 + 70 * round; i++) {
        told = Long.parseLong(child.line());
      }
      for (String line : child.kill()) {
        told = line.isEmpty() ? told : Math.max(told, Long.parseLong(line));
      }
      long sum = Long.parseLong(store
          .dict("counts", IfMissing.FAIL)
          .get(Bytes.utf8("n"))
          .orElseThrow()
          .utf8());
      assertThat(sum).isBetween(told, told + 1);
      NamedQueue queue = store.queue("counts", IfMissing.FAIL);
      for (Bytes item : queue.pollMany(1_000_000)) {
        assertThat(items.add(item.utf8())).isTrue();
      }
      assertThat(items).contains("" + (told - 1), "1");
      assertThat(items.size()).isBetween((int) told - round, (int) sum);
    }
  }
}
