package dev.cove.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.s3.CannedServer.Answer;
import dev.cove.s3.CannedServer.Asked;
import dev.cove.s3.S3Config.Payer;
import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.ByteRange;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that go past the SDK are the SDK's, and what it cannot judge goes to the SDK. */
final class ShortPathTest {
  private CannedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new CannedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ObjectStore open(ShortPath.Trust trust) {
    Keys keys = new Keys("AKIDEXAMPLE", "very-secret", "a-session");
    S3Config config = S3Config.bucket("bucket")
        .endpoint(server.endpoint())
        .credentials(S3Credentials.of(() -> keys))
        .payer(Payer.REQUESTER)
        .attempts(1)
        .build();
    return new S3ObjectStore(config, Clock.systemUTC(), trust);
  }

  /** What the server sees, but for what differs between any two requests. */
  private static Map<String, String> essence(Asked asked) {
    Map<String, String> seen = new TreeMap<>();
    seen.put("", asked.method() + " " + asked.target());
    for (String name : List.of(
        "Range",
        "If-Match",
        "X-amz-checksum-mode",
        "X-amz-request-payer",
        "X-amz-security-token",
        "Host")) {
      seen.put(name, String.valueOf(asked.header(name)));
    }
    seen.put("signed", String.valueOf(asked.header("Authorization")).replaceAll("/.*", ""));
    return seen;
  }

  @Test
  void requestsAreTheSdksAndItsPipelineIsLeftOut() throws IOException {
    List<GetRequest> requests = List.of(
        GetRequest.whole("a b/c+d%&=\u00fc~*'()!$,;:@"),
        new GetRequest("key", ByteRange.of(5, 10), new Version("e")));
    server.answer(asked -> asked.header("Range") == null
        ? new Answer(200, Map.of("ETag", "\"e\""), "hello".getBytes(UTF_8))
        : new Answer(
            206,
            Map.of("ETag", "\"e\"", "Content-Range", "bytes 5-14/20"),
            "0123456789".getBytes(UTF_8)));
    try (ObjectStore slow = open(ShortPath.Trust.EARNED);
        ObjectStore quick = open(ShortPath.Trust.AT_ONCE)) {
      for (GetRequest request : requests) {
        for (ObjectStore store : List.of(slow, quick)) {
          try (ObjectBody body = store.get(request)) {
            assertThat(body.info().version()).isEqualTo(new Version("e"));
          }
        }
      }
      slow.head("a//b/../c");
      quick.head("a//b/../c");
    }
    List<Asked> asked = server.asked();
    assertThat(asked).hasSize(6);
    for (int i = 0; i < asked.size(); i += 2) {
      assertThat(essence(asked.get(i + 1))).isEqualTo(essence(asked.get(i)));
      assertThat(asked.get(i).header("User-Agent")).contains("aws-sdk");
      assertThat(asked.get(i + 1).header("User-Agent")).isNull();
    }
  }

  @Test
  void whatFailsIsAskedAgainAndToldByTheSdk() throws IOException {
    server.answer(asked -> Answer.error(403, "AccessDenied", "no"));
    try (ObjectStore store = open(ShortPath.Trust.AT_ONCE)) {
      assertThatThrownBy(() -> store.get(GetRequest.whole("key")))
          .isInstanceOfSatisfying(
              StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.ACCESS_DENIED));
    }
    assertThat(server.asked()).hasSize(2);
    assertThat(server.last().header("User-Agent")).contains("aws-sdk");
  }

  @Test
  void itIsTriedOnceTheSdkHasSucceededForAWhile() throws IOException {
    try (ObjectStore store = open(ShortPath.Trust.EARNED)) {
      for (int i = 0; i < 20; i++) {
        store.head("key");
      }
    }
    assertThat(server.asked().stream().filter(asked -> asked.header("User-Agent") == null))
        .hasSize(4);
  }
}
