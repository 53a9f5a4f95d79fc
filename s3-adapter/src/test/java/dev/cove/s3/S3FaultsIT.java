package dev.cove.s3;

import static dev.cove.storage.StoreOperation.COMPLETE;
import static dev.cove.storage.StoreOperation.COPY;
import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.HEAD;
import static dev.cove.storage.StoreOperation.PUT;
import static dev.cove.storage.StoreOperation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Stored;
import dev.cove.storage.Upload;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of bytes and answers when the wire fails. */
@Timeout(60)
final class S3FaultsIT {

  private static final int LARGE = 12 << 20;

  private HttpFaultProxy proxy;
  private S3Config config;
  private ObjectStore store;

  @BeforeEach
  void open() {
    S3Server server = S3Server.shared();
    proxy = HttpFaultProxy.start(server.endpoint());
    config = TestBuckets.create(server).toBuilder()
        .endpoint(proxy.endpoint())
        .attempts(3)
        .stallTimeout(Duration.ofMillis(600))
        .attemptTimeout(Duration.ofSeconds(5))
        .callTimeout(Duration.ofSeconds(20))
        .build();
    store = S3ObjectStores.open(config);
  }

  @AfterEach
  void close() {
    store.close();
    proxy.close();
  }

  private void reopen(UnaryOperator<S3Config.Builder> change) {
    store.close();
    store = S3ObjectStores.open(change.apply(config.toBuilder()).build());
  }

  @Test
  void aBodyCutHalfWayFailsAndIsNeverShort() throws IOException {
    byte[] bytes = put("a", LARGE);
    for (boolean direct : new boolean[] {false, true}) {
      proxy.on(GET).once().cutAnswer(5_000_000);
      try (ObjectBody body = store.get(GetRequest.whole("a"))) {
        ByteBuffer all = direct ? ByteBuffer.allocateDirect(LARGE) : ByteBuffer.allocate(LARGE);
        StorageException e = fails(() -> drain(body, all));
        assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(all.position()).isBetween(1, 5_000_000);
        byte[] delivered = new byte[all.flip().remaining()];
        all.get(delivered);
        assertThat(bytes).startsWith(delivered);
      }
    }
    assertThat(read("a")).isEqualTo(bytes);
  }

  @Test
  void aBodyThatStopsComingFailsAfterTheStallTimeout() throws Exception {
    put("a", LARGE);
    Gate gate = proxy.on(GET).once().stallAnswer(5_000_000);
    long start = System.nanoTime();
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      StorageException e = fails(() -> drain(body, ByteBuffer.allocateDirect(LARGE)));
      assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    gate.open();
  }

