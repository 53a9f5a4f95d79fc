package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.cli.Cove.Result;
import dev.cove.it.mount.TestCloud;
import dev.cove.storage.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code cove volume} on the stores there are, and on stores that do not do as they should. */
final class VolumeStoresIT {
  private static final Result DONE = new Result(0, "", "");

  @TempDir
  private Path home;

  @ParameterizedTest
  @EnumSource
  void theCommandsOfTheManualWorkOnABucket(TestCloud cloud) throws Exception {
    String bucket = "cove-it-" + UUID.randomUUID();
    cloud.create(bucket).close();
    Cove cove = new Cove(home).in(home);
    cloud.environment().forEach(cove::with);
    Files.writeString(home.resolve("local_file.txt"), "hello\n");
    String store = (cloud == TestCloud.S3 ? "s3://" : "gs://") + bucket + "/some/volumes";
    cove.with("COVE_VOLUME_STORE", store);
    assertThat(cove.run("volume", "create", "my-vol")).isEqualTo(DONE);
    assertThat(cove.run("volume", "list")).isEqualTo(new Result(0, "my-vol\n", ""));
    assertThat(cove.run("volume", "put", "my-vol", "local_file.txt", "/remote/path/file.txt"))
        .isEqualTo(DONE);
    assertThat(cove.run("volume", "get", "my-vol", "/remote/path/file.txt", "got.txt"))
        .isEqualTo(DONE);
    assertThat(home.resolve("got.txt")).hasContent("hello\n");
    assertThat(cove.run("volume", "ls", "my-vol", "/remote/path"))
        .isEqualTo(new Result(0, "file.txt\n", ""));
    assertThat(cove.run("volume", "rm", "my-vol", "/remote/path/file.txt")).isEqualTo(DONE);
    assertThat(cove.run("volume", "rollback", "my-vol", "1").exit()).isZero();
    assertThat(cove.run("volume", "verify", "my-vol").out()).contains("all as written");
    assertThat(cove.run("volume", "rename", "my-vol", "other")).isEqualTo(DONE);
    Result gone = cove.run("volume", "ls", "my-vol");
    assertThat(gone.exit()).isEqualTo(1);
    assertThat(gone.err().lines()).singleElement().asString().contains("renamed to 'other'");
  }

  @Test
  void aBucketIsReachedWithTheKeysOfASecretAlone() throws Exception {
    S3Server server = S3Server.shared();
    String bucket = "cove-it-" + UUID.randomUUID();
    TestCloud.S3.create(bucket).close();
    Cove cove = new Cove(home).with("AWS_EC2_METADATA_DISABLED", "true");
    Path lines = Files.write(
        home.resolve("lines"),
        List.of(server.accessKey(), server.secretKey(), server.endpoint().toString()));
    assertThat(cove.runReading(
            lines,
            "secret",
            "create",
            "aws-creds",
            "AWS_ACCESS_KEY_ID=-",
            "AWS_SECRET_ACCESS_KEY=-",
            "AWS_ENDPOINT_URL=-"))
        .isEqualTo(DONE);
    String store = "s3://" + bucket;
    assertThat(cove.run("volume", "create", "v", "--store", store, "--secret", "aws-creds"))
        .isEqualTo(DONE);
    assertThat(cove.run("volume", "list", "--store", store, "--secret", "aws-creds")
            .out())
        .isEqualTo("v\n");
    assertOneLine(1, "none", cove.run("volume", "list", "--store", store, "--secret", "none"));
  }

  @Test
  void aBarIsShownOnATerminal() throws Exception {
    Path file = Files.write(home.resolve("file"), new byte[3 << 20]);
    Cove cove = new Cove(home);
    assertThat(cove.run("volume", "create", "v")).isEqualTo(DONE);
    String command = Cove.launcher() + " volume put v " + file + " /file";
    Result shown =
        cove.runProgram(List.of("script", "-qec", command, home.resolve("typed").toString()));
    assertThat(shown.exit()).isZero();
    assertThat(shown.out()).contains("put").contains("100%").contains("3/3 MiB");
  }

