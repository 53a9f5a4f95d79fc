package dev.cove.cli.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.secret.Secrets.Existing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store of secrets promises. */
final class SecretsTest {
  private static final String MARKER = "plain-marker-7391";

  @TempDir
  private Path home;

  private Path key;
  private Secrets secrets;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectories(home.resolve("data"));
    Files.createDirectories(home.resolve("state"));
    key = home.resolve("state/secrets.key");
    secrets = opened();
  }

  private Secrets opened() {
    return new Secrets(home.resolve("data"), key, Clock.systemUTC());
  }

  private void store(String name, String value) {
    secrets.store(name, Map.of("KEY", value), Existing.REPLACED);
  }

  private Path file(String name) {
    return home.resolve("data").resolve(name + ".secret");
  }

  private static void assertRefused(int status, ThrowingCallable call, String... parts) {
    assertThatThrownBy(call).isInstanceOfSatisfying(CommandFailure.class, failure -> {
      assertThat(failure.exitCode()).as(failure.line()).isEqualTo(status);
      assertThat(failure.line()).contains(parts).doesNotContain(MARKER, "\n");
    });
  }

  @Test
  void whatIsStoredIsFoundByAnotherProcess() {
    secrets.store("aws", Map.of("A", "1", "B", "two\nlines ü"), Existing.KEPT);
    assertThat(opened().find("aws").entries().values())
        .isEqualTo(Map.of("A", "1", "B", "two\nlines ü"));
    assertThat(opened().names()).containsExactly("aws");
  }

  @Test
  void nothingReadableIsOnTheDisk() throws IOException {
    store("aws", MARKER);
    try (Stream<Path> all = Files.walk(home)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .doesNotContain(MARKER, "KEY");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
    assertThat(secrets.find("aws").entries()).asString().doesNotContain(MARKER);
  }

  @Test
  void aSecretIsKeptUnlessToldToReplaceIt() {
    store("aws", "1");
    assertRefused(
        ExitCodes.NOT_SO,
        () -> secrets.store("aws", Map.of("KEY", MARKER), Existing.KEPT),
        "'aws' already",
        "--force");
    assertThat(secrets.find("aws").entries().get("KEY")).isEqualTo("1");
    store("aws", "2");
    assertThat(secrets.find("aws").entries().get("KEY")).isEqualTo("2");
    assertThat(secrets.read("aws").created())
        .isBeforeOrEqualTo(secrets.read("aws").changed());
  }

  @Test
  void secretsMadeAtTheSameTimeAreAllKept() throws Exception {
    int many = 24;
    ExecutorService threads = Executors.newFixedThreadPool(8);
    List<Future<?>> done = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      String name = "s" + i;
      // Each with a lock and a key of its own, as processes have; the first ones make the key.
      Callable<Void> create = () -> {
        opened().store(name, Map.of("KEY", name), Existing.KEPT);
        return null;
      };
      done.add(threads.submit(create));
    }
    for (Future<?> one : done) {
      one.get();
    }
    threads.shutdown();
    assertThat(secrets.names()).hasSize(many);
    for (String name : secrets.names()) {
      assertThat(secrets.find(name).entries().get("KEY")).isEqualTo(name);
    }
  }

  @Test
  void aNameThatDoesNotExistIsNamedWithTheNearestOne() {
    assertRefused(ExitCodes.NOT_SO, () -> secrets.find("aws"), "no secret 'aws'", "secret create");
    store("aws-creds", MARKER);
    assertRefused(
        ExitCodes.NOT_SO,
        () -> secrets.find("aws-cred"),
        "no secret 'aws-cred'",
        "did you mean aws-creds?");
    assertRefused(ExitCodes.NOT_SO, () -> secrets.delete("aws-cred"), "did you mean aws-creds?");
    secrets.delete("aws-creds");
    assertThat(secrets.names()).isEmpty();
  }

  @Test
  void namesThatCannotBeAreRefused() {
    for (String name : List.of("", "a/b", "../a", "a b", "ü", "x".repeat(65))) {
      assertRefused(ExitCodes.USAGE, () -> store(name, MARKER), "1 to 64 letters");
      assertRefused(ExitCodes.USAGE, () -> secrets.find(name), "1 to 64 letters");
      assertRefused(ExitCodes.USAGE, () -> secrets.delete(name), "1 to 64 letters");
    }
    for (String name : List.of("x", ".", "..", "-", "a.secret", "A_b-c.9", "x".repeat(64))) {
      store(name, name);
      assertThat(secrets.find(name).entries().get("KEY")).isEqualTo(name);
    }
  }

  @Test
  void aKeyFileThatOthersCanReadIsRefused() throws IOException {
    store("aws", MARKER);
    for (String mode : List.of("rw-r-----", "rw----r--", "rwxrwxrwx", "rw--w----")) {
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
      assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), key.toString(), "chmod 600");
      assertRefused(ExitCodes.FAILED, () -> store("b", MARKER), key.toString(), "chmod 600");
    }
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
    assertThat(secrets.find("aws").entries().get("KEY")).isEqualTo(MARKER);
  }

  @Test
  void aKeyFileThatIsNotOnesOwnIsRefused() throws IOException {
    store("aws", MARKER);
    Path moved = Files.move(key, home.resolve("moved"));
    Files.createSymbolicLink(key, moved);
    assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), key.toString(), "ordinary file");
    Files.delete(key);
    Files.createDirectory(key);
    assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), key.toString(), "ordinary file");
  }

  @Test
  void withoutItsKeyNothingIsOpenedAndNoOtherKeyIsMade() throws IOException {
    store("aws", MARKER);
    byte[] right = Files.readAllBytes(key);
    Files.delete(key);
    assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), "'aws'", key.toString(), "missing");
    assertRefused(ExitCodes.FAILED, () -> store("b", MARKER), key.toString(), "missing", "aws");
    assertThat(key).doesNotExist();
    Path other = home.resolve("state/other.key");
    new Secrets(Files.createDirectory(home.resolve("data2")), other, Clock.systemUTC())
        .store("aws", Map.of("KEY", "x"), Existing.KEPT);
    Files.move(other, key);
    assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), "'aws'", "another key");
    Files.write(key, right);
    assertThat(secrets.find("aws").entries().get("KEY")).isEqualTo(MARKER);
  }

  @Test
  void aDamagedKeyFileIsNamed() throws IOException {
    store("aws", MARKER);
    for (String content :
        List.of("", "x", "cove-key 1\n", "cove-key 1\nnonsense", "cove-secret 1\n")) {
      Files.writeString(key, content);
      assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), key.toString(), "damaged");
    }
  }

  @Test
  void filesOfANewerVersionAreRefusedAndLeftAlone() throws IOException {
    store("aws", MARKER);
    byte[] was = Files.readAllBytes(file("aws"));
    Files.writeString(file("aws"), "cove-secret 2\nwho knows");
    assertRefused(
        ExitCodes.FAILED,
        () -> secrets.find("aws"),
        file("aws").toString(),
        "newer Cove",
        "version 2");
    assertRefused(ExitCodes.FAILED, () -> store("aws", MARKER), "newer Cove");
    assertThat(file("aws")).hasContent("cove-secret 2\nwho knows");
    Files.write(file("aws"), was);
    Files.writeString(key, "cove-key 12\nwho knows");
    assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), key.toString(), "newer Cove");
  }

  @Test
  void aSecretIsBoundToItsName() throws IOException {
    store("aws", MARKER);
    Files.copy(file("aws"), file("other"));
    assertRefused(ExitCodes.FAILED, () -> secrets.find("other"), "'other'", "damaged");
    byte[] bytes = Files.readAllBytes(file("aws"));
    bytes[bytes.length - 1] ^= 1;
    Files.write(file("aws"), bytes);
    assertRefused(ExitCodes.FAILED, () -> secrets.find("aws"), "'aws'", "--force");
    store("aws", "new");
    assertThat(secrets.find("aws").entries().get("KEY")).isEqualTo("new");
  }

  @Test
  void whatACrashLeftBehindIsRemoved() throws IOException {
    Path left = Files.createTempFile(home.resolve("data"), "new", ".tmp");
    store("aws", MARKER);
    assertThat(left).doesNotExist();
    assertThat(secrets.names()).containsExactly("aws");
  }

  @Test
  void aFollowerSeesTheNextValueAtOnceAndKeepsTheLastThatFits() throws IOException {
    store("aws", "1");
    Supplier<String> value =
        secrets.find("aws").follow(entries -> entries.require("KEY", "this test"));
    assertThat(value.get()).isEqualTo("1");
    store("aws", "2");
    assertThat(value.get()).isEqualTo("2");
    secrets.store("aws", Map.of("OTHER", MARKER), Existing.REPLACED);
    assertThat(value.get()).isEqualTo("2");
    secrets.delete("aws");
    assertThat(value.get()).isEqualTo("2");
    store("aws", "3");
    assertThat(value.get()).isEqualTo("3");
    Files.writeString(file("aws"), "damaged");
    assertThat(value.get()).isEqualTo("3");
  }

  @Test
  void aKeyThatIsMissingIsNamedWithWhoNeedsIt() {
    store("aws", MARKER);
    Entries entries = secrets.find("aws").entries();
    assertRefused(
        ExitCodes.USAGE,
        () -> entries.require("TOKEN", "an s3:// bucket"),
        "'aws' has no TOKEN, which an s3:// bucket needs; it has KEY");
    secrets.store("empty", Map.of("TOKEN", ""), Existing.KEPT);
    assertRefused(
        ExitCodes.USAGE,
        () -> secrets.find("empty").entries().require("TOKEN", "it"),
        "'empty' has no TOKEN");
  }

  @Test
  void aSecretThatIsTooLargeIsRefused() {
    assertRefused(ExitCodes.USAGE, () -> store("big", "x".repeat(1 << 20)), "'big'", "1 MiB");
  }
}
