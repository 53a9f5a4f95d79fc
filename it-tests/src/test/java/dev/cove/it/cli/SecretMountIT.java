package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.it.cli.Cove.Result;
import dev.cove.s3.S3Credentials.Keys;
import dev.cove.storage.testkit.server.MinioServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mount whose credentials are a secret's, from its making to its crash. */
final class SecretMountIT {
  @TempDir
  private Path temp;

  private final MinioServer server = MinioServer.start();
  private final List<String> secretValues = new ArrayList<>();
  private Cove cove;
  private Path directory;
  private Bucket bucket;

  @BeforeEach
  void setUp() throws IOException {
    cove = new Cove(temp)
        .with("COVE_JAVA_OPTS", "-XX:ErrorFile=" + temp.resolve("crash.log"))
        .with("AWS_EC2_METADATA_DISABLED", "true");
    directory = Files.createDirectory(temp.resolve("files"));
    bucket = Bucket.create(server);
  }

  @AfterEach
  void tearDown() throws IOException, InterruptedException {
    cove.run("unmount", "--lazy", directory.toString());
    server.close();
  }

  private void store(Keys keys) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("secret", "create", "aws-creds", "--force"));
    List<String> lines = new ArrayList<>();
    words.addAll(List.of("AWS_ACCESS_KEY_ID=-", "AWS_SECRET_ACCESS_KEY=-"));
    lines.addAll(List.of(keys.accessKeyId(), keys.secretAccessKey()));
    String token = keys.sessionToken();
    if (token != null) {
      words.add("AWS_SESSION_TOKEN=-");
      lines.add(token);
    }
    secretValues.addAll(lines);
    words.add("AWS_ENDPOINT_URL=-");
    lines.add(server.endpoint().toString());
    Path input = Files.createTempFile("lines", "");
    try {
      Files.write(input, lines);
      assertThat(cove.runReading(input, words.toArray(new String[0])))
          .isEqualTo(new Result(0, "", ""));
    } finally {
      Files.delete(input);
    }
  }

  private ProcessHandle servingProcess() throws IOException, InterruptedException {
    Matcher pid =
        Pattern.compile("\"pid\":(\\d+)").matcher(cove.run("mounts", "--json").out());
    assertThat(pid.find()).isTrue();
    return ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
  }

  private void assertHoldsNoSecret(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    for (String value : secretValues) {
      // Not the assertion's own text, which would print both.
      assertThat(text.contains(value)).as("%s has a secret's value", file).isFalse();
    }
  }

  @Test
  void aRunningMountTakesUpNewKeysAndNoValueIsLeftAnywhere() throws Exception {
    bucket.put("a.txt", "a\n");
    bucket.put("b.txt", "b\n");
    store(TemporaryKeys.of(server));
    Result mounted = cove.run(
        "mount",
        "--rw",
        "--secret",
        "aws-creds",
        "--log-level",
        "trace",
        "--ttl",
        "0",
        bucket.uri(),
        directory.toString());
    assertThat(mounted.exit()).as(mounted.err()).isZero();
    assertThat(directory.resolve("a.txt")).hasContent("a\n");
    Files.writeString(directory.resolve("new.txt"), "new\n");
    ProcessHandle process = servingProcess();

    // The old root is gone, and with it the keys made in its name.
    server.restartWithKeys("second-root", "second-root-secret");
    assertThatThrownBy(() -> Files.readString(directory.resolve("b.txt")))
        .isInstanceOf(AccessDeniedException.class);
    store(new Keys("second-root", "second-root-secret", null));
    assertThat(directory.resolve("b.txt")).hasContent("b\n");
    Files.writeString(directory.resolve("newer.txt"), "newer\n");

    server.restartWithKeys("third-root", "third-root-secret");
    store(TemporaryKeys.of(server));
    assertThat(Files.readString(directory.resolve("newer.txt"))).isEqualTo("newer\n");
    assertThat(servingProcess()).isEqualTo(process);
    assertThat(process.isAlive()).isTrue();

    Path proc = Path.of("/proc", Long.toString(process.pid()));
    assertHoldsNoSecret(proc.resolve("cmdline"));
    assertHoldsNoSecret(proc.resolve("environ"));
    assertThat(cove.run("doctor", directory.toString()).exit()).isZero();
    assertThat(cove.run("doctor", "--verbose", "--secret", "aws-creds", bucket.uri())
            .exit())
        .isZero();
    assertThat(cove.run("secret", "list", "--json").out()).contains("AWS_SESSION_TOKEN");

    assertThat(cove.runProgram(List.of("kill", "-SEGV", Long.toString(process.pid())))
            .exit())
        .isZero();
    process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    assertThat(temp.resolve("crash.log")).isNotEmptyFile();
    cove.run("unmount", "--lazy", directory.toString());

    List<Path> all;
    // What the commands printed is in files here too.
    try (Stream<Path> walk = Files.walk(temp)) {
      all = walk.filter(Files::isRegularFile).toList();
    }
    Optional<Path> log =
        all.stream().filter(file -> file.toString().contains("/state/logs/")).findFirst();
    assertThat(log).isPresent();
    assertThat(log.get()).content().contains("the secret 'aws-creds' has changed", "DEBUG");
    for (Path file : all) {
      assertHoldsNoSecret(file);
    }
  }
}
