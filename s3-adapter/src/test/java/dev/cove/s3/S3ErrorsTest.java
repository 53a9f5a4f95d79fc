package dev.cove.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.cove.s3.CannedServer.Answer;
import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user reads, and a caller decides on, when a call fails. */
final class S3ErrorsTest {

  private CannedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new CannedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static ObjectStore open(URI endpoint, S3Credentials credentials) {
    return S3ObjectStores.open(S3Config.bucket("bucket")
        .endpoint(endpoint)
        .credentials(credentials)
        .attempts(1)
        .connectTimeout(Duration.ofSeconds(2))
        .build());
  }

  private static ObjectStore open(URI endpoint) {
    Keys keys = new Keys("AKIASECRETSECRET", "very-secret", "session-secret");
    return open(endpoint, S3Credentials.of(() -> keys));
  }

  @ParameterizedTest
  @CsvSource({
    "404,NoSuchKey,NOT_FOUND,no such object",
    "404,NoSuchBucket,NO_SUCH_BUCKET,no such bucket",
    "404,NoSuchUpload,NOT_FOUND,upload does not exist",
    "403,AccessDenied,ACCESS_DENIED,do not allow it (AccessDenied)",
    "403,InvalidAccessKeyId,UNAUTHENTICATED,does not accept the credentials",
    "403,SignatureDoesNotMatch,UNAUTHENTICATED,does not accept the credentials",
    "400,ExpiredToken,UNAUTHENTICATED,have expired",
    "403,ExpiredToken,UNAUTHENTICATED,have expired",
    "400,InvalidToken,UNAUTHENTICATED,have expired",
    "403,RequestTimeTooSkewed,UNAUTHENTICATED,clock",
    "403,InvalidObjectState,ARCHIVED,archived",
    "412,PreconditionFailed,PRECONDITION_FAILED,not in the state",
    "409,ConditionalRequestConflict,PRECONDITION_FAILED,at the same time",
    "409,OperationAborted,PRECONDITION_FAILED,at the same time",
    "416,InvalidRange,INVALID_RANGE,past the object's end",
    "400,EntityTooLarge,INVALID,EntityTooLarge",
    "400,EntityTooSmall,INVALID,EntityTooSmall",
    "400,InvalidPart,INVALID,InvalidPart",
    "400,KeyTooLongError,INVALID,KeyTooLongError",
    "400,MetadataTooLarge,INVALID,MetadataTooLarge",
    "400,BadDigest,CORRUPT,damaged",
    "400,XAmzContentSHA256Mismatch,CORRUPT,damaged",
    "503,SlowDown,THROTTLED,slow down",
    "503,SlowDownRead,THROTTLED,slow down",
    "429,TooManyRequests,THROTTLED,slow down",
    "503,ServiceUnavailable,UNAVAILABLE,failed (ServiceUnavailable)",
    "500,InternalError,UNAVAILABLE,failed (InternalError)",
    "502,BadGateway,UNAVAILABLE,failed (BadGateway)",
    "507,XMinioStorageFull,NO_SPACE,full",
    "400,XMinioAdminBucketQuotaExceeded,NO_SPACE,full",
    "400,RequestTimeout,TIMEOUT,waited too long",
    "501,NotImplemented,UNSUPPORTED,cannot do this",
    "405,MethodNotAllowed,UNSUPPORTED,cannot do this",
    "418,Unheard,INVALID,Unheard",
  })
  void everyAnswerHasItsKindAndOneClearLine(int status, String code, Kind kind, String says) {
    server.answer(asked -> Answer.error(status, code, "A sentence\nof the AKIA server."));
    try (ObjectStore store = open(server.endpoint())) {
      StorageException e = fail(() -> store.get(GetRequest.whole("dir/a")));
      assertThat(e.kind()).as(e.toString()).isEqualTo(kind);
      assertThat(e).hasMessageContaining(says).hasMessageContaining("s3://bucket/dir/a");
    }
  }

