package dev.cove.storage.testkit;

import static dev.cove.storage.StoreOperation.DELETE_ALL;
import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.HEAD;
import static dev.cove.storage.StoreOperation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class FaultyObjectStoreTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final FaultyObjectStore store = new FaultyObjectStore(memory);

  @Test
  void aFaultStrikesItsOperationAndKeyOnly() throws IOException {
    PlantedFault fault = store.on(PUT).key("a").fail(Kind.UNAVAILABLE);
    put("b", "x");
    assertFails(Kind.UNAVAILABLE, () -> put("a", "x"));
    assertFails(Kind.UNAVAILABLE, () -> put("a", "x"));
    assertFails(Kind.NOT_FOUND, () -> store.head("a"));
    assertThat(fault.strikes()).isEqualTo(2);
    assertThat(memory.keys()).containsExactly("b");
    store.heal();
    put("a", "x");
  }

  @Test
  void aFaultSparesAndStrikesAsManyCallsAsItIsTold() throws IOException {
    PlantedFault fault = store.on(PUT).after(1).times(2).fail(Kind.THROTTLED);
    put("a", "1");
    assertFails(Kind.THROTTLED, () -> put("a", "2"));
    assertFails(Kind.THROTTLED, () -> put("a", "3"));
    put("a", "4");
    assertThat(fault.strikes()).isEqualTo(2);
  }

  @Test
  void aLostAcknowledgementHasBeenApplied() throws IOException {
    store.on(PUT).once().applyThenFail(Kind.TIMEOUT);
    StorageException failure = assertFails(Kind.TIMEOUT, () -> put("a", "x"));
    assertThat(failure.mayHaveBeenApplied()).isTrue();
    assertThat(memory.keys()).containsExactly("a");
  }

  @Test
  void aCallHangsUntilTheGateOpens() throws Exception {
    Gate gate = store.on(PUT).hang();
    CompletableFuture<Stored> put = CompletableFuture.supplyAsync(() -> putUnchecked("a"));
    gate.awaitArrival(PATIENCE);
    assertThat(memory.keys()).isEmpty();
    assertThat(put).isNotDone();
    gate.open();
    assertThat(put.get(10, TimeUnit.SECONDS).version())
        .isEqualTo(memory.head("a").version());
  }

  @Test
  void anAnswerHangsUntilTheGateOpens() throws Exception {
    Gate gate = store.on(PUT).applyThenHang();
    CompletableFuture<Stored> put = CompletableFuture.supplyAsync(() -> putUnchecked("a"));
    gate.awaitArrival(PATIENCE);
    assertThat(memory.keys()).containsExactly("a");
    assertThat(put).isNotDone();
    gate.open();
    assertThat(put.get(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void anInterruptEndsAHang() throws Exception {
    Gate gate = store.on(HEAD).hang();
    CompletableFuture<StorageException> outcome = new CompletableFuture<>();
    Thread caller = new Thread(() ->
        outcome.complete(catchThrowableOfType(StorageException.class, () -> store.head("a"))));
    caller.start();
    gate.awaitArrival(PATIENCE);
    caller.interrupt();
    assertThat(outcome.get(10, TimeUnit.SECONDS).kind()).isEqualTo(Kind.INTERRUPTED);
  }

  @Test
  void aDelayedCallIsAnsweredLater() throws IOException {
    put("a", "x");
    store.on(HEAD).once().delay(Duration.ofMillis(50));
    long start = System.nanoTime();
    assertThat(store.head("a").size()).isEqualTo(1);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
  }

  @Test
  void aBodyIsCutAfterItsBytes() throws IOException {
    put("a", "0123456789");
    store.on(GET).cutBody(4);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      ByteBuffer target = ByteBuffer.allocate(100);
      assertThat(body.length()).isEqualTo(10);
      assertThat(body.read(target)).isEqualTo(4);
      assertThat(target.limit()).isEqualTo(100);
      assertFails(Kind.UNAVAILABLE, () -> body.read(target));
    }
  }

  @Test
  void aBodyStallsAfterItsBytes() throws Exception {
    put("a", "0123456789");
    Gate gate = store.on(GET).stallBody(4);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      ByteBuffer target = ByteBuffer.allocate(100);
      assertThat(body.read(target)).isEqualTo(4);
      CompletableFuture<Integer> rest =
          CompletableFuture.supplyAsync(() -> readUnchecked(body, target));
      gate.awaitArrival(PATIENCE);
      assertThat(rest).isNotDone();
      gate.open();
      assertThat(rest.get(10, TimeUnit.SECONDS)).isEqualTo(6);
    }
  }

  @Test
  void oneBitOfABodyIsWrong() throws IOException {
    put("a", "0123456789");
    store.on(GET).flipBit(5);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      ByteBuffer target = ByteBuffer.allocate(10);
      while (target.hasRemaining()) {
        body.read(target.limit(Math.min(10, target.position() + 3)));
        target.limit(10);
      }
      assertThat(new String(target.array(), StandardCharsets.US_ASCII)).isEqualTo("0123446789");
    }
  }

  @Test
  void answersNameAWrongVersion() throws IOException {
    Version wrong = new Version("wrong");
    store.on(PUT, HEAD, GET).wrongVersion(wrong);
    assertThat(put("a", "x").version()).isEqualTo(wrong);
    assertThat(store.head("a").version()).isEqualTo(wrong);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      assertThat(body.info().version()).isEqualTo(wrong);
    }
  }

  @Test
  void aBatchDeleteFailsForSomeKeys() throws IOException {
    for (String key : List.of("a", "b", "c")) {
      put(key, "x");
    }
    store.on(DELETE_ALL).key("b").once().fail(Kind.ACCESS_DENIED);
    assertThat(store.deleteAll(List.of("a", "b", "c"))).containsOnlyKeys("b");
    assertThat(memory.keys()).containsExactly("b");
    assertThat(store.deleteAll(List.of("b"))).isEmpty();
  }

  @Test
  void aBatchDeleteLosesTheAcknowledgementOfSomeKeys() throws IOException {
    put("a", "x");
    put("b", "x");
    store.on(DELETE_ALL).key("b").after(1).once().applyThenFail(Kind.UNAVAILABLE);
    assertThat(store.deleteAll(List.of("b"))).isEmpty();
    put("b", "x");
    assertThat(store.deleteAll(List.of("a", "b"))).containsOnlyKeys("b");
    assertThat(memory.keys()).isEmpty();
  }

  private Stored put(String key, String text) throws StorageException {
    return store.put(key, Content.of(text.getBytes(StandardCharsets.UTF_8)), WriteOptions.DEFAULT);
  }

  private Stored putUnchecked(String key) {
    try {
      return put(key, "x");
    } catch (StorageException e) {
      throw new AssertionError(e);
    }
  }

  private static int readUnchecked(ObjectBody body, ByteBuffer target) {
    try {
      return body.read(target);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static StorageException assertFails(Kind kind, ThrowingCallable call) {
    StorageException failure = catchThrowableOfType(StorageException.class, call);
    assertThat(failure.kind()).isEqualTo(kind);
    return failure;
  }
}