  @Test
  void aReaderSlowerThanTheStallTimeoutLosesNothing() throws Exception {
    byte[] bytes = put("a", LARGE);
    ByteBuffer all = ByteBuffer.allocateDirect(LARGE);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      body.read(all);
      Thread.sleep(1_500);
      drain(body, all);
    }
    byte[] delivered = new byte[all.flip().remaining()];
    all.get(delivered);
    assertThat(delivered).isEqualTo(bytes);
  }

  @Test
  void closingABodyEarlyDoesNotWaitForItsRest() throws Exception {
    put("a", LARGE);
    Gate gate = proxy.on(GET).once().stallAnswer(5_000_000);
    ObjectBody body = store.get(GetRequest.whole("a"));
    body.read(ByteBuffer.allocate(10));
    long start = System.nanoTime();
    body.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(300));
    gate.open();
  }

  @Test
  void bodiesDroppedEarlyGiveTheirConnectionsBack() throws Exception {
    reopen(c -> c.maxConnections(2).attemptTimeout(Duration.ofSeconds(2)));
    byte[] bytes = put("a", LARGE);
    for (int i = 0; i < 20; i++) {
      try (ObjectBody body = store.get(GetRequest.whole("a"))) {
        assertThat(body.read(ByteBuffer.allocateDirect(100))).isPositive();
      }
    }
    assertThat(read("a")).isEqualTo(bytes);
  }

  @Test
  void anInterruptedReaderStopsAtOnceAndGivesItsConnectionBack() throws Exception {
    reopen(c -> c.maxConnections(1).stallTimeout(Duration.ofSeconds(30)));
    byte[] bytes = put("a", LARGE);
    Gate gate = proxy.on(GET).once().stallAnswer(5_000_000);
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread reader = new Thread(() -> outcome.complete(catchThrowable(() -> {
      try (ObjectBody body = store.get(GetRequest.whole("a"))) {
        drain(body, ByteBuffer.allocateDirect(LARGE));
      }
    })));
    reader.start();
    Thread.sleep(500);
    reader.interrupt();
    assertThat(outcome.get(5, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INTERRUPTED));
    gate.open();
    assertThat(read("a")).isEqualTo(bytes);
  }

  @Test
  void aServerThatNeverAnswersIsGivenUpAfterItsAttempts() {
    Gate gate = proxy.on(HEAD).hang();
    assertThat(fails(() -> store.head("a")).kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(proxy.requests()).filteredOn("HEAD a"::equals).hasSize(3);
    gate.open();
  }

  @Test
  void callsBeyondTheConnectionsWaitTheirTurnAndThenSayWhy() throws Exception {
    reopen(c -> c.maxConnections(1).attempts(1).attemptTimeout(Duration.ofMillis(700)));
    put("a", LARGE);
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      assertThat(body.read(ByteBuffer.allocate(1))).isPositive();
      assertThat(fails(() -> store.head("a")))
          .extracting(StorageException::kind)
          .isEqualTo(Kind.TIMEOUT);
    }
    assertThat(store.head("a").size()).isEqualTo(LARGE);
  }

  @Test
  void aRequestCutHalfWayIsSentAgainFromItsStart() throws IOException {
    proxy.on(PUT).once().cutRequest(3_000_000);
    byte[] bytes = put("a", LARGE);
    assertThat(read("a")).isEqualTo(bytes);
    proxy.on(UPLOAD_PART).once().cutRequest(3_000_000);
    Upload upload = store.createUpload("b", WriteOptions.DEFAULT);
    Part part = store.uploadPart(upload, 1, Content.of(bytes));
    store.complete(upload, List.of(part), WriteCondition.none());
    assertThat(read("b")).isEqualTo(bytes);
  }

  @Test
  void aBurstOfSlowDownsIsOutlived() throws IOException {
    put("a", 100);
    proxy.on(GET).times(2).answerS3(503, "SlowDown");
    assertThat(read("a")).hasSize(100);
  }

  @Test
  void aLostAnswerToAPutWithoutConditionIsAskedForAgain() throws IOException {
    proxy.on(PUT).once().loseAnswer();
    byte[] bytes = put("a", 1_000);
    assertThat(read("a")).isEqualTo(bytes);
    assertThat(proxy.requests()).filteredOn("PUT a"::equals).hasSize(2);
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
  void aLostAnswerToACompletionSaysThatTheUploadIsGone() throws IOException {
    Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
    Part part = store.uploadPart(upload, 1, Content.of(new byte[10]));
    proxy.on(COMPLETE).once().loseAnswer();
    Throwable thrown =
        catchThrowable(() -> store.complete(upload, List.of(part), WriteCondition.none()));
    // A server that remembers completed uploads may answer the second time as it did the first.
    if (thrown != null) {
      assertThat(((StorageException) thrown).kind()).isEqualTo(Kind.NOT_FOUND);
    }
    assertThat(store.head("a").size()).isEqualTo(10);
  }

  @Test
  void lostAnswersToCopiesAndDeletesAreAskedForAgain() throws IOException {
    byte[] bytes = put("a", 1_000);
    proxy.on(COPY).once().loseAnswer();
    Stored copied = store.copy(new CopyRequest("a", null, "b", WriteCondition.none(), null));
    assertThat(store.head("b").version()).isEqualTo(copied.version());
    assertThat(read("b")).isEqualTo(bytes);
    proxy.on(DELETE).once().loseAnswer();
    store.delete("a", WriteCondition.none());
    assertThat(fails(() -> store.head("a")).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void aBitFlippedOnTheWayUpIsNoticedAndSentAgain() throws IOException {
    proxy.on(PUT).once().flipRequestBit(70_000);
    byte[] bytes = put("a", 100_000);
    assertThat(read("a")).isEqualTo(bytes);
    assertThat(proxy.requests()).filteredOn("PUT a"::equals).hasSize(2);
    proxy.on(PUT).flipRequestBit(70_000);
    assertThat(fails(() -> put("b", 100_000)).kind()).isEqualTo(Kind.CORRUPT);
    proxy.heal();
    assertThat(fails(() -> store.head("b")).kind()).isEqualTo(Kind.NOT_FOUND);
    proxy.on(UPLOAD_PART).once().flipRequestBit(70_000);
    Upload upload = store.createUpload("c", WriteOptions.DEFAULT);
    Part part = store.uploadPart(upload, 1, Content.of(bytes));
    store.complete(upload, List.of(part), WriteCondition.none());
    assertThat(read("c")).isEqualTo(bytes);
  }

  @Test
  void aBitFlippedOnTheWayDownOfAWholeObjectIsNoticed() throws IOException {
    put("a", 100_000);
    proxy.on(GET).once().flipAnswerBit(70_000);
    assertThat(fails(() -> read("a")).kind()).isEqualTo(Kind.CORRUPT);
    assertThat(read("a")).hasSize(100_000);
  }

  @Test
  void aBitFlippedInARangeIsNotNoticedForServersSendNoChecksumWithIt() throws IOException {
    store.put("a", Content.of(new byte[1000]), WriteOptions.DEFAULT);
    proxy.on(GET).once().flipAnswerBit(10);
    GetRequest range = new GetRequest("a", ByteRange.of(100, 50), null);
    try (ObjectBody body = store.get(range)) {
      ByteBuffer bytes = ByteBuffer.allocate(50);
      while (bytes.hasRemaining() && body.read(bytes) >= 0) {
        // until it is full
      }
      assertThat(bytes.get(10)).isEqualTo((byte) 1);
    }
  }

  @Test
  void anIdleConnectionThatTheServerClosedIsNotUsed() throws Exception {
    put("a", 100);
    proxy.cutConnections();
    // Without a retry: what fails is the connection, and it was idle long enough to be looked at.
    reopen(c -> c.attempts(1));
    assertThat(store.head("a").size()).isEqualTo(100);
    Thread.sleep(2_200);
    proxy.cutConnections();
    assertThat(store.head("a").size()).isEqualTo(100);
  }

  @Test
  void aServerThatWasAwayIsFoundAgain() throws IOException {
    put("a", 100);
    proxy.goDown();
    assertThat(fails(() -> store.head("a")).kind()).isEqualTo(Kind.UNAVAILABLE);
    proxy.heal();
    assertThat(read("a")).hasSize(100);
  }

  @Test
  void partsOfABodyAreReadBesideEachOtherInRangesWithoutMixing() throws IOException {
    byte[] bytes = put("a", LARGE);
    try (ObjectBody one = store.get(new GetRequest("a", ByteRange.of(0, 6 << 20), null));
        ObjectBody two = store.get(new GetRequest("a", ByteRange.of(6 << 20, 6 << 20), null))) {
      ByteBuffer first = ByteBuffer.allocateDirect(6 << 20);
      ByteBuffer second = ByteBuffer.allocateDirect(6 << 20);
      // Alternating on one thread: both pass through the same scratch array.
      while (first.hasRemaining() || second.hasRemaining()) {
        read(one, first, 333_333);
        read(two, second, 77_777);
      }
      assertThat(first.flip()).isEqualTo(ByteBuffer.wrap(bytes, 0, 6 << 20));
      assertThat(second.flip()).isEqualTo(ByteBuffer.wrap(bytes, 6 << 20, 6 << 20));
    }
  }

  private static void read(ObjectBody body, ByteBuffer target, int most) throws IOException {
    if (target.hasRemaining()) {
      int limit = target.limit();
      target.limit(Math.min(limit, target.position() + most));
      assertThat(body.read(target)).isPositive();
      target.limit(limit);
    }
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
