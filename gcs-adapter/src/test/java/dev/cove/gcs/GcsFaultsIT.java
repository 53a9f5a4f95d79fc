package dev.cove.gcs;

import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.HEAD;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.GcsFront;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of bytes and answers when the wire fails. */
@Timeout(60)
final class GcsFaultsIT {

  private static final int MIB = 1 << 20;
  private static final int LARGE = 20 * MIB;

  private HttpFaultProxy proxy;
  private ObjectStore store;

  @BeforeEach
  void open() {
    proxy = HttpFaultProxy.start(GcsFront.sharedEndpoint());
    store = GcsObjectStores.open(TestBuckets.create(GcsFront.sharedEndpoint()).toBuilder()
        .endpoint(proxy.endpoint())
        .attempts(3)
        .stallTimeout(Duration.ofMillis(1_500))
        .attemptTimeout(Duration.ofSeconds(5))
        .callTimeout(Duration.ofSeconds(20))
        .build());
  }

  @AfterEach
  void close() {
    store.close();
    proxy.close();
  }

  @Test
  void aLargeUploadThatIsCutGoesOnWhereItWas() throws IOException {
    proxy.on(UPLOAD_PART).once().cutRequest(12 * MIB);
    byte[] bytes = put("a", LARGE);
    assertThat(read("a")).isEqualTo(bytes);
    // The cut one, the question how far it had come, and the rest.
    assertThat(proxy.requests()).filteredOn(r -> r.startsWith("PART")).hasSize(3);
    assertThat(proxy.requests()).filteredOn(r -> r.startsWith("CREATE-UPLOAD")).hasSize(1);
  }

  @Test
  void aSmallUploadThatIsCutIsSentAgain() throws IOException {
    proxy.on(PUT).once().cutRequest(3 * MIB);
    byte[] bytes = put("a", 5 * MIB);
    assertThat(read("a")).isEqualTo(bytes);
  }

  @Test
  void aBodyCutHalfWayFailsAndIsNeverShort() throws IOException {
    byte[] bytes = put("a", 12 * MIB);
    for (boolean direct : new boolean[] {false, true}) {
      proxy.on(GET).once().cutAnswer(5_000_000);
      try (ObjectBody body = store.get(GetRequest.whole("a"))) {
        ByteBuffer all =
            direct ? ByteBuffer.allocateDirect(bytes.length) : ByteBuffer.allocate(bytes.length);
        assertThat(fails(() -> drain(body, all)).kind()).isEqualTo(Kind.UNAVAILABLE);
        byte[] delivered = new byte[all.flip().remaining()];
        all.get(delivered);
        assertThat(bytes).startsWith(delivered);
      }
    }
    assertThat(read("a")).isEqualTo(bytes);
  }