  @ParameterizedTest
  @CsvSource({"403,ACCESS_DENIED", "404,NOT_FOUND", "412,PRECONDITION_FAILED", "500,UNAVAILABLE"})
  void anAnswerWithoutABodyIsTakenByItsStatus(int status, Kind kind) {
    server.answer(asked -> new Answer(status, Map.of(), new byte[0]));
    try (ObjectStore store = open(server.endpoint())) {
      assertThat(fail(() -> store.head("a")).kind()).isEqualTo(kind);
    }
  }

  @Test
  void theObjectThatAServerIsTriedWithIsNotNamed() {
    server.answer(asked -> Answer.error(403, "AccessDenied", "no"));
    S3Config config = S3Config.bucket("bucket")
        .endpoint(server.endpoint())
        .credentials(S3Credentials.of(() -> new Keys("key", "secret", null)))
        .attempts(1)
        .build();
    assertThat(fail(() -> S3Probe.run(config, "data/")))
        .hasMessageContaining("s3://bucket/data: the credentials do not allow it")
        .hasMessageNotContaining("probe");
    assertThat(fail(() -> S3Probe.run(config, ""))).hasMessageContaining("s3://bucket: ");
  }

  @Test
  void whoSendsNoCredentialsIsNotToldThatTheyAreWrong() {
    server.answer(asked -> Answer.error(403, "AccessDenied", "no"));
    try (ObjectStore store = open(server.endpoint(), S3Credentials.anonymous())) {
      assertThat(fail(() -> store.list(ListRequest.all(""))))
          .hasMessageContaining("not allowed without credentials (AccessDenied)")
          .hasMessageContaining("--anonymous");
    }
  }

  @Test
  void aWrongRegionNamesTheRightOne() {
    try (ObjectStore store = open(server.endpoint())) {
      server.answer(asked -> Answer.error(
          400,
          "AuthorizationHeaderMalformed",
          "The authorization header is malformed; the region is wrong; expecting"
              + " 'eu-west-1'."));
      assertThat(fail(() -> store.list(ListRequest.all(""))))
          .hasMessageContaining("--region eu-west-1")
          .extracting(StorageException::kind)
          .isEqualTo(Kind.INVALID);
      server.answer(
          asked -> new Answer(400, Map.of("x-amz-bucket-region", "ap-south-1"), new byte[0]));
      assertThat(fail(() -> store.head("a"))).hasMessageContaining("--region ap-south-1");
      server.answer(asked -> Answer.error(301, "PermanentRedirect", "Use another endpoint.")
          .with("x-amz-bucket-region", "us-west-2"));
      assertThat(fail(() -> store.list(ListRequest.all(""))))
          .hasMessageContaining("--region us-west-2");
    }
  }

