package dev.cove.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the contract suites share: a store of the backend under test, and ways to wait and to fail. */
abstract class StateContract {
  /** Small, so that tests meet them. */
  static final Limits SMALL = new Limits(10_000, 5_000, 1_000, 3);

  /** Longer than any step may take on a busy machine, shorter than patience. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private StoreUnderTest tested;
  StateStore store;
  private final List<StateStore> opened = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** An empty store of the backend under test. */
  protected abstract StoreUnderTest create() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    tested = create();
    store = another(SMALL);
  }

  @AfterEach
  void closeStore() throws Exception {
    opened.forEach(StateStore::close);
    tested.close();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  final StateStore another(Limits limits) {
    StateStore another = tested.open(limits);
    opened.add(another);
    return another;
  }

  final void advance(Duration duration) {
    tested.advance(duration);
  }

  final <T> Future<T> background(Callable<T> work) {
    return threads.submit(work);
  }

  final <T> T within(Future<T> future) throws Exception {
    return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  static Bytes b(String text) {
    return Bytes.utf8(text);
  }

  static Bytes ofSize(int bytes) {
    return Bytes.wrap(new byte[bytes]);
  }

  static void assertReason(StateException.Reason reason, ThrowingCallable call) {
    Assertions.assertThatExceptionOfType(StateException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").isNotBlank());
  }

  static void assertRefused(String part, ThrowingCallable call) {
    Assertions.assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.getMessage()).contains(part).doesNotContain("\n"));
  }
}