  @Test
  void aBodyThatStopsComingFailsAfterTheStallTimeout() throws Exception {
    put("a", 12 * MIB);
    Gate gate = proxy.on(GET).once().stallAnswer(5_000_000);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      StorageException e = fails(() -> drain(body, ByteBuffer.allocateDirect(12 * MIB)));
      assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
    }
    gate.open();
  }

  @Test
  void anInterruptedReaderStopsAtOnce() throws Exception {
    put("a", 12 * MIB);
    Gate gate = proxy.on(GET).once().stallAnswer(5_000_000);
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    CompletableFuture<Void> reading = new CompletableFuture<>();
    Thread reader = new Thread(() -> outcome.complete(catchThrowable(() -> {
      try (ObjectBody body = store.get(GetRequest.whole("a"))) {
        body.read(ByteBuffer.allocateDirect(10));
        reading.complete(null);
        drain(body, ByteBuffer.allocateDirect(12 * MIB));
      }
    })));
    reader.start();
    reading.get(10, TimeUnit.SECONDS);
    reader.interrupt();
    assertThat(outcome.get(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INTERRUPTED));
    gate.open();
  }

  @Test
  void aServerThatNeverAnswersIsGivenUpAfterItsAttempts() {
    Gate gate = proxy.on(HEAD).hang();
    assertThat(fails(() -> store.head("a")).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(proxy.requests()).filteredOn("HEAD a"::equals).hasSize(3);
    gate.open();
  }

  @Test
  void aBitFlippedOnTheWayUpIsNoticedAndSentAgain() throws IOException {
    proxy.on(PUT).once().flipRequestBit(70_000);
    byte[] bytes = put("a", 100_000);
    assertThat(read("a")).isEqualTo(bytes);
    proxy.on(PUT).flipRequestBit(70_000);
    assertThat(fails(() -> put("b", 100_000)).kind()).isEqualTo(Kind.CORRUPT);
    proxy.heal();
    assertThat(fails(() -> store.head("b")).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void aBitFlippedOnTheWayDownOfAWholeObjectIsNoticed() throws IOException {
    put("a", 100_000);
    proxy.on(GET).once().flipAnswerBit(70_000);
    assertThat(fails(() -> read("a")).kind()).isEqualTo(Kind.CORRUPT);
    assertThat(read("a")).hasSize(100_000);
  }

  @Test
  void aCompositionOfOtherBytesIsNoticed() throws IOException {
    Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
    List<Part> parts = List.of(
        store.uploadPart(upload, 1, Content.of(new byte[] {1, 2})),
        store.uploadPart(upload, 2, Content.of(new byte[] {3})));
    proxy
        .onAny()
        .where(request -> request.target().contains("/compose"))
        .once()
        .answer(
            200,
            "application/json",
            "{\"generation\":\"7\",\"metageneration\":\"1\",\"crc32c\":\"AAAAAA==\"}");
    assertThat(fails(() -> store.complete(upload, parts, WriteCondition.none())).kind())
        .isEqualTo(Kind.CORRUPT);
    store.complete(upload, parts, WriteCondition.none());
    assertThat(read("a")).containsExactly(1, 2, 3);
  }

  @Test
  void aLostAnswerToAConditionalPutIsNeitherSuccessNorARefusedCondition() throws IOException {
    proxy.on(PUT).once().loseAnswer();
    StorageException e = fails(() -> store.put(
        "a", Content.of(new byte[10]), WriteOptions.DEFAULT.with(WriteCondition.ifAbsent())));
    assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(e.mayHaveBeenApplied()).isTrue();
    assertThat(store.head("a").size()).isEqualTo(10);
  }

  @Test
  void lostAnswersToCopiesAndDeletesAreAskedForAgain() throws IOException {
    byte[] bytes = put("a", 1_000);
    proxy.on(COPY).once().loseAnswer();
    store.copy(new CopyRequest("a", null, "b", WriteCondition.none(), null));
    assertThat(read("b")).isEqualTo(bytes);
    proxy.on(DELETE).once().loseAnswer();
    store.delete("a", WriteCondition.none());
    assertThat(fails(() -> store.head("a")).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void aServerThatWasAwayIsFoundAgain() throws IOException {
    put("a", 100);
    proxy.goDown();
    assertThat(fails(() -> store.head("a")).kind()).isEqualTo(Kind.UNAVAILABLE);
    proxy.heal();
    assertThat(read("a")).hasSize(100);
  }

  private byte[] put(String key, int size) throws StorageException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    store.put(key, Content.of(bytes), WriteOptions.DEFAULT);
    return bytes;
  }

  private byte[] read(String key) throws IOException {
    try (ObjectBody body = store.get(GetRequest.whole(key))) {
      ByteBuffer all = ByteBuffer.allocate((int) body.length());
      drain(body, all);
      return all.array();
    }
  }

  private static void drain(ObjectBody body, ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (body.read(target) < 0) {
        return;
      }
    }
  }

  private interface Call {
    void run() throws Exception;
  }

  private static StorageException fails(Call call) {
    Throwable thrown = catchThrowable(call::run);
    assertThat(thrown).isInstanceOf(StorageException.class);
    return (StorageException) thrown;
  }
}
