package dev.cove.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cove.it.cli.Cove.Result;
import dev.cove.it.mount.TestCloud;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code cove volume} makes of files that no volume can hold, of rivals and of keys. */
@Tag("newest-jdk")
final class VolumeBadInputIT {
  private static final Result DONE = new Result(0, "", "");

  @TempDir
  private Path home;

  private Cove cove;

  @BeforeEach
  void start() {
    cove = new Cove(home).in(home);
  }

  @Test
  void whatNoVolumeCanHoldFailsAPutByNameAndNothingIsPublished() throws Exception {
    assertThat(cove.run("volume", "create", "v")).isEqualTo(DONE);
    Path tree = Files.createDirectory(home.resolve("tree"));
    Files.writeString(tree.resolve("good"), "good");
    for (String make : List.of("mkfifo tree/odd", "mknod tree/odd c 1 3")) {
      assertThat(cove.runProgram(List.of("sh", "-c", make)).exit()).isZero();
      assertOneLine(2, "tree/odd", cove.run("volume", "put", "v", "tree", "/t"));
      Files.delete(tree.resolve("odd"));
    }
    String bytes = "touch tree/odd$(printf '\\377')";
    assertThat(cove.runProgram(List.of("sh", "-c", bytes)).exit()).isZero();
    assertOneLine(2, "not valid UTF-8", cove.run("volume", "put", "v", "tree", "/t"));
    assertThat(cove.run("volume", "log", "v")).isEqualTo(DONE);
    assertThat(cove.runProgram(List.of("sh", "-c", "rm tree/odd*")).exit()).isZero();
    assertThat(cove.run("volume", "put", "v", "tree", "/t")).isEqualTo(DONE);
  }

  @Test
  void ofTwoPutsOfOnePathAtOnceOneLandsAndTheOtherIsToldOfIt() throws Exception {
    assertThat(cove.run("volume", "create", "v")).isEqualTo(DONE);
    List<Process> puts = new ArrayList<>();
    for (String who : List.of("one", "two")) {
      Path file = Files.writeString(home.resolve(who), who);
      puts.add(cove.builder(
              List.of(Cove.launcher().toString(), "volume", "put", "v", file.toString(), "/same"))
          .redirectError(home.resolve(who + ".err").toFile())
          .start());
    }
    List<Integer> statuses = new ArrayList<>();
    for (Process put : puts) {
      statuses.add(put.waitFor());
    }
    assertThat(statuses).containsExactlyInAnyOrder(0, 1);
    String winner = statuses.get(0) == 0 ? "one" : "two";
    String loser = statuses.get(0) == 0 ? "two" : "one";
    assertThat(Files.readString(home.resolve(loser + ".err")).lines())
        .singleElement()
        .asString()
        .contains("/same");
    assertThat(cove.run("volume", "get", "v", "/same", "-").out()).isEqualTo(winner);
    assertThat(cove.run("volume", "log", "v").out().lines()).hasSize(1);
  }

  @Test
  void aPathTenThousandDirectoriesDeepIsKeptAndToldOfWhereThisSystemHasNoRoomForIt()
      throws Exception {
    assertThat(cove.run("volume", "create", "v")).isEqualTo(DONE);
    Files.writeString(home.resolve("file"), "deep");
    String deep = "/d".repeat(10_000) + "/file";
    assertThat(cove.run("volume", "put", "v", "file", deep)).isEqualTo(DONE);
    assertThat(cove.run("volume", "get", "v", deep, "-").out()).isEqualTo("deep");
    Result refused = cove.run("volume", "get", "v", "/d", "back");
    assertOneLine(1, "/d/d, is longer than this system takes", refused);
    assertThat(refused.err()).hasSizeLessThan(300);
    try (Stream<Path> all = Files.list(home)) {
      assertThat(all.map(each -> each.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".cove-get") || name.equals("back"));
    }
    assertThat(cove.run("volume", "rm", "-r", "v", "/d")).isEqualTo(DONE);
    assertThat(cove.run("volume", "ls", "v")).isEqualTo(DONE);
  }

  @Test
  void aStoreOnGoogleIsReachedWithTheKeyOfASecret() throws Exception {
    String bucket = "cove-it-" + UUID.randomUUID();
    TestCloud.GCS.create(bucket).close();
    TestCloud.GCS.environment().forEach(cove::with);
    AtomicInteger tokens = new AtomicInteger();
    HttpServer google =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    google.createContext("/token", exchange -> {
      tokens.incrementAndGet();
      exchange.getRequestBody().readAllBytes();
      byte[] answer = "{\"access_token\":\"token\",\"token_type\":\"Bearer\",\"expires_in\":3600}"
          .getBytes(UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    google.start();
    try {
      Path key =
          Files.writeString(home.resolve("key.json"), key(google.getAddress().getPort()));
      assertThat(cove.runReading(
              key, "secret", "create", "gcp-creds", "GOOGLE_APPLICATION_CREDENTIALS_JSON=-"))
          .isEqualTo(DONE);
      String store = "gs://" + bucket;
      assertThat(cove.run("volume", "create", "v", "--store", store, "--secret", "gcp-creds"))
          .isEqualTo(DONE);
      assertThat(cove.run("volume", "list", "--store", store, "--secret", "gcp-creds")
              .out())
          .isEqualTo("v\n");
      assertThat(tokens).as("the key was used").hasPositiveValue();
      assertOneLine(1, "none", cove.run("volume", "list", "--store", store, "--secret", "none"));
    } finally {
      google.stop(0);
    }
  }

  /** A service account's key, whose tokens come from this machine. */
  private static String key(int port) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    String pem = Base64.getMimeEncoder(64, new byte[] {'\n'})
        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded());
    return """
        {"type": "service_account", "project_id": "p", "client_id": "1", "private_key_id": "2",
         "client_email": "cove@p.iam.gserviceaccount.com",
         "token_uri": "http://127.0.0.1:%d/token",
         "private_key": "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n"}
        """.formatted(port, pem.replace("\n", "\\n"));
  }

  private static void assertOneLine(int exit, String part, Result result) {
    assertThat(result.exit()).as(result.err()).isEqualTo(exit);
    assertThat(result.err().lines()).singleElement().asString().contains(part);
  }
}
