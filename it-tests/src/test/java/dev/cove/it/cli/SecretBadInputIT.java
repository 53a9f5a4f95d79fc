package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.cove.it.cli.Cove.Result;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret that cannot do what is asked of it: one line with its name and its key, never its value. */
final class SecretBadInputIT {
  private static final String MARKER = "plain-marker-5160";

  @TempDir
  private Path temp;

  private final S3Server server = S3Server.shared();
  private Cove cove;
  private Path directory;

  @BeforeEach
  void setUp() throws IOException {
    cove = new Cove(temp).with("AWS_ENDPOINT_URL", server.endpoint().toString());
    directory = Files.createDirectory(temp.resolve("files"));
  }

  @AfterEach
  void nothingIsMounted() throws IOException {
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(temp.toString());
  }

  private void create(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("secret", "create", "--force"));
    all.addAll(List.of(words));
    Result made = cove.run(all.toArray(new String[0]));
    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(made.out() + made.err()).doesNotContain(MARKER);
  }

  private void assertRefused(Result result, int exit, String... said) {
    assertThat(result.exit()).as(result.err()).isEqualTo(exit);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("cove ").contains(said).containsOnlyOnce("\n");
    assertThat(result.err()).doesNotContain(MARKER);
  }

  private Result mount(String secret, String... more) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(
        List.of("mount", "s3://some-bucket", directory.toString(), "--secret", secret));
    words.addAll(List.of(more));
    return cove.run(words.toArray(new String[0]));
  }

  @Test
  void secretThatDoesNotExistOrCannot() throws Exception {
    create("aws-creds", "A=" + MARKER);
    assertRefused(mount("aws-cred"), 1, "no secret 'aws-cred'", "did you mean aws-creds?");
    assertRefused(mount("a/b"), 2, "'a/b' cannot name a secret");
    assertRefused(mount("x".repeat(65)), 2, "1 to 64 letters");
    assertRefused(cove.run("secret", "create", "a/b", "A=" + MARKER), 2, "'a/b' cannot name");
    assertRefused(cove.run("secret", "create", "A=" + MARKER), 2, "name of the secret comes first");
    assertRefused(cove.run("secret", "create", "s", MARKER), 2, "'s'", "no equals sign");
    assertRefused(cove.run("secret", "create", "s"), 2, "'s' would be empty");
    assertRefused(cove.run("secret", "create", "s", "A=-"), 2, "no value for A");
    assertRefused(cove.run("secret", "list", "A=" + MARKER), 2, "one argument too many");
  }

  @Test
  void secretWithMissingOrUnfitKeys() throws Exception {
    create("half", "AWS_ACCESS_KEY_ID=" + MARKER);
    assertRefused(mount("half"), 2, "'half' has no AWS_SECRET_ACCESS_KEY", "it has AWS_ACCESS");
    create("gcp", "GOOGLE_APPLICATION_CREDENTIALS_JSON={\"" + MARKER);
    assertRefused(mount("gcp"), 2, "'gcp' has no AWS_ACCESS_KEY_ID", "it has GOOGLE_APP");
    String[] keys = {"aws", "AWS_ACCESS_KEY_ID=" + MARKER, "AWS_SECRET_ACCESS_KEY=" + MARKER, ""};
    keys[3] = "AWS_ENDPOINT_URL=http://u:" + MARKER + "@127.0.0.1:1";
    create(keys);
    assertRefused(mount("aws"), 2, "AWS_ENDPOINT_URL of the secret 'aws' is no URL");
    assertRefused(mount("aws", "--anonymous"), 2, "--secret and --anonymous exclude");
    assertRefused(mount("aws", "--profile", "p"), 2, "--secret and --profile exclude");
    keys[3] = "AWS_REGION=us-east-1";
    create(keys);
    assertRefused(mount("aws"), 3, "AWS_ACCESS_KEY_ID of the secret 'aws'", "InvalidAccessKeyId");
    create("aws", "AWS_ACCESS_KEY_ID=" + server.accessKey(), "AWS_SECRET_ACCESS_KEY=" + MARKER);
    assertRefused(mount("aws"), 3, "AWS_SECRET_ACCESS_KEY of the secret 'aws'", "SignatureDoes");
  }

  @Test
  void tokenThatHasExpired() throws Exception {
    create(
        "aws",
        "AWS_ACCESS_KEY_ID=" + MARKER,
        "AWS_SECRET_ACCESS_KEY=" + MARKER,
        "AWS_SESSION_TOKEN=" + MARKER);
    // As Amazon answers; the tokens of the test server live for a quarter of an hour at least.
    HttpServer amazon =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    amazon.createContext("/", exchange -> {
      try (exchange) {
        byte[] body = ("<Error><Code>ExpiredToken</Code><Message>The provided token has expired."
                + "</Message><Token-0>" + MARKER + "</Token-0></Error>")
            .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(400, body.length);
        exchange.getResponseBody().write(body);
      }
    });
    amazon.start();
    try {
      String endpoint = "http://127.0.0.1:" + amazon.getAddress().getPort();
      assertRefused(
          mount("aws", "--endpoint-url", endpoint),
          3,
          "AWS_SESSION_TOKEN of the secret 'aws' has expired");
    } finally {
      amazon.stop(0);
    }
  }

  @Test
  void keyFileThatIsNotForItsOwnerAloneAndStoreOfANewerVersion() throws Exception {
    create("aws", "A=" + MARKER);
    Path key = temp.resolve("cove/state/keys/secrets.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(mount("aws"), 3, key.toString(), "chmod 600");
    assertThat(cove.run("secret", "list").err()).contains(key.toString(), "chmod 600");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    Path stored = temp.resolve("cove/data/secrets/aws.secret");
    Files.writeString(stored, "cove-secret 2\n" + MARKER);
    assertRefused(mount("aws"), 3, stored.toString(), "newer Cove");
  }

  @Test
  void keyFileOfSomebodyElse() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
    create("aws", "A=" + MARKER);
    Path key = temp.resolve("cove/state/keys/secrets.key");
    Files.setAttribute(key, "unix:uid", 12345);
    assertRefused(mount("aws"), 3, key.toString(), "belongs to the user with id 12345");
  }
}
