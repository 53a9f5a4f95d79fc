package dev.cove.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.WriteOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens are fetched for a service account's key, used, and fetched again when they are not good any more. */
final class GcsTokensTest {
  private static final String OBJECT =
      "{\"name\":\"a\",\"size\":\"5\",\"generation\":\"7\",\"metageneration\":\"3\"}";

  private final List<String> carried = Collections.synchronizedList(new ArrayList<>());
  private HttpServer server;
  private String key;
  private int tokens;
  private volatile int tokenStatus = 200;
  private volatile String lifetime = "3600";
  private volatile String refused = "none";

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/token", this::token);
    server.createContext("/", this::store);
    server.start();
    KeyPairGenerator pairs = KeyPairGenerator.getInstance("RSA");
    pairs.initialize(2048);
    String pem = "-----BEGIN PRIVATE KEY-----\\n"
        + Base64.getEncoder()
            .encodeToString(pairs.generateKeyPair().getPrivate().getEncoded())
        + "\\n-----END PRIVATE KEY-----\\n";
    key = "{\"type\":\"service_account\",\"client_id\":\"1\",\"client_email\":\"e@example.org\","
        + "\"private_key_id\":\"k\",\"private_key\":\"" + pem + "\",\"token_uri\":\"" + at("/token")
        + "\"}";
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  private synchronized void token(HttpExchange exchange) throws IOException {
    assertThat(new String(exchange.getRequestBody().readAllBytes(), UTF_8))
        .contains("assertion=", "jwt-bearer");
    tokens++;
    reply(
        exchange,
        tokenStatus,
        tokenStatus == 200
            ? "{\"access_token\":\"token-" + tokens + "\",\"token_type\":\"Bearer\",\"expires_in\":"
                + lifetime + "}"
            : "{\"error\":\"invalid_grant\"}");
  }

  private void store(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    carried.add(token);
    exchange.getResponseHeaders().add("x-goog-generation", "7");
    if (token.equals(refused)) {
      exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer error=\"invalid_token\"");
      reply(exchange, 401, "{\"error\":{\"code\":401,\"message\":\"Invalid Credentials\"}}");
    } else {
      reply(exchange, 200, OBJECT);
    }
  }

  private static void reply(HttpExchange exchange, int status, String json) throws IOException {
    try (exchange) {
      byte[] bytes = json.getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private ObjectStore open() {
    return GcsObjectStores.open(GcsConfig.bucket("bucket")
        .endpoint(at(""))
        .credentials(GcsCredentials.json("the key", () -> key))
        .attempts(1)
        .build());
  }

  private static void useEveryWay(ObjectStore store) throws IOException {
    store.head("a");
    store.get(GetRequest.whole("a")).close();
    store.put("a", Content.of(new byte[5]), WriteOptions.DEFAULT);
  }

  @Test
  void oneTokenIsFetchedAndCarriedByEveryRequest() throws IOException {
    try (ObjectStore store = open()) {
      useEveryWay(store);
    }
    assertThat(carried).containsExactly("Bearer token-1", "Bearer token-1", "Bearer token-1");
  }

  @Test
  void aTokenThatIsRefusedIsFetchedAnewAndTheRequestSentAgain() throws IOException {
    try (ObjectStore store = open()) {
      store.head("a");
      for (int round = 1; round <= 3; round++) {
        refused = "Bearer token-" + round;
        switch (round) {
          case 1 -> store.get(GetRequest.whole("a")).close();
          case 2 -> store.put("a", Content.of(new byte[5]), WriteOptions.DEFAULT);
          default -> store.head("a");
        }
      }
    }
    assertThat(carried)
        .containsExactly(
            "Bearer token-1",
            "Bearer token-1",
            "Bearer token-2",
            "Bearer token-2",
            "Bearer token-3",
            "Bearer token-3",
            "Bearer token-4");
  }

  @Test
  void aTokenThatIsAboutToExpireIsFetchedAnewBefore() throws IOException {
    lifetime = "1";
    try (ObjectStore store = open()) {
      useEveryWay(store);
    }
    assertThat(carried).containsExactly("Bearer token-1", "Bearer token-2", "Bearer token-3");
  }

  @Test
  void aKeyThatWasRotatedIsUsedFromTheNextRequestOn() throws IOException {
    try (ObjectStore store = open()) {
      store.head("a");
      key = key.replace("e@example.org", "f@example.org");
      store.head("a");
    }
    assertThat(carried).containsExactly("Bearer token-1", "Bearer token-2");
  }

  @Test
  void aKeyThatIsRevokedIsSaidSoWithoutItsValue() {
    tokenStatus = 400;
    try (ObjectStore store = open()) {
      StorageException e = (StorageException) catchThrowable(() -> store.head("a"));
      assertThat(e.kind()).isEqualTo(Kind.UNAUTHENTICATED);
      assertThat(e)
          .hasMessageContaining("the key")
          .hasMessageContaining("revoked, expired")
          .hasMessageNotContaining("PRIVATE KEY");
    }
    assertThat(carried).isEmpty();
  }
}
