package dev.cove.cli.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.testkit.server.RedisServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code cove dict}, {@code cove queue} and {@code cove state} as a script meets them. */
final class DictQueueCommandsIT {
  @TempDir
  private Path home;

  private record Outcome(int status, String out, String err) {}

  private Outcome cove(String... words) throws Exception {
    return coveReading(new byte[0], words);
  }

  private Outcome coveReading(byte[] input, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(
        System.getProperty("java.home") + "/bin/java",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1"));
    // As the launcher does: from 24 on a runtime warns of native code that it was not told of.
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of(
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        "dev.cove.cli.Main"));
    command.addAll(List.of(words));
    Path err = Files.createTempFile(home, "stderr", "");
    Path in = Files.write(Files.createTempFile(home, "stdin", ""), input);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(err.toFile()).redirectInput(in.toFile());
    builder.environment().put("COVE_HOME", home.resolve("cove").toString());
    builder.environment().keySet().removeIf(name -> name.matches("COVE_(STORE|REDIS_URL|SECRET)"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out, Files.readString(err));
  }

  private void assertDone(String out, String... words) throws Exception {
    assertThat(cove(words)).isEqualTo(new Outcome(0, out, ""));
  }

  private void assertNotSo(String... words) throws Exception {
    Outcome outcome = cove(words);
    assertThat(outcome.status).as(outcome.err).isEqualTo(1);
    assertThat(outcome.out).isEmpty();
  }

  private void assertOneLine(int status, String part, String... words) throws Exception {
    Outcome outcome = cove(words);
    assertThat(outcome.status).as(outcome.err).isEqualTo(status);
    assertThat(outcome.out).isEmpty();
    assertThat(outcome.err.lines()).hasSize(1).first().asString().contains(part);
  }

  @Test
  void aDictKeepsValuesBetweenCommands() throws Exception {
    assertDone("", "dict", "create", "cache");
    assertOneLine(1, "already", "dict", "create", "cache");
    assertDone("", "dict", "put", "cache", "answer", "42", "--ttl", "3600");
    assertDone("42\n", "dict", "get", "cache", "answer");
    assertDone("\"42\"\n", "dict", "get", "cache", "answer", "--json");
    assertDone("42", "dict", "get", "cache", "answer", "--raw");
    assertNotSo("dict", "get", "cache", "none");
    assertDone("D\n", "dict", "get", "cache", "none", "--default", "D");
    assertDone("45\n", "dict", "incr", "cache", "answer", "--by", "3");
    assertOneLine(1, "no dict is named 'other'", "dict", "get", "other", "k");
    assertNotSo("dict", "put", "cache", "answer", "1", "--if-absent");
    assertDone("answer\t45\n", "dict", "items", "cache");
    assertDone("[{\"key\":\"answer\",\"value\":\"45\"}]\n", "dict", "items", "cache", "--json");
    assertDone("", "dict", "del", "cache", "answer");
    assertNotSo("dict", "del", "cache", "answer");
    assertOneLine(2, "--yes", "dict", "delete", "cache");
    assertDone("", "dict", "delete", "cache", "--yes");
    assertDone("[]\n", "dict", "list", "--json");
  }

  @Test
  void bytesPassThroughStandardInputAndBase64() throws Exception {
    byte[] bytes = {0, (byte) 0xff, '\n', 'x'};
    assertThat(coveReading(bytes, "dict", "put", "d", "k", "-", "--create-if-missing").status)
        .isZero();
    assertDone("AP8KeA==\n", "dict", "get", "d", "k", "--base64");
    assertOneLine(3, "--base64", "dict", "get", "d", "k", "--json");
    assertDone("", "dict", "put", "d", "k", "AP8KeA==", "--base64");
    assertOneLine(2, "no base64", "dict", "put", "d", "k", "?", "--base64");
    assertDone("", "dict", "put", "d", "n", "--null");
    assertDone("null\n", "dict", "get", "d", "n", "--json");
  }

  @Test
  void aQueueKeepsItemsBetweenCommands() throws Exception {
    assertDone("", "queue", "create", "q", "--capacity", "3");
    assertDone("", "queue", "put", "q", "a", "b");
    assertNotSo("queue", "put", "q", "c", "d", "--no-block");
    assertDone("", "queue", "put", "q", "--null");
    assertNotSo("queue", "put", "q", "c", "--timeout", "100ms");
    assertDone("3\n", "queue", "len", "q");
    assertDone("[\"a\",\"b\",null]\n", "queue", "peek", "q", "-n", "9", "--json");
    assertDone("a\n", "queue", "get", "q", "--timeout", "10");
    assertDone("b\n", "queue", "get", "q", "--no-block");
    assertDone("null\n", "queue", "get", "q", "--json");
    assertNotSo("queue", "get", "q", "--no-block");
    assertNotSo("queue", "get", "q", "--timeout", "0.1");
    assertThat(coveReading(
                "x\ny\n".getBytes(StandardCharsets.UTF_8),
                "queue",
                "put",
                "q",
                "--lines",
                "-p",
                "red")
            .status)
        .isZero();
    assertDone("[\"red\"]\n", "queue", "partitions", "q", "--json");
    assertDone("2\n", "queue", "len", "q", "--total");
    assertDone("x\n", "queue", "get", "q", "-p", "red");
    assertOneLine(2, "--yes", "queue", "clear", "q");
    assertDone("", "queue", "clear", "q", "--yes");
    assertDone("0\n", "queue", "len", "q", "--total");
    assertOneLine(1, "there is a queue of that name", "dict", "get", "q", "k");
  }

  @Test
  void anItemThatCannotBeShownStaysInTheQueue() throws Exception {
    byte[] bytes = {0, (byte) 0xff};
    assertThat(coveReading(bytes, "queue", "put", "q", "-", "--create-if-missing").status)
        .isZero();
    assertDone("", "queue", "put", "q", "next");
    assertOneLine(3, "--base64", "queue", "get", "q", "--json");
    assertDone("2\n", "queue", "len", "q");
    assertDone("\"AP8=\"\n", "queue", "get", "q", "--json", "--base64");
    assertDone("\"next\"\n", "queue", "get", "q", "--json", "--timeout", "1");
    assertNotSo("queue", "get", "q", "--json", "--no-block");
  }

  @Test
  void badInputIsOneLine() throws Exception {
    assertOneLine(2, "'-5'", "dict", "put", "d", "k", "v", "--ttl", "-5");
    assertOneLine(2, "more than 0", "dict", "put", "d", "k", "v", "--ttl", "0");
    assertOneLine(2, "1 to 64 letters", "queue", "create", "bad name");
    assertOneLine(2, "exclude", "queue", "get", "q", "--no-block", "--timeout", "1");
    assertOneLine(2, "VALUE is missing", "dict", "put", "d", "k");
    assertOneLine(2, "scheme 'http'", "dict", "list", "--store", "http://localhost");
    assertOneLine(3, "cannot be reached", "dict", "list", "--store", "redis://127.0.0.1:1");
    assertOneLine(
        1, "no secret 'x'", "dict", "list", "--store", "redis://127.0.0.1:1", "--secret", "x");
    Outcome password = cove("dict", "list", "--store", "redis://:hidden@127.0.0.1:1");
    assertThat(password.err).contains("hint").doesNotContain("hidden");
    assertDone("", "dict", "create", "d");
    assertOneLine(2, "the limit is 4 bytes", "dict", "put", "d", "k", "12345", "--max-value", "4");
  }

  @Test
  void aSecretSaysWhoOneIsOnAServerThatWantsAPassword() throws Exception {
    String password = "plain-marker-6037";
    try (RedisServer server = RedisServer.start("--requirepass", password)) {
      String store = server.address().toString();
      assertOneLine(3, store, "dict", "list", "--store", store);
      storeSecret("redis", "REDIS_PASSWORD", password + "-wrong");
      String[] list = {"dict", "list", "--store", store, "--secret", "redis"};
      assertOneLine(3, "password", list);
      storeSecret("redis", "REDIS_PASSWORD", password);
      assertDone("", "dict", "create", "d", "--store", store, "--secret", "redis");
      assertDone("d\n", list);
      Outcome traced =
          cove("--log-level", "trace", "queue", "list", "--store", store, "--secret", "redis");
      assertThat(traced.status).isZero();
      assertThat(traced.err.contains(password)).as("the password is traced").isFalse();
      storeSecret("other", "AWS_ACCESS_KEY_ID", password);
      assertOneLine(
          2,
          "the secret 'other' has no REDIS_PASSWORD, which a redis:// store needs",
          "dict",
          "list",
          "--store",
          store,
          "--secret",
          "other");
      assertOneLine(2, "name one with --store", "dict", "list", "--secret", "redis");
    }
  }

  @Test
  void aSecretSaysWhichUserOfAServerOneIs() throws Exception {
    String password = "plain-marker-8154";
    try (RedisServer server = RedisServer.start(
        ("--user default off --user app on >" + password + " ~* &* +@all -@admin").split(" "))) {
      String store = server.address().toString();
      storeSecret("redis", "REDIS_PASSWORD", password);
      assertOneLine(3, "password", "dict", "list", "--store", store, "--secret", "redis");
      Path file = Files.writeString(home.resolve("redis.env"), "REDIS_USERNAME=app\n");
      assertThat(coveReading(
              (password + "\n").getBytes(StandardCharsets.UTF_8),
              "secret",
              "create",
              "redis",
              "--force",
              "--from-dotenv",
              file.toString(),
              "REDIS_PASSWORD=-"))
          .isEqualTo(new Outcome(0, "", ""));
      assertDone("", "queue", "create", "q", "--store", store, "--secret", "redis");
      assertDone("", "queue", "put", "q", "a", "--store", store, "--secret", "redis");
      assertDone("a\n", "queue", "get", "q", "--store", store, "--secret", "redis");
    }
  }

  private void storeSecret(String name, String key, String value) throws Exception {
    assertThat(coveReading(
            value.getBytes(StandardCharsets.UTF_8),
            "secret",
            "create",
            name,
            "--force",
            key + "=-"))
        .isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void aDamagedDatabaseIsMovedOnlyWhenToldTo() throws Exception {
    assertOneLine(1, "no database", "state", "set-aside", "--yes");
    Path database = home.resolve("cove/data/state/state.db");
    Files.createDirectories(database.getParent());
    Files.writeString(database, "damaged, and long enough to be looked at as a database file");
    assertOneLine(3, "cove state set-aside", "dict", "list");
    assertOneLine(2, "--yes", "state", "set-aside");
    Outcome moved = cove("state", "set-aside", "--yes");
    assertThat(moved.status).isZero();
    assertThat(Path.of(moved.out.strip()))
        .hasContent("damaged, and long enough to be looked at as a database file");
    assertDone("", "dict", "list");
  }
}
