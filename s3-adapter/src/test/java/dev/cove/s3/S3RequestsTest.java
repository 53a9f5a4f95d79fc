package dev.cove.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.s3.CannedServer.Answer;
import dev.cove.s3.S3Config.Checksums;
import dev.cove.s3.S3Config.Payer;
import dev.cove.s3.S3Config.Signing;
import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.ByteRange;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectAttributes.Encryption;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each option puts into the requests. */
final class S3RequestsTest {

  private static final Content HELLO = Content.of("hello".getBytes(UTF_8));
  private static final String SHA_256_OF_HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

  private CannedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new CannedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private S3Config config() {
    Keys keys = new Keys("AKIDEXAMPLE", "very-secret", null);
    return S3Config.bucket("bucket")
        .endpoint(server.endpoint())
        .credentials(S3Credentials.of(() -> keys))
        .attempts(1)
        .build();
  }

  private ObjectStore open(UnaryOperator<S3Config.Builder> change) {
    return S3ObjectStores.open(change.apply(config().toBuilder()).build());
  }

  @Test
  void aPutCarriesItsLengthAndChecksumAndIsSentInOnePiece() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      store.put("dir/a b", HELLO, WriteOptions.DEFAULT);
    }
    CannedServer.Asked put = server.last();
    assertThat(put.method()).isEqualTo("PUT");
    assertThat(put.target().getRawPath()).isEqualTo("/bucket/dir/a%20b");
    assertThat(put.body()).isEqualTo("hello".getBytes(UTF_8));
    assertThat(put.header("x-amz-checksum-crc32c")).isEqualTo("mnG7TA==");
    assertThat(put.header("Content-Length")).isEqualTo("5");
    assertThat(put.header("Content-Encoding")).isNull();
    assertThat(put.header("Transfer-Encoding")).isNull();
    assertThat(put.header("Expect")).isNull();
    assertThat(put.header("If-Match")).isNull();
    assertThat(put.header("If-None-Match")).isNull();
    assertThat(put.header("x-amz-content-sha256")).isEqualTo("UNSIGNED-PAYLOAD");
    assertThat(put.header("Authorization"))
        .containsPattern("SignedHeaders=[a-z0-9;-]*host;[a-z0-9;-]*x-amz-checksum-crc32c;");
  }

  @Test
  void bodiesAreSignedOnRequestAndWhereNoChecksumStandsForThem() throws IOException {
    try (ObjectStore store = open(c -> c.signing(Signing.BODIES))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
      assertThat(server.last().header("x-amz-checksum-crc32c")).isEqualTo("mnG7TA==");
      assertThat(server.last().header("x-amz-content-sha256")).isEqualTo(SHA_256_OF_HELLO);
    }
    try (ObjectStore store = open(c -> c.checksums(Checksums.REQUIRED_ONLY))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
      assertThat(server.last().header("x-amz-content-sha256")).isEqualTo(SHA_256_OF_HELLO);
    }
  }

  @Test
  void withoutChecksumsNoChecksumHeaderIsSent() throws IOException {
    try (ObjectStore store = open(c -> c.checksums(Checksums.REQUIRED_ONLY))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
      assertThat(server.last().headers().keySet())
          .noneMatch(name -> name.toLowerCase(Locale.ROOT).contains("checksum"));
      store.get(GetRequest.whole("a")).close();
      assertThat(server.last().header("x-amz-checksum-mode")).isNull();
    }
  }

  @Test
  void conditionsAreQuotedETagsAndLargeConditionalWritesAskFirst() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      WriteCondition same = WriteCondition.ifVersion(new Version("abc-2"));
      store.put("a", HELLO, WriteOptions.DEFAULT.with(same));
      assertThat(server.last().header("If-Match")).isEqualTo("\"abc-2\"");
      assertThat(server.last().header("Expect")).isNull();
      Content large = Content.of(new byte[1 << 20]);
      store.put("a", large, WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
      assertThat(server.last().header("If-None-Match")).isEqualTo("*");
      assertThat(server.last().header("Expect")).isEqualTo("100-continue");
      assertThat(server.last().body()).hasSize(1 << 20);
    }
  }

  @Test
  void aPinnedRangeCarriesBothAndNoChecksumMode() throws IOException {
    server.answer(asked ->
        new Answer(206, Map.of("ETag", "\"v1\"", "Content-Range", "bytes 3-5/10"), new byte[3]));
    try (ObjectStore store = open(c -> c);
        ObjectBody body = store.get(GetRequest.range("a", new Version("v1"), ByteRange.of(3, 3)))) {
      assertThat(body.length()).isEqualTo(3);
      assertThat(body.info().size()).isEqualTo(10);
    }
    assertThat(server.last().header("Range")).isEqualTo("bytes=3-5");
    assertThat(server.last().header("If-Match")).isEqualTo("\"v1\"");
    assertThat(server.last().header("x-amz-checksum-mode")).isNull();
  }

  @Test
  void aServerThatIgnoresRangesOrConditionsIsNotBelieved() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      server.answer(asked -> new Answer(200, Map.of("ETag", "\"v1\""), new byte[10]));
      assertFails(Kind.UNSUPPORTED, () -> store.get(new GetRequest("a", ByteRange.of(3, 3), null)));
      assertFails(
          Kind.PRECONDITION_FAILED, () -> store.get(new GetRequest("a", null, new Version("v2"))));
      server.answer(asked ->
          new Answer(206, Map.of("ETag", "\"v1\"", "Content-Range", "bytes 0-2/10"), new byte[3]));
      assertFails(Kind.UNAVAILABLE, () -> store.get(new GetRequest("a", ByteRange.of(3, 3), null)));
    }
  }

  @Test
  void aWholeObjectIsComparedWithTheChecksumThatComesWithIt() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      server.answer(asked -> new Answer(200, Map.of("ETag", "\"e\""), "hello".getBytes(UTF_8))
          .with("x-amz-checksum-crc32c", "mnG7TA=="));
      assertThat(read(store)).isEqualTo("hello");
      assertThat(server.last().header("x-amz-checksum-mode")).isEqualTo("ENABLED");
      for (Map.Entry<String, String> sum : Map.of(
              "crc32c", "mnG7TA==",
              "crc32", "NhCmhg==",
              "sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=",
              "sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=")
          .entrySet()) {
        server.answer(asked -> new Answer(200, Map.of("ETag", "\"e\""), "hello".getBytes(UTF_8))
            .with("x-amz-checksum-" + sum.getKey(), sum.getValue()));
        assertThat(read(store)).isEqualTo("hello");
        server.answer(asked -> new Answer(200, Map.of("ETag", "\"e\""), "hellO".getBytes(UTF_8))
            .with("x-amz-checksum-" + sum.getKey(), sum.getValue()));
        assertFails(Kind.CORRUPT, () -> read(store));
      }
      server.answer(asked -> new Answer(200, Map.of("ETag", "\"e\""), "hello".getBytes(UTF_8))
          .with("x-amz-checksum-crc32c", "AAAAAA==-3")
          .with("x-amz-checksum-type", "COMPOSITE"));
      assertThat(read(store)).isEqualTo("hello");
    }
  }

  @Test
  void theBucketIsInThePathOfAnEndpointUnlessToldOtherwise() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
    }
    assertThat(server.last().target().getRawPath()).isEqualTo("/bucket/a");
    URI named = URI.create("http://localhost:" + server.endpoint().getPort());
    // Any name below localhost is this machine.
    try (ObjectStore store = open(c -> c.endpoint(named).addressing(S3Config.Addressing.HOST))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
      assertThat(server.last().target().getRawPath()).isEqualTo("/a");
      assertThat(server.last().header("Host")).startsWith("bucket.localhost:");
    } catch (StorageException e) {
      // Only where the resolver does not know such names; the name it was asked for shows in it.
      assertThat(e).hasRootCauseInstanceOf(UnknownHostException.class);
      assertThat(e).rootCause().hasMessageContaining("bucket.localhost");
    }
  }

  @Test
  void theRegionIsInTheSignature() throws IOException {
    try (ObjectStore store = open(c -> c.region("eu-central-1"))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
    }
    assertThat(server.last().header("Authorization"))
        .contains("Credential=AKIDEXAMPLE/")
        .contains("/eu-central-1/s3/aws4_request")
        .doesNotContain("very-secret");
  }

  @Test
  void anonymousRequestsAreNotSigned() throws IOException {
    try (ObjectStore store = open(c -> c.credentials(S3Credentials.anonymous()))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
      store.get(GetRequest.whole("a")).close();
    }
    assertThat(server.asked()).hasSize(2).allMatch(a -> a.header("Authorization") == null);
  }

  @Test
  void theRequesterPaysForEveryRequestWhenAskedTo() throws IOException {
    server.answer(asked -> asked.method().equals("GET") ? list() : Answer.ok());
    try (ObjectStore store = open(c -> c.payer(Payer.REQUESTER))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
      store.head("a");
      store.list(ListRequest.all(""));
    }
    assertThat(server.asked())
        .hasSize(3)
        .allMatch(a -> "requester".equals(a.header("x-amz-request-payer")));
  }

  @Test
  void newObjectsHaveTheStoresClassAndEncryptionUnlessTheyNameTheirOwn() throws IOException {
    server.answer(asked -> asked.method().equals("POST")
        ? Answer.xml(
            200,
            "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                + "</InitiateMultipartUploadResult>")
        : Answer.ok());
    try (ObjectStore store = open(c ->
        c.storageClass("STANDARD_IA").encryption(new Encryption("aws:kms", "arn:aws:kms:key")))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
      assertThat(server.last().header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
      assertThat(server.last().header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
      assertThat(server.last().header("x-amz-server-side-encryption-aws-kms-key-id"))
          .isEqualTo("arn:aws:kms:key");
      store.createUpload("a", WriteOptions.DEFAULT);
      assertThat(server.last().header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
      assertThat(server.last().header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
      store.put(
          "a",
          HELLO,
          new WriteOptions(
              WriteCondition.none(),
              new ObjectAttributes(ContentHeaders.NONE, Map.of(), new Encryption("AES256", null)),
              Map.of(),
              "ONEZONE_IA"));
      assertThat(server.last().header("x-amz-storage-class")).isEqualTo("ONEZONE_IA");
      assertThat(server.last().header("x-amz-server-side-encryption")).isEqualTo("AES256");
      assertThat(server.last().header("x-amz-server-side-encryption-aws-kms-key-id"))
          .isNull();
    }
  }

  @Test
  void aCopyKeepsClassAndEncryptionAndIsPinnedToWhatWasLookedAt() throws IOException {
    server.answer(asked -> asked.method().equals("HEAD")
        ? Answer.ok()
            .with("x-amz-storage-class", "STANDARD_IA")
            .with("x-amz-server-side-encryption", "aws:kms")
            .with("x-amz-server-side-encryption-aws-kms-key-id", "key-1")
        : Answer.xml(200, "<CopyObjectResult><ETag>\"n\"</ETag></CopyObjectResult>"));
    try (ObjectStore store = open(c -> c)) {
      store.copy(new CopyRequest("dir/ü", null, "b", WriteCondition.none(), null));
    }
    CannedServer.Asked copy = server.last();
    assertThat(copy.header("x-amz-copy-source")).isEqualTo("bucket/dir/%C3%BC");
    assertThat(copy.header("x-amz-copy-source-if-match")).isEqualTo("\"e\"");
    assertThat(copy.header("x-amz-storage-class")).isEqualTo("STANDARD_IA");
    assertThat(copy.header("x-amz-server-side-encryption")).isEqualTo("aws:kms");
    assertThat(copy.header("x-amz-server-side-encryption-aws-kms-key-id")).isEqualTo("key-1");
    assertThat(copy.header("x-amz-metadata-directive")).isNull();
    assertThat(copy.header("x-amz-tagging-directive")).isNull();
  }

  @Test
  void conditionsThatTheEndpointIgnoresAreNotSent() {
    try (ObjectStore store = open(c -> c.support(new S3Support(false, false, false)))) {
      WriteCondition same = WriteCondition.ifVersion(new Version("v"));
      assertFails(Kind.UNSUPPORTED, () -> store.put("a", HELLO, WriteOptions.DEFAULT.with(same)));
      assertFails(Kind.UNSUPPORTED, () -> store.copy(new CopyRequest("a", null, "b", same, null)));
      assertFails(Kind.UNSUPPORTED, () -> store.delete("a", same));
    }
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void listsAskForEscapedKeysAndUnescapeThem() throws IOException {
    server.answer(asked -> list("a%01b", "%C3%BC+%2B", "plus%2Bplus"));
    try (ObjectStore store = open(c -> c)) {
      List<ObjectInfo> listed = store.list(ListRequest.all("p/").limit(7)).objects();
      assertThat(listed)
          .extracting(ObjectInfo::key)
          .containsExactly("a\u0001b", "ü +", "plus+plus");
      assertThat(listed.get(0).version()).isEqualTo(new Version("e"));
    }
    assertThat(server.last().target().getRawQuery())
        .contains("encoding-type=url", "list-type=2", "max-keys=7", "prefix=p%2F");
  }

  @Test
  void rotatedKeysAreUsedFromTheNextCallOn() throws IOException {
    Deque<Keys> rotation =
        new ArrayDeque<>(List.of(new Keys("AKID1", "s1", null), new Keys("AKID2", "s2", "token2")));
    try (ObjectStore store =
        open(c -> c.credentials(S3Credentials.of(() -> rotation.removeFirst())))) {
      store.head("a");
      assertThat(server.last().header("Authorization")).contains("Credential=AKID1/");
      store.head("a");
      assertThat(server.last().header("Authorization")).contains("Credential=AKID2/");
      assertThat(server.last().header("x-amz-security-token")).isEqualTo("token2");
    }
  }

  @Test
  void expiredCredentialsAreAskedForOnceMore() throws IOException {
    Deque<Keys> rotation =
        new ArrayDeque<>(List.of(new Keys("AKIDOLD", "s1", "t1"), new Keys("AKIDNEW", "s2", "t2")));
    server.answer(asked -> String.valueOf(asked.header("Authorization")).contains("AKIDOLD")
        ? Answer.error(400, "ExpiredToken", "The provided token has expired.")
        : Answer.ok());
    try (ObjectStore store =
        open(c -> c.credentials(S3Credentials.of(() -> rotation.removeFirst())))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
    }
    assertThat(server.asked()).hasSize(2);
    assertThat(server.last().body()).isEqualTo("hello".getBytes(UTF_8));
  }

  @Test
  void keysThatWereReplacedWhileACallWasUnderWayAreUsedOnceMore() throws IOException {
    AtomicReference<Keys> secret = new AtomicReference<>(new Keys("AKIDOLD", "s1", null));
    server.answer(asked -> {
      secret.set(new Keys("AKIDNEW", "s2", null));
      return String.valueOf(asked.header("Authorization")).contains("AKIDOLD")
          ? Answer.error(403, "InvalidAccessKeyId", "The access key does not exist.")
          : Answer.ok();
    });
    try (ObjectStore store = open(c -> c.credentials(S3Credentials.of(secret::get)))) {
      store.put("a", HELLO, WriteOptions.DEFAULT);
    }
    assertThat(server.asked()).hasSize(2);
    assertThat(server.last().body()).isEqualTo("hello".getBytes(UTF_8));
  }

  @Test
  void keysThatAreRefusedAndStillTheSameAreNotTriedAgain() {
    Keys keys = new Keys("AKIDOLD", "s1", null);
    server.answer(asked -> Answer.error(403, "AccessDenied", "Access denied."));
    try (ObjectStore store = open(c -> c.credentials(S3Credentials.of(() -> keys)))) {
      assertThatThrownBy(() -> store.put("a", HELLO, WriteOptions.DEFAULT))
          .isInstanceOf(StorageException.class);
    }
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void aRetrySendsTheContentFromItsStart() throws IOException {
    byte[] large = new byte[300_000];
    Arrays.fill(large, (byte) 7);
    ByteBuffer direct = ByteBuffer.allocateDirect(large.length).put(large).flip();
    server.answer(asked -> server.asked().size() < 3
        ? Answer.error(503, "SlowDown", "Reduce your request rate.")
        : Answer.ok());
    try (ObjectStore store = open(c -> c.attempts(3))) {
      store.put("a", Content.of(direct), WriteOptions.DEFAULT);
    }
    assertThat(server.asked()).hasSize(3).allMatch(asked -> Arrays.equals(asked.body(), large));
  }

  @Test
  void attemptsAreAsManyAsConfigured() {
    server.answer(asked -> Answer.error(500, "InternalError", "We encountered an error."));
    try (ObjectStore store = open(c -> c.attempts(2))) {
      assertFails(Kind.UNAVAILABLE, () -> store.head("a"));
    }
    assertThat(server.asked()).hasSize(2);
  }

  @Test
  void aRefusedConditionAfterAnAttemptWithoutAnswerProvesNothing() {
    server.answer(asked -> server.asked().size() == 1
        ? Answer.error(500, "InternalError", "We encountered an error.")
        : Answer.error(412, "PreconditionFailed", "At least one did not hold."));
    try (ObjectStore store = open(c -> c.attempts(3))) {
      assertThatThrownBy(
              () -> store.put("a", HELLO, WriteOptions.DEFAULT.with(WriteCondition.ifAbsent())))
          .isInstanceOfSatisfying(StorageException.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(e.mayHaveBeenApplied()).isTrue();
          });
    }
    assertThat(server.asked()).hasSize(2);
  }

  @Test
  void aRefusedConditionAfterBeingToldToSlowDownIsARefusedCondition() {
    server.answer(asked -> server.asked().size() == 1
        ? Answer.error(503, "SlowDown", "Reduce your request rate.")
        : Answer.error(412, "PreconditionFailed", "At least one did not hold."));
    try (ObjectStore store = open(c -> c.attempts(3))) {
      assertFails(
          Kind.PRECONDITION_FAILED,
          () -> store.put("a", HELLO, WriteOptions.DEFAULT.with(WriteCondition.ifAbsent())));
    }
  }

  @Test
  void aConflictWithAnotherWriteIsTriedAgainButNotForACompletion() {
    server.answer(
        asked -> Answer.error(409, "ConditionalRequestConflict", "Conflicting operation."));
    try (ObjectStore store = open(c -> c.attempts(3))) {
      assertFails(
          Kind.PRECONDITION_FAILED,
          () -> store.put("a", HELLO, WriteOptions.DEFAULT.with(WriteCondition.ifAbsent())));
      assertThat(server.asked()).hasSize(3);
      assertFails(
          Kind.PRECONDITION_FAILED,
          () -> store.complete(
              new Upload("a", "u", Instant.EPOCH),
              List.of(new Part(1, 5, "e")),
              WriteCondition.ifAbsent()));
      assertThat(server.asked()).hasSize(4);
    }
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    S3Config.Builder builder = S3Config.bucket("b");
    assertThatThrownBy(() -> builder.attempts(0).build()).hasMessageContaining("attempts: 0");
    assertThatThrownBy(() -> S3Config.bucket("b").maxConnections(0).build())
        .hasMessageContaining("max connections: 0");
    assertThatThrownBy(() -> S3Config.bucket("b").stallTimeout(Duration.ZERO).build())
        .hasMessageContaining("stall time-out");
    assertThatThrownBy(
            () -> S3Config.bucket("b").endpoint(URI.create("localhost:9000")).build())
        .hasMessageContaining("localhost:9000");
    assertThatThrownBy(() -> S3Config.bucket(" ").build()).hasMessageContaining("name is empty");
    assertThat(new Keys("AKID", "secret", "token").toString())
        .doesNotContain("AKID", "secret", "token");
  }

  private static Answer list(String... keys) {
    StringBuilder xml = new StringBuilder("<ListBucketResult><EncodingType>url</EncodingType>")
        .append("<IsTruncated>false</IsTruncated>");
    for (String key : keys) {
      xml.append("<Contents><Key>").append(key).append("</Key><Size>1</Size><ETag>\"e\"</ETag>");
      xml.append("<LastModified>2025-01-01T00:00:00.000Z</LastModified></Contents>");
    }
    return Answer.xml(200, xml.append("</ListBucketResult>").toString());
  }

  private static String read(ObjectStore store) throws IOException {
    try (ObjectBody body = store.get(GetRequest.whole("a"))) {
      ByteBuffer all = ByteBuffer.allocateDirect(100);
      while (body.read(all) >= 0) {}
      return UTF_8.decode(all.flip()).toString();
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private static void assertFails(Kind kind, Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.kind()).as(e.toString()).isEqualTo(kind));
  }

  @Test
  void objectsAreDeletedOneByOneWhereTheServerDoesNotTakeThemAtOnce() throws IOException {
    server.answer(asked -> asked.method().equals("POST")
        ? Answer.error(501, "NotImplemented", "POST ?delete is not implemented for objects.")
        : new Answer(204, Map.of(), new byte[0]));
    try (ObjectStore store = open(c -> c)) {
      assertThat(store.deleteAll(List.of("a", "b"))).isEmpty();
      assertThat(store.deleteAll(List.of("c"))).isEmpty();
    }
    assertThat(server.asked())
        .filteredOn(asked -> asked.method().equals("POST"))
        .hasSize(1);
    assertThat(server.asked())
        .filteredOn(asked -> asked.method().equals("DELETE"))
        .hasSize(3);
  }

  @Test
  void ofGoogleNothingIsExpectedThatItsProtocolLacks() {
    for (String host : List.of(
        "https://storage.googleapis.com",
        "http://bucket.storage.googleapis.com:8080",
        "https://storage.me-central2.rep.googleapis.com")) {
      S3Config config = S3Config.bucket("b").endpoint(URI.create(host)).build();
      assertThat(config.checksums()).isEqualTo(Checksums.REQUIRED_ONLY);
      try (ObjectStore store = S3ObjectStores.open(config)) {
        assertThat(store.capabilities().conditionalPut()).isFalse();
        assertThat(store.capabilities().partCopy()).isFalse();
        assertThat(store.capabilities().tags()).isFalse();
      }
    }
    assertThat(S3Config.bucket("b")
            .endpoint(URI.create("https://notstorage.googleapis.com"))
            .build()
            .isGoogle())
        .isFalse();
  }
}