  @Test
  void anEndpointWhereNothingListensIsNamed() throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    URI endpoint = URI.create("http://127.0.0.1:" + port);
    try (ObjectStore store = open(endpoint)) {
      StorageException e = fail(() -> store.list(ListRequest.all("")));
      assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(e).hasMessageContaining("nothing answers at " + endpoint);
    }
  }

  @Test
  void aHostThatDoesNotExistIsNamed() {
    try (ObjectStore store = open(URI.create("http://no-such-host.invalid:9000"))) {
      StorageException e = fail(() -> store.list(ListRequest.all("")));
      assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(e).hasMessageContaining("no such host for http://no-such-host.invalid:9000");
    }
  }

  @Test
  void tlsWithAServerThatSpeaksNoneIsToldAsSuch() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      URI endpoint = URI.create("https://127.0.0.1:" + plain.getLocalPort());
      Thread server = new Thread(() -> {
        try (Socket client = plain.accept()) {
          client.getInputStream().read();
          client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      server.start();
      try (ObjectStore store = open(endpoint)) {
        StorageException e = fail(() -> store.list(ListRequest.all("")));
        assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(e).hasMessageContaining(endpoint + " does not speak TLS");
      }
      server.join();
    }
  }

  @Test
  void aServerThatIsNoS3ServerIsToldAsSuch() {
    server.answer(asked -> Answer.xml(200, "<!doctype html><html><body>Welcome</html>"));
    try (ObjectStore store = open(server.endpoint())) {
      assertThat(fail(() -> store.list(ListRequest.all(""))))
          .hasMessageContaining("does not answer as an S3 server does");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403,InvalidAccessKeyId,does not accept AWS_ACCESS_KEY_ID of the secret 'x'",
    "403,SignatureDoesNotMatch,does not accept AWS_SECRET_ACCESS_KEY of the secret 'x'",
    "400,ExpiredToken,AWS_SESSION_TOKEN of the secret 'x' has expired (ExpiredToken)",
    "403,AccessDenied,the credentials in the secret 'x' do not allow it",
  })
  void credentialsThatComeFromAPlaceWithANameAreToldByIt(int status, String code, String said) {
    Keys keys = new Keys("AKIASECRETSECRET", "very-secret", "session-secret");
    server.answer(asked -> Answer.error(status, code, "AKIASECRETSECRET is not welcome"));
    try (ObjectStore store =
        open(server.endpoint(), S3Credentials.of(() -> keys, "the secret 'x'"))) {
      assertThat(fail(() -> store.list(ListRequest.all(""))))
          .hasMessageContaining(said)
          .message()
          .doesNotContain("AKIASECRET", "very-secret", "session-secret");
    }
  }

  @Test
  void missingCredentialsAreToldAsSuchAndNothingIsSent() {
    S3Credentials none = S3Credentials.of(() -> {
      throw new IllegalStateException("the secret is gone");
    });
    try (ObjectStore store = open(server.endpoint(), none)) {
      StorageException e = fail(() -> store.list(ListRequest.all("")));
      assertThat(e.kind()).isEqualTo(Kind.UNAUTHENTICATED);
      assertThat(e).hasMessageContaining("no usable credentials");
    }
    try (ObjectStore store = open(server.endpoint(), S3Credentials.profile("no-such-profile"))) {
      StorageException e = fail(() -> store.list(ListRequest.all("")));
      assertThat(e.kind()).isEqualTo(Kind.UNAUTHENTICATED);
      assertThat(e).hasMessageContaining("in the profile 'no-such-profile'");
    }
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aConditionOnAnObjectThatIsGoneFailsForTheConditionAndAGoneUploadIsNotFound() {
    WriteCondition same = WriteCondition.ifVersion(new Version("v"));
    try (ObjectStore store = open(server.endpoint())) {
      server.answer(asked -> Answer.error(404, "NoSuchKey", "Gone."));
      assertThat(fail(() -> store.put("a", Content.EMPTY, WriteOptions.DEFAULT.with(same)))
              .kind())
          .isEqualTo(Kind.PRECONDITION_FAILED);
      assertThat(fail(() -> complete(store, same)).kind()).isEqualTo(Kind.PRECONDITION_FAILED);
      server.answer(asked -> Answer.error(404, "NoSuchUpload", "Gone."));
      assertThat(fail(() -> complete(store, same)).kind()).isEqualTo(Kind.NOT_FOUND);
    }
  }

  private static void complete(ObjectStore store, WriteCondition condition)
      throws StorageException {
    store.complete(new Upload("a", "u", Instant.EPOCH), List.of(new Part(1, 5, "e")), condition);
  }

  @Test
  void aSuccessWithAnErrorInItsBodyIsAnError() {
    server.answer(asked -> Answer.error(200, "InternalError", "We encountered an error."));
    try (ObjectStore store = open(server.endpoint())) {
      assertThat(fail(() -> complete(store, WriteCondition.none())).kind())
          .isEqualTo(Kind.UNAVAILABLE);
    }
  }

  @Test
  void keysReachTheMessageWithoutTheirControlCharacters() {
    server.answer(asked -> Answer.error(404, "NoSuchKey", "Gone."));
    try (ObjectStore store = open(server.endpoint())) {
      assertThat(fail(() -> store.get(GetRequest.whole("a\nb\u001b[31m"))))
          .hasMessageContaining("a\\u000ab\\u001b[31m");
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  private static StorageException fail(Call call) {
    Throwable thrown = catchThrowable(call::run);
    assertThat(thrown).isInstanceOf(StorageException.class);
    assertThat(thrown.getMessage())
        .doesNotContain("\n")
        .doesNotContain("AKIASECRETSECRET", "very-secret", "session-secret");
    return (StorageException) thrown;
  }
}
