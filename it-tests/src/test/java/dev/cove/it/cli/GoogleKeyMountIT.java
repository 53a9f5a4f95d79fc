package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cove.it.cli.Cove.Result;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.GcsFront;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gs:// bucket mounted with a service account's key that is a secret; without a token every request is refused. */
@Tag("newest-jdk")
final class GoogleKeyMountIT {
  private static final String KEY = "GOOGLE_APPLICATION_CREDENTIALS_JSON";

  @TempDir
  private Path temp;

  private final String bucket = "cove-it-" + UUID.randomUUID();
  private final HttpFaultProxy google = HttpFaultProxy.start(GcsFront.sharedEndpoint());
  /** Whom tokens were given to. */
  private final List<String> issuers = new CopyOnWriteArrayList<>();

  private HttpServer tokens;
  private volatile boolean revoked;
  private String privateKey;
  private Cove cove;
  private Path directory;

  @BeforeEach
  void setUp() throws Exception {
    tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    tokens.createContext("/", this::giveToken);
    tokens.start();
    KeyPairGenerator pairs = KeyPairGenerator.getInstance("RSA");
    pairs.initialize(2048);
    privateKey =
        Base64.getEncoder().encodeToString(pairs.generateKeyPair().getPrivate().getEncoded());
    GcsFront.createBucket(GcsFront.sharedEndpoint(), bucket);
    put("a.txt", "a\n");
    put("b.txt", "b\n");
    google
        .onAny()
        .where(request -> !request.headers().contains("authorization"))
        .answerGcs(401, "required");
    cove = new Cove(temp);
    directory = Files.createDirectory(temp.resolve("files"));
  }

  @AfterEach
  void tearDown() throws IOException, InterruptedException {
    cove.run("unmount", "--lazy", directory.toString());
    tokens.stop(0);
    google.close();
  }

  private void giveToken(HttpExchange exchange) throws IOException {
    try (exchange) {
      String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
      String claims = form.substring(form.indexOf("assertion=")).split("\\.", 3)[1];
      String issuer = new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.UTF_8)
          .replaceAll(".*\"iss\":\"([^\"]*)\".*", "$1");
      issuers.add(issuer);
      byte[] answer = (revoked
              ? "{\"error\":\"invalid_grant\"}"
              : "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":3600}")
          .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(revoked ? 400 : 200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private void put(String key, String text) throws IOException, InterruptedException {
    URI to = GcsFront.sharedEndpoint()
        .resolve("/upload/storage/v1/b/" + bucket + "/o?uploadType=media&name=" + key);
    int status = HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(to).POST(BodyPublishers.ofString(text)).build(),
            BodyHandlers.discarding())
        .statusCode();
    assertThat(status).isEqualTo(200);
  }

  private void store(String account) throws IOException, InterruptedException {
    storeText("{\"type\":\"service_account\",\"client_id\":\"1\",\"client_email\":\"" + account
        + "\",\"private_key_id\":\"k\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n"
        + privateKey
        + "\\n-----END PRIVATE KEY-----\\n\",\"token_uri\":\"http://127.0.0.1:"
        + tokens.getAddress().getPort() + "/\"}");
  }

  private void storeText(String json) throws IOException, InterruptedException {
    Path file = Files.createTempFile("key", ".json");
    try {
      Files.writeString(file, json);
      Result made = cove.runReading(file, "secret", "create", "gcs", "--force", KEY + "=-");
      assertThat(made.exit()).as(made.err()).isZero();
      assertThat(made.out() + made.err()).doesNotContain(privateKey.substring(0, 40));
    } finally {
      Files.delete(file);
    }
  }

  private Result mount(String name, String... options) throws IOException, InterruptedException {
    List<String> words = Stream.concat(
            Stream.of(
                "mount",
                "gs://" + name,
                directory.toString(),
                "--secret",
                "gcs",
                "--endpoint-url",
                google.endpoint().toString()),
            Stream.of(options))
        .toList();
    return cove.run(words.toArray(new String[0]));
  }

  private void assertRefused(Result result, int exit, String... said) {
    assertThat(result.exit()).as(result.err()).isEqualTo(exit);
    assertThat(result.err()).startsWith("cove ").contains(said).containsOnlyOnce("\n");
    assertThat(result.err()).doesNotContain(privateKey.substring(0, 40));
  }

  @Test
  void theKeyMountsABucketAndOneThatReplacesItIsTakenUp() throws Exception {
    store("one@example.org");
    Result mounted = mount(bucket, "--rw", "--ttl", "0", "--log-level", "trace");
    assertThat(mounted.exit()).as(mounted.err()).isZero();
    assertThat(directory.resolve("a.txt")).hasContent("a\n");
    Files.writeString(directory.resolve("new.txt"), "new\n");
    assertThat(issuers).containsOnly("one@example.org");

    store("two@example.org");
    assertThat(directory.resolve("b.txt")).hasContent("b\n");
    assertThat(issuers).endsWith("two@example.org");
    Result unmounted = cove.run("unmount", directory.toString());
    assertThat(unmounted.exit()).as(unmounted.err()).isZero();

    List<Path> all;
    try (Stream<Path> walk = Files.walk(temp)) {
      all = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : all) {
      boolean told = Files.readString(file, StandardCharsets.ISO_8859_1)
          .contains(privateKey.substring(100, 140));
      // Not the assertion's own text, which would print it.
      assertThat(told).as("%s has the key", file).isFalse();
    }
  }

  @Test
  void aBucketThatIsMissingIsSaidSoAsOnS3() throws Exception {
    store("one@example.org");
    assertRefused(mount("cove-none-" + UUID.randomUUID()), 1, "no such bucket");
    String[] doctor = {"doctor", "gs://" + bucket, "--secret", "gcs", "--endpoint-url", ""};
    doctor[5] = google.endpoint().toString();
    Result found = cove.run(doctor);
    assertThat(found.exit()).as(found.out()).isZero();
    doctor[1] = "gs://cove-none-" + UUID.randomUUID();
    found = cove.run(doctor);
    assertThat(found.exit()).as(found.out()).isEqualTo(3);
    assertThat(found.out()).containsPattern("failure +bucket .*no such bucket");
  }

  @Test
  void aKeyThatIsNoneOrNotGoodAnyMoreIsNamedAndNotShown() throws Exception {
    storeText("{\"type\": \"service_account\", " + privateKey);
    assertRefused(mount(bucket), 2, KEY + " of the secret 'gcs' is no JSON object");
    storeText("{\"type\":\"token\",\"value\":\"" + privateKey + "\"}");
    assertRefused(mount(bucket), 2, KEY + " of the secret 'gcs' is no key of a type that is known");
    storeText("{\"type\":\"service_account\",\"private_key\":\"" + privateKey + "\"}");
    assertRefused(mount(bucket), 2, KEY + " of the secret 'gcs' has no \"client_id\"");
    assertThat(issuers).isEmpty();
    revoked = true;
    store("one@example.org");
    assertRefused(mount(bucket), 3, KEY + " of the secret 'gcs'", "revoked, expired or damaged");
    Result aws = cove.run("secret", "create", "gcs", "--force", "AWS_ACCESS_KEY_ID=x");
    assertThat(aws.exit()).isZero();
    assertRefused(mount(bucket), 2, "'gcs' has no " + KEY);
  }
}
