package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.cove.it.cli.Cove.Result;
import dev.cove.storage.testkit.server.GcsFront;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gs:// bucket mounted with what Google's tools use when nothing is said. Over TLS, since an
 * endpoint without it is an emulator, to which no token is sent.
 */
@Tag("newest-jdk")
final class ApplicationDefaultIT {
  private static final String PASSWORD = "changeit";
  private static final Set<String> OWN_HEADERS =
      Set.of("content-length", "transfer-encoding", "connection");

  @TempDir
  private Path temp;

  private final String bucket = "cove-it-" + UUID.randomUUID();
  /** The Authorization headers that came. */
  private final List<String> carried = new CopyOnWriteArrayList<>();

  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer tokens;
  private HttpsServer google;
  private Cove cove;
  private Path directory;

  @BeforeEach
  void setUp() throws Exception {
    GcsFront.createBucket(GcsFront.sharedEndpoint(), bucket);
    tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tokens.createContext("/", ApplicationDefaultIT::giveToken);
    tokens.start();
    Path keys = temp.resolve("keys.p12");
    google = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    google.setHttpsConfigurator(new HttpsConfigurator(certified(keys)));
    google.createContext("/", this::handOn);
    google.start();
    directory = Files.createDirectory(temp.resolve("files"));
    // Nothing of the machine's, whatever it is.
    cove = new Cove(temp)
        .with(
            "COVE_JAVA_OPTS",
            "-Djavax.net.ssl.trustStore=" + keys + " -Djavax.net.ssl.trustStorePassword="
                + PASSWORD)
        .with("GOOGLE_APPLICATION_CREDENTIALS", "")
        .with("CLOUDSDK_CONFIG", Files.createDirectory(temp.resolve("gcloud")).toString())
        .with("GCE_METADATA_HOST", "127.0.0.1:9");
  }

  @AfterEach
  void tearDown() throws IOException, InterruptedException {
    cove.run("unmount", "--lazy", directory.toString());
    google.stop(0);
    tokens.stop(0);
  }

  private static SSLContext certified(Path keys) throws Exception {
    Process keytool = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "a",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "san=dns:localhost",
            "-keystore",
            keys.toString(),
            "-storepass",
            PASSWORD)
        .inheritIO()
        .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** As an account's token server, and as the metadata server of a machine of Google's. */
  private static void giveToken(HttpExchange exchange) throws IOException {
    try (exchange) {
      String asked =
          new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
      String path = exchange.getRequestURI().getPath();
      String token = asked.isEmpty() ? "machine" : path.substring(1);
      byte[] answer = (path.endsWith("universe-domain")
              ? "googleapis.com"
              : "{\"access_token\":\"" + token
                  + "\",\"token_type\":\"Bearer\",\"expires_in\":3600}")
          .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.getResponseHeaders().add("Metadata-Flavor", "Google");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  /** Refuses who brings no token, and has the fake answer everybody else. */
  private void handOn(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String token = exchange.getRequestHeaders().getFirst("Authorization");
      if (token == null) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      carried.add(token);
      URI asked = exchange.getRequestURI();
      HttpRequest.Builder request = HttpRequest.newBuilder(
              URI.create(GcsFront.sharedEndpoint().toString() + asked))
          .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
      for (String name : List.of("Content-Type", "Content-Encoding", "Range")) {
        String value = exchange.getRequestHeaders().getFirst(name);
        if (value != null) {
          request.header(name, value);
        }
      }
      HttpResponse<InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
      byte[] bytes = answer.body().readAllBytes();
      answer.headers().map().forEach((name, values) -> {
        if (!OWN_HEADERS.contains(name)) {
          exchange.getResponseHeaders().put(name, values);
        }
      });
      exchange.sendResponseHeaders(answer.statusCode(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String at(String path) {
    return "http://127.0.0.1:" + tokens.getAddress().getPort() + path;
  }

  /** A service account's key, whose token is its name. */
  private String key(String name) throws Exception {
    KeyPairGenerator pairs = KeyPairGenerator.getInstance("RSA");
    pairs.initialize(2048);
    String text =
        Base64.getEncoder().encodeToString(pairs.generateKeyPair().getPrivate().getEncoded());
    return "{\"type\":\"service_account\",\"client_id\":\"1\",\"client_email\":\"e@example.org\","
        + "\"private_key_id\":\"k\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n" + text
        + "\\n-----END PRIVATE KEY-----\\n\",\"token_uri\":\"" + at("/" + name) + "\"}";
  }

  private Result mount() throws IOException, InterruptedException {
    return cove.run(
        "mount",
        "--rw",
        "--endpoint-url",
        "https://localhost:" + google.getAddress().getPort(),
        "gs://" + bucket,
        directory.toString());
  }

  private void assertMountsWith(String token) throws IOException, InterruptedException {
    Result mounted = mount();
    assertThat(mounted.exit()).as(mounted.err()).isZero();
    Files.writeString(directory.resolve("new.txt"), "new\n");
    Result unmounted = cove.run("unmount", directory.toString());
    assertThat(unmounted.exit()).as(unmounted.err()).isZero();
    assertThat(carried).isNotEmpty().containsOnly("Bearer " + token);
    HttpRequest stored = HttpRequest.newBuilder(
            GcsFront.sharedEndpoint().resolve("/storage/v1/b/" + bucket + "/o/new.txt?alt=media"))
        .build();
    assertThat(client.send(stored, BodyHandlers.ofString()).body()).isEqualTo("new\n");
  }

  @Test
  void theKeyThatTheEnvironmentNamesIsUsed() throws Exception {
    Path file = Files.writeString(temp.resolve("key.json"), key("named"));
    Files.writeString(
        temp.resolve("gcloud/application_default_credentials.json"), key("well-known"));
    cove.with("GOOGLE_APPLICATION_CREDENTIALS", file.toString());
    assertMountsWith("named");
  }

  @Test
  void whatGcloudLeftBehindIsUsed() throws Exception {
    Files.writeString(
        temp.resolve("gcloud/application_default_credentials.json"), key("well-known"));
    assertMountsWith("well-known");
  }

  @Test
  void theAccountOfTheMachineIsUsed() throws Exception {
    cove.with("GCE_METADATA_HOST", at("").substring("http://".length()));
    assertMountsWith("machine");
  }

  @Test
  void whereThereAreNoneThatIsSaidInOneLine() throws Exception {
    Result mounted = mount();
    assertThat(mounted.exit()).as(mounted.err()).isNotZero();
    assertThat(mounted.err())
        .contains("no usable credentials were found", "gcloud auth application-default login")
        .containsOnlyOnce("\n");
    cove.with("GOOGLE_APPLICATION_CREDENTIALS", temp.resolve("none.json").toString());
    mounted = mount();
    assertThat(mounted.err())
        .contains("GOOGLE_APPLICATION_CREDENTIALS names no readable key")
        .containsOnlyOnce("\n");
    assertThat(carried).isEmpty();
  }
}
