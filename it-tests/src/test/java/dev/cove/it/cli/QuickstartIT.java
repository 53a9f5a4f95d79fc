package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.cli.Cove.Result;
import dev.cove.storage.testkit.server.FakeGcsServer;
import dev.cove.storage.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README's first command, without a terminal. */
final class QuickstartIT {
  @TempDir
  private Path temp;

  private Cove cove;
  private Path files;

  @BeforeEach
  void setUp() {
    cove = new Cove(temp, S3Server.shared());
    files = temp.resolve("cove/state/quickstart/files");
  }

  @AfterEach
  void stopLeavesNothing() throws Exception {
    assertThat(cove.run("quickstart", "--stop").exit()).isZero();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(temp.toString());
    assertThat(temp.resolve("cove/state/quickstart")).doesNotExist();
    for (String kept : List.of("spool", "logs")) {
      assertThat(temp.resolve("cove/state").resolve(kept)).isEmptyDirectory();
    }
  }

  @Test
  void showsFilesLeavesThemMountedAndKeepsThemWhenRunAgain() throws Exception {
    Result first = cove.run("quickstart");
    assertThat(first.exit()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("$ cat " + files + "/hello.txt\nHello.")
        .contains("/written/new.txt\nWritten through the mount.\nAn object that grew.\n")
        .containsPattern("volume ls my-vol /orders .*\n2025-01.csv\n")
        .contains("cove quickstart --stop")
        .contains("cove mount s3://");
    assertThat(files.resolve("orders/2025-01.csv")).content().startsWith("day,item,count");
    Files.writeString(files.resolve("mine.txt"), "mine\n");
    assertThat(files.resolve("mine.txt")).hasContent("mine\n");

    Result second = cove.run("quickstart");
    assertThat(second.exit()).as(second.err()).isZero();
    assertThat(second.out()).contains("what is in it is kept").contains("cove quickstart --stop");
    assertThat(files.resolve("mine.txt")).hasContent("mine\n");

    assertThat(cove.run("unmount", files.toString()).exit()).isZero();
    assertThat(cove.run("quickstart").exit()).isZero();
    assertThat(files.resolve("mine.txt")).hasContent("mine\n");
    assertThat(files.resolve("pictures/large.bin")).hasSize(8 << 20);
  }

  @Test
  void showsTheSameOnGoogleCloudStorageWhereFakeGcsServerIsAtHand() throws Exception {
    cove.with("PATH", FakeGcsServer.program().getParent() + ":" + System.getenv("PATH"));
    Result shown = cove.run("quickstart", "--gcs");
    assertThat(shown.exit()).as(shown.err()).isZero();
    assertThat(shown.out())
        .contains("$ cat " + files + "/hello.txt\nHello.")
        .contains("/written/new.txt\nWritten through the mount.\nAn object that grew.\n")
        .contains("cove mount gs://");
    assertThat(files.resolve("pictures/large.bin")).hasSize(8 << 20);
    assertThat(cove.run("mounts").out()).contains("gs://quickstart");
  }

  @Test
  void saysInOneLineThatFakeGcsServerIsMissing() throws Exception {
    cove.with("PATH", "/usr/bin:/bin");
    Result refused = cove.run("quickstart", "--gcs");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("fake-gcs-server is not on PATH").containsOnlyOnce("\n");
  }

  @Test
  void startsAgainWithItsFilesAfterEverythingWasKilled() throws Exception {
    assertThat(cove.run("quickstart").exit()).isZero();
    Files.writeString(files.resolve("mine.txt"), "mine\n");
    Matcher mount =
        Pattern.compile("\"pid\":(\\d+)").matcher(cove.run("mounts", "--json").out());
    assertThat(mount.find()).isTrue();
    Matcher server = Pattern.compile("\"pid\":(\\d+)")
        .matcher(Files.readString(files.resolveSibling("server.json")));
    assertThat(server.find()).isTrue();
    for (Matcher pid : new Matcher[] {mount, server}) {
      ProcessHandle process = ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
      process.destroyForcibly();
      process.onExit().join();
    }
    assertThat(cove.run("quickstart").exit()).isZero();
    assertThat(files.resolve("hello.txt")).content().startsWith("Hello.");
    assertThat(files.resolve("mine.txt")).hasContent("mine\n");
  }
}
