package dev.cove.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.Part;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Upload;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of the server, word for word. */
final class GcsRequestsTest {
  private static final WriteCondition SAME = WriteCondition.ifVersion(new Version("7"));
  private static final String OBJECT =
      "{\"name\":\"a\",\"size\":\"5\",\"generation\":\"7\",\"metageneration\":\"3\","
          + "\"storageClass\":\"NEARLINE\"}";

  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer = OBJECT;
  private volatile String listed = "{}";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      InputStream sent = exchange.getRequestBody();
      boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      String body = new String((packed ? new GZIPInputStream(sent) : sent).readAllBytes(), UTF_8);
      asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body + " auth="
          + exchange.getRequestHeaders().getFirst("Authorization"));
      exchange.getResponseHeaders().add("x-goog-generation", "7");
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange
          .getResponseHeaders()
          .add(
              "Location",
              "http://" + exchange.getRequestHeaders().getFirst("Host") + "/?upload_id=1");
      boolean lists = exchange.getRequestURI().getPath().endsWith("/o")
          && exchange.getRequestMethod().equals("GET");
      byte[] bytes = (lists ? listed : answer).getBytes(UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private ObjectStore open(UnaryOperator<GcsConfig.Builder> change) {
    return GcsObjectStores.open(change
        .apply(GcsConfig.bucket("bucket")
            .endpoint(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
            .credentials(GcsCredentials.anonymous())
            .attempts(1))
        .build());
  }

  @Test
  void everyConditionalStepNamesTheGeneration() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      store.put("a", Content.of(new byte[5]), WriteOptions.DEFAULT.with(SAME));
      store.put("a", Content.of(new byte[5]), WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
      store.get(new GetRequest("a", null, new Version("7"))).close();
      store.delete("a", SAME);
    }
    assertThat(asked.get(0)).contains("uploadType=multipart", "ifGenerationMatch=7");
    assertThat(asked.get(1)).contains("ifGenerationMatch=0");
    assertThat(asked.get(2)).contains("alt=media", "ifGenerationMatch=7");
    assertThat(asked.get(3)).startsWith("DELETE").contains("ifGenerationMatch=7");
  }

  @Test
  void everyChangeDependsOnTheMetadataTooAndReadsDoNot() throws IOException {
    WriteCondition seen = WriteCondition.ifVersion(new Version("7.3"));
    try (ObjectStore store = open(c -> c)) {
      assertThat(store.head("a").version()).isEqualTo(new Version("7.3"));
      asked.clear();
      assertThat(store
              .put("a", Content.of(new byte[5]), WriteOptions.DEFAULT.with(seen))
              .version())
          .isEqualTo(new Version("7.3"));
      store.delete("a", seen);
      store.get(new GetRequest("a", null, new Version("7.2"))).close();
      answer = "{\"done\":true,\"objectSize\":\"5\",\"totalBytesRewritten\":\"5\",\"resource\":"
          + OBJECT + "," + OBJECT.substring(1);
      store.copy(new CopyRequest("b", null, "a", seen, null));
    }
    assertThat(asked.get(0)).contains("ifGenerationMatch=7", "ifMetagenerationMatch=3");
    assertThat(asked.get(1)).contains("ifGenerationMatch=7", "ifMetagenerationMatch=3");
    assertThat(asked.get(2)).contains("ifGenerationMatch=7").doesNotContain("Metageneration");
    assertThat(asked.get(4))
        .contains("rewriteTo", "ifGenerationMatch=7", "ifMetagenerationMatch=3");
  }

  @Test
  void aCompositionDependsOnTheObjectAndOnEachOfItsParts() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
      Part part = store.uploadPart(upload, 1, Content.of(new byte[5]));
      String named = "\"name\":\".cove-uploads/" + upload.id() + "/";
      listed = "{\"items\":["
          + OBJECT.replace("\"name\":\"a", named + UploadNames.BEGUN) + ","
          + OBJECT.replace("\"name\":\"a", named + UploadNames.part(1)) + "]}";
      asked.clear();
      store.complete(upload, List.of(part), WriteCondition.ifVersion(new Version("9.4")));
    }
    assertThat(asked)
        .filteredOn(request -> request.contains("/compose"))
        .singleElement()
        .asString()
        .contains(
            "ifGenerationMatch=9",
            "ifMetagenerationMatch=4",
            "\"objectPreconditions\":{\"ifGenerationMatch\":\"7\"}",
            "\"deleteSourceObjects\":true");
  }

  @Test
  void aCopyIsPinnedToTheMetadataThatWasLookedAtAndKeepsTheClass() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      answer = "{\"done\":true,\"objectSize\":\"5\",\"totalBytesRewritten\":\"5\",\"resource\":"
          + OBJECT.substring(0, OBJECT.length() - 1) + "}," + OBJECT.substring(1);
      store.copy(new CopyRequest("a", null, "b", SAME, null));
    }
    assertThat(asked.get(1))
        .contains(
            "rewriteTo",
            "ifSourceGenerationMatch=7",
            "ifSourceMetagenerationMatch=3",
            "ifGenerationMatch=7",
            "\"storageClass\":\"NEARLINE\"");
  }

  /**
   * Word for word as Google documents it, and no more: fake-gcs-server has neither Cloud KMS nor
   * buckets whose requesters pay, so nothing answers as the service would. A session's later requests
   * go to the address that the service gave for it and are the first one's.
   */
  @Test
  void everyRequestSaysWhoPaysAndEachThatMakesAnObjectWithWhichKey() throws IOException {
    String key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
    String named = "msKeyName=" + key;
    try (ObjectStore store =
        open(c -> c.storageClass("COLDLINE").kmsKey(key).billedProject("payer"))) {
      store.put("a", Content.of(new byte[5]), WriteOptions.DEFAULT);
      store.put("a", Content.of(new byte[(int) GcsInserts.SESSION_FROM]), WriteOptions.DEFAULT);
      Upload upload = store.createUpload("a", WriteOptions.DEFAULT);
      Part part = store.uploadPart(upload, 1, Content.of(new byte[5]));
      String its = "\"name\":\".cove-uploads/" + upload.id() + "/";
      listed = "{\"items\":["
          + OBJECT.replace("\"name\":\"a", its + UploadNames.BEGUN) + ","
          + OBJECT.replace("\"name\":\"a", its + UploadNames.part(1)) + "]}";
      store.complete(upload, List.of(part), WriteCondition.none());
      assertThat(asked)
          .filteredOn(request -> request.startsWith("POST") && !request.contains("/batch/"))
          .hasSize(5)
          .allMatch(request -> request.replace("%2F", "/").contains("k" + named));
      store.head("a");
      store.get(GetRequest.whole("a")).close();
      store.list(ListRequest.all(""));
      store.delete("a", SAME);
      answer = "{\"done\":true,\"objectSize\":\"5\",\"totalBytesRewritten\":\"5\",\"resource\":"
          + OBJECT.substring(0, OBJECT.length() - 1) + "}," + OBJECT.substring(1);
      store.copy(new CopyRequest("a", null, "b", WriteCondition.none(), ObjectAttributes.NONE));
    }
    assertThat(asked)
        .filteredOn(request -> request.contains("rewriteTo"))
        .singleElement()
        .matches(request -> request.replace("%2F", "/").contains("destinationK" + named));
    assertThat(asked.get(0)).contains("\"storageClass\":\"COLDLINE\"");
    assertThat(asked)
        .filteredOn(request -> !request.contains("upload_id="))
        .allMatch(request -> request.contains("userProject=payer"));
    assertThat(asked).filteredOn(request -> request.contains("upload_id=")).hasSize(1);
  }

  @Test
  void anonymousRequestsCarryNoToken() throws IOException {
    try (ObjectStore store = open(c -> c)) {
      store.head("a");
    }
    assertThat(asked).singleElement().asString().endsWith("auth=null");
  }

  @Test
  void aKeyThatIsNoneIsNamedAndNotShown() {
    for (String damaged :
        List.of("MARKER", "{\"type\":\"MARKER\"}", "{\"private_key\":\"MARKER\"}")) {
      try (ObjectStore store =
          open(c -> c.credentials(GcsCredentials.json("the key", () -> damaged)))) {
        StorageException e = (StorageException) catchThrowable(() -> store.head("a"));
        assertThat(e.kind()).isEqualTo(Kind.UNAUTHENTICATED);
        assertThat(e).hasMessageContaining("the key").hasMessageNotContaining("MARKER");
        assertThat(e.getCause()).hasNoCause();
      }
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void anExpiredTokenIsSaidSo() {
    status = 401;
    answer = "{\"error\":{\"code\":401,\"message\":\"Invalid Credentials\","
        + "\"errors\":[{\"reason\":\"authError\"}]}}";
    try (ObjectStore store = open(c -> c)) {
      StorageException e = (StorageException) catchThrowable(() -> store.head("a"));
      assertThat(e.kind()).isEqualTo(Kind.UNAUTHENTICATED);
      assertThat(e).hasMessageContaining("authError");
    }
  }
}