  @Test
  void aStoreThatIsFullGoneOrNotWritableIsToldInOneLineAndLosesNothing() throws Exception {
    Cove cove = new Cove(home);
    Path small = Files.createDirectory(home.resolve("small"));
    assertThat(cove.runProgram(
                List.of("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small.toString()))
            .exit())
        .isZero();
    try {
      String store = small.toString();
      Path little = Files.writeString(home.resolve("little"), "little");
      assertThat(cove.run("volume", "create", "v", "--store", store)).isEqualTo(DONE);
      assertThat(cove.run("volume", "put", "v", little.toString(), "/a", "--store", store))
          .isEqualTo(DONE);
      byte[] random = new byte[8 << 20];
      new java.util.Random(1).nextBytes(random);
      Path large = Files.write(home.resolve("large"), random);
      assertOneLine(
          3, "space", cove.run("volume", "put", "v", large.toString(), "/b", "--store", store));
      assertThat(cove.run("volume", "ls", "v", "--store", store).out()).isEqualTo("a\n");
      assertThat(cove.runProgram(List.of("mount", "-o", "remount,ro", store)).exit())
          .isZero();
      assertThat(cove.run("volume", "ls", "v", "--store", store).out()).isEqualTo("a\n");
      assertOneLine(
          3,
          "read-only",
          cove.run("volume", "put", "v", little.toString(), "/c", "--store", store));
    } finally {
      cove.runProgram(List.of("umount", "-l", small.toString()));
    }
    assertOneLine(1, "no volume", cove.run("volume", "ls", "v", "--store", small.toString()));
    assertOneLine(1, "no folder", cove.run("volume", "ls", "v", "--store", small + "/gone"));
    Cove unreachable = new Cove(home)
        .with("AWS_ACCESS_KEY_ID", "x")
        .with("AWS_SECRET_ACCESS_KEY", "x")
        .with("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    assertOneLine(
        3,
        "127.0.0.1:9",
        unreachable.run("volume", "ls", "v", "--store", "s3://bucket", "--retries", "0"));
  }

  @Test
  void aDamagedChunkFailsItsOwnFileByNameAndNoOther() throws Exception {
    Cove cove = new Cove(home);
    assertThat(cove.run("volume", "create", "v")).isEqualTo(DONE);
    Path good = Files.writeString(home.resolve("good"), "good");
    assertThat(cove.run("volume", "put", "v", good.toString(), "/good")).isEqualTo(DONE);
    Path packs = home.resolve("cove/data/volumes/packs+");
    Path before;
    try (var all = Files.walk(packs)) {
      before = all.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    Path bad = Files.writeString(home.resolve("bad"), "something that is longer");
    assertThat(cove.run("volume", "put", "v", bad.toString(), "/bad")).isEqualTo(DONE);
    try (var all = Files.walk(packs)) {
      Path pack = all.filter(Files::isRegularFile)
          .filter(each -> !each.equals(before))
          .findFirst()
          .orElseThrow();
      byte[] bytes = Files.readAllBytes(pack);
      bytes[10] ^= 1;
      Files.write(pack, bytes);
    }
    assertOneLine(3, "/bad", cove.run("volume", "get", "v", "/bad", home.resolve("x") + ""));
    assertThat(home.resolve("x")).doesNotExist();
    assertThat(cove.run("volume", "get", "v", "/good", "-").out()).isEqualTo("good");
    Result verify = cove.run("volume", "verify", "v");
    assertThat(verify.exit()).isEqualTo(3);
    assertThat(verify.out()).contains("v@2:/bad").doesNotContain("/good");
  }

  private static void assertOneLine(int exit, String part, Result result) {
    assertThat(result.exit()).as(result.err()).isEqualTo(exit);
    assertThat(result.err().lines()).singleElement().asString().containsIgnoringCase(part);
  }
}
