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
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    return new S3ObjectStore(config(), Clock.systemUTC(), trust);
  }

  private S3Config config() {
    Keys keys = new Keys("AKIDEXAMPLE", "very-secret", "a-session");
    return S3Config.bucket("bucket")
        .endpoint(server.endpoint())
        .credentials(S3Credentials.of(() -> keys))
        .payer(Payer.REQUESTER)
        .attempts(1)
        .build();
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
    for (GetRequest request : requests) {
      for (ShortPath.Trust trust : List.of(ShortPath.Trust.EARNED, ShortPath.Trust.AT_ONCE)) {
        try (ObjectStore store = open(trust);
            ObjectBody body = store.get(request)) {
          assertThat(body.info().version()).isEqualTo(new Version("e"));
        }
      }
    }
    for (ShortPath.Trust trust : List.of(ShortPath.Trust.EARNED, ShortPath.Trust.AT_ONCE)) {
      try (ObjectStore store = open(trust)) {
        store.head("a//b/../c");
      }
    }
    List<Asked> asked = server.asked();
    assertThat(asked).hasSize(6);
    for (int i = 0; i < asked.size(); i += 2) {
      assertThat(essence(asked.get(i + 1))).isEqualTo(essence(asked.get(i)));
      assertThat(asked.get(i).header("User-Agent")).contains("aws-sdk");
      assertThat(asked.get(i + 1).header("User-Agent")).isNull();
    }
  }

  private static final String LIST = """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix/>
      <NextContinuationToken>to&amp;ken=</NextContinuationToken><KeyCount>4</KeyCount>
      <MaxKeys>1000</MaxKeys><Delimiter>%2F</Delimiter><IsTruncated>true</IsTruncated>
      <Contents><Key>a+b/%C3%BC%25</Key><LastModified>2026-01-02T03:04:05.678Z</LastModified>
      <ETag>&#34;e1&#34;</ETag><Size>17</Size><StorageClass>GLACIER</StorageClass>
      <Owner><ID>x</ID><DisplayName></DisplayName></Owner></Contents>
      <Contents><Key>plain</Key><LastModified>2026-01-02T03:04:05Z</LastModified>
      <ETag>&quot;e2&quot;</ETag><Size>0</Size></Contents>
      <CommonPrefixes><Prefix>dir%3C/</Prefix></CommonPrefixes>
      <CommonPrefixes><Prefix>e/</Prefix></CommonPrefixes><EncodingType>url</EncodingType>
      </ListBucketResult>
      """;

  @Test
  void listsAreAskedForAndUnderstoodAsByTheSdk() throws IOException {
    server.answer(asked -> Answer.xml(200, LIST));
    List<ListRequest> requests = List.of(
        ListRequest.children("a b/\u00fc&=+~*'()/"),
        ListRequest.all("").after("k e+y").limit(7),
        ListRequest.all("").after("key").page("to&ken="));
    for (ListRequest request : requests) {
      // The SDK's own way is always taken first.
      try (ObjectStore slow = open(ShortPath.Trust.EARNED);
          ObjectStore quick = open(ShortPath.Trust.AT_ONCE)) {
        ListPage page = slow.list(request);
        assertThat(page.objects())
            .extracting(ObjectInfo::key)
            .containsExactly("a b/\u00fc%", "plain");
        assertThat(page.prefixes()).containsExactly("dir</", "e/");
        assertThat(quick.list(request)).isEqualTo(page);
      }
    }
    List<Asked> asked = server.asked();
    assertThat(asked).hasSize(6);
    for (int i = 0; i < asked.size(); i += 2) {
      Asked one = asked.get(i);
      Asked other = asked.get(i + 1);
      assertThat(parameters(one)).isEqualTo(parameters(other));
      assertThat(one.target().getRawPath()).isEqualTo(other.target().getRawPath());
      assertThat(one.header("User-Agent")).contains("aws-sdk");
      assertThat(other.header("User-Agent")).isNull();
    }
  }

  private static List<String> parameters(Asked asked) {
    return Stream.of(asked.target().getRawQuery().split("&")).sorted().toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>no list</html>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><!-- odd --></ListBucketResult>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents/></ListBucketResult>",
        "<ListBucketResult><Name>&odd;</Name><Contents><Key>&odd;</Key></Contents></ListBucketResult>",
        "<ListBucketResult>",
        ""
      })
  void answersItCannotReadAreLeftToTheSdk(String answer) throws IOException {
    server.answer(asked -> Answer.xml(
        200,
        asked.header("User-Agent") == null
            ? answer
            : "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"));
    try (ObjectStore store = open(ShortPath.Trust.AT_ONCE)) {
      assertThat(store.list(ListRequest.all("")))
          .isEqualTo(new ListPage(List.of(), List.of(), null));
    }
    assertThat(server.asked()).hasSize(2);
  }

  @Test
  void metadataIsAskedForUntilTheServerTurnsOutToHaveNone() throws IOException {
    server.answer(asked -> Answer.xml(200, LIST));
    assertThat(askedForMetadata()).containsExactly(true, false, false);
  }

  @Test
  void aServerThatRefusesToListMetadataIsNotAskedAgain() throws IOException {
    server.answer(asked -> asked.target().getQuery().contains("metadata")
        ? Answer.error(400, "InvalidArgument", "metadata")
        : Answer.xml(200, LIST));
    assertThat(askedForMetadata()).containsExactly(true, false, false, false);
  }

  /** Lists three times; whether each request asked for metadata. */
  private List<Boolean> askedForMetadata() throws IOException {
    S3Config config = config().toBuilder().lists(S3Config.Lists.WITH_METADATA).build();
    try (ObjectStore store =
        new S3ObjectStore(config, Clock.systemUTC(), ShortPath.Trust.AT_ONCE)) {
      for (int i = 0; i < 3; i++) {
        assertThat(store.list(ListRequest.all("")).objects()).hasSize(2);
      }
    }
    return server.asked().stream()
        .map(asked -> asked.target().getRawQuery().contains("metadata=true"))
        .toList();
  }

  @Test
  void timesAreReadAsTheStandardSays() {
    for (String time : List.of(
        "2026-01-02T03:04:05.678Z",
        "1999-12-31T23:59:59.000Z",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.1Z",
        "2026-01-02T03:04:05.123456Z")) {
      assertThat(ListXml.time(time)).isEqualTo(Instant.parse(time));
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
  void itIsTriedOnceTheSdkHasSucceeded() throws IOException {
    try (ObjectStore store = open(ShortPath.Trust.EARNED)) {
      for (int i = 0; i < 5; i++) {
        store.head("key");
      }
    }
    assertThat(server.asked().stream().filter(asked -> asked.header("User-Agent") == null))
        .hasSize(4);
  }
}
