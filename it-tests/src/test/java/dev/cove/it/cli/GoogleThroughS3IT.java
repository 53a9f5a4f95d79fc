package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.cli.Cove.Result;
import dev.cove.storage.testkit.proxy.GoogleXmlApi;
import dev.cove.storage.testkit.server.MinioServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Google Cloud Storage with an HMAC key, through as much of S3's protocol as it has. */
@Tag("newest-jdk")
final class GoogleThroughS3IT {
  private static final int LARGE = 20 << 20;

  @TempDir
  private Path temp;

  private final MinioServer server = MinioServer.shared();
  private final GoogleXmlApi google = GoogleXmlApi.start(server.endpoint());
  private Cove cove;
  private Path directory;
  private Bucket bucket;

  @BeforeEach
  void setUp() throws Exception {
    // Google's name leads to this machine, for these processes only.
    Path hosts = Files.writeString(
        temp.resolve("hosts"), "127.0.0.1 localhost\n127.0.0.1 " + GoogleXmlApi.HOST + "\n");
    cove = new Cove(temp).with("COVE_JAVA_OPTS", "-Djdk.net.hosts.file=" + hosts);
    directory = Files.createDirectory(temp.resolve("files"));
    bucket = Bucket.create(server);
    Path keys = Files.write(
        temp.resolve("keys"),
        List.of(
            "AWS_ACCESS_KEY_ID=" + server.accessKey(),
            "AWS_SECRET_ACCESS_KEY=" + server.secretKey(),
            "AWS_REGION=" + server.region(),
            "AWS_ENDPOINT_URL=" + google.endpoint()));
    Result made = cove.run("secret", "create", "hmac", "--from-dotenv", keys.toString());
    assertThat(made.exit()).as(made.err()).isZero();
  }

  @AfterEach
  void tearDown() throws IOException, InterruptedException {
    cove.run("unmount", "--lazy", directory.toString());
    google.close();
  }

  private Result mount(String... options) throws IOException, InterruptedException {
    String[] words = Arrays.copyOf(
        new String[] {"mount", bucket.uri(), directory.toString(), "--secret", "hmac"},
        5 + options.length);
    System.arraycopy(options, 0, words, 5, options.length);
    return cove.run(words);
  }

  private void unmount() throws IOException, InterruptedException {
    Result unmounted = cove.run("unmount", directory.toString());
    assertThat(unmounted.exit()).as(unmounted.err()).isZero();
  }

  @Test
  void objectsAreReadAndWritesNeedConsentToLoseConditions() throws Exception {
    bucket.put("dir/a.txt", "a\n");
    Result refused = mount("--rw");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains("keeps no conditions", "mount gs://", "--on-conflict overwrite")
        .containsOnlyOnce("\n");

    Result mounted = mount();
    assertThat(mounted.exit()).as(mounted.err()).isZero();
    assertThat(directory.resolve("dir/a.txt")).hasContent("a\n");
    unmount();
  }

  @Test
  void whatProgramsDoWorksWithoutWhatGoogleHasNot() throws Exception {
    byte[] large = new byte[LARGE];
    new Random(7).nextBytes(large);
    Result mounted = mount("--rw", "--on-conflict", "overwrite");
    assertThat(mounted.exit()).as(mounted.err()).isZero();
    Files.writeString(directory.resolve("small"), "one\n");
    Files.writeString(directory.resolve("small"), "two\n", StandardOpenOption.APPEND);
    Files.write(directory.resolve("large"), large);
    Files.write(directory.resolve("large"), new byte[] {1}, StandardOpenOption.APPEND);
    Files.createDirectories(directory.resolve("dir/inner"));
    Files.writeString(directory.resolve("dir/inner/file"), "in\n");
    Files.createFile(directory.resolve("dir/empty"));
    Files.createSymbolicLink(directory.resolve("dir/link"), Path.of("inner/file"));
    Files.move(directory.resolve("dir"), directory.resolve("moved"));
    Files.move(directory.resolve("small"), directory.resolve("moved/small"));
    Result changed = cove.runProgram(List.of("chmod", "600", directory + "/moved/small"));
    assertThat(changed).isEqualTo(new Result(0, "", ""));
    Files.createDirectories(directory.resolve("gone/deep"));
    Files.writeString(directory.resolve("gone/deep/file"), "x");
    Result removed = cove.runProgram(List.of("rm", "-r", directory + "/gone"));
    assertThat(removed).isEqualTo(new Result(0, "", ""));
    unmount();

    Result again = mount("--attrs", "posix");
    assertThat(again.exit()).as(again.err()).isZero();
    assertThat(directory.resolve("moved/small")).hasContent("one\ntwo\n");
    assertThat(Files.getPosixFilePermissions(directory.resolve("moved/small"))).hasSize(2);
    assertThat(directory.resolve("moved/link")).hasContent("in\n");
    assertThat(directory.resolve("moved/empty")).isEmptyFile();
    assertThat(Files.exists(directory.resolve("gone"), LinkOption.NOFOLLOW_LINKS))
        .isFalse();
    byte[] back = Files.readAllBytes(directory.resolve("large"));
    assertThat(Arrays.equals(back, Arrays.copyOf(back, LARGE + 1))).isTrue();
    assertThat(Arrays.mismatch(large, back)).isEqualTo(LARGE);
    unmount();
    assertThat(google.requests()).anyMatch(line -> line.startsWith("COMPLETE large"));
  }

  @Test
  void doctorSaysWhatTheProtocolLacksThere() throws Exception {
    Result found = cove.run("doctor", bucket.uri(), "--secret", "hmac");
    assertThat(found.exit()).as(found.out()).isZero();
    assertThat(found.out())
        .containsPattern("warning +conditional writes")
        .containsPattern("warning +part copies")
        .containsPattern("warning +tags")
        .containsPattern("warning +checksums");
  }
}
