package dev.cove.it.cli;

import static dev.cove.storage.StoreOperation.DELETE;
import static dev.cove.storage.StoreOperation.PUT;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.cove.it.cli.Cove.Result;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be mounted is refused with one line and the documented exit status, and leaves nothing mounted. */
final class MountBadInputIT {
  @TempDir
  private Path temp;

  private final S3Server server = S3Server.shared();
  private Cove cove;
  private Path directory;
  private Bucket bucket;

  @BeforeEach
  void setUp() throws IOException {
    cove = new Cove(temp, server);
    directory = Files.createDirectory(temp.resolve("files"));
    bucket = Bucket.create(server);
    bucket.put("hello.txt", "hello\n");
  }

  @AfterEach
  void nothingIsMounted() throws IOException, InterruptedException {
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(temp.toString());
    assertThat(cove.run("mounts", "--json").out()).isEqualTo("[]\n");
  }

  private static void assertRefused(Result result, int exit, String... said) {
    assertThat(result.exit()).isEqualTo(exit);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).startsWith("cove mount: ").contains(said).containsOnlyOnce("\n");
  }

  private Result mount(String... more) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("mount", bucket.uri(), directory.toString()));
    words.addAll(List.of(more));
    return cove.run(words.toArray(new String[0]));
  }

  @Test
  void bucketThatDoesNotExist() throws Exception {
    assertRefused(
        cove.run("mount", "s3://no-such-bucket-here", directory.toString()),
        1,
        "no-such-bucket-here",
        "no such bucket");
  }

  @Test
  void prefixThatNoKeyBeginsWith() throws Exception {
    assertRefused(
        cove.run("mount", bucket.uri() + "/nothing", directory.toString()),
        1,
        "no key in " + bucket.uri() + " begins with 'nothing/'",
        "--allow-missing-prefix");
  }

  @Test
  void writableMountOfAPrefixThatNoKeyBeginsWithSaysSo() throws Exception {
    Result mounted = cove.run("mount", "--rw", bucket.uri() + "/typo", directory.toString());
    assertThat(mounted.exit()).isZero();
    assertThat(mounted.err())
        .contains(
            "no key in " + bucket.uri() + " begins with 'typo/' yet; the first file makes it");
    Files.writeString(directory.resolve("file"), "x");
    assertThat(cove.run("unmount", directory.toString()).exit()).isZero();
    mounted = cove.run("mount", "--rw", bucket.uri() + "/typo", directory.toString());
    assertThat(mounted.exit()).isZero();
    assertThat(mounted.err()).doesNotContain("no key");
    assertThat(cove.run("unmount", directory.toString()).exit()).isZero();
  }

  @Test
  void doctorNamesAPrefixThatNoKeyBeginsWith() throws Exception {
    Result told = cove.run("doctor", bucket.uri() + "/typo");
    assertThat(told.out()).containsPattern("warning +objects +no key begins with 'typo/'");
  }

  @Test
  void bucketWhoseNameTheServerFindsInvalid() throws Exception {
    assertRefused(
        cove.run("mount", "s3://Not_A.Name-", directory.toString()),
        2,
        "not a valid name for a bucket");
  }

  @Test
  void withoutCredentialsThatAreNeeded() throws Exception {
    assertRefused(mount("--anonymous"), 3, "not allowed without credentials");
  }

  @Test
  void tlsToAServerThatSpeaksNone() throws Exception {
    String endpoint = server.endpoint().toString().replaceFirst("http:", "https:");
    assertRefused(
        mount("--endpoint-url", endpoint, "--retries", "0"),
        3,
        "does not speak TLS; is it http:// instead of https://?");
  }

  @Test
  void portForFiguresThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused(
          mount("--metrics", "127.0.0.1:" + taken.getLocalPort()),
          3,
          "cannot listen on 127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void wrongSecretKey() throws Exception {
    cove.with("AWS_SECRET_ACCESS_KEY", "wrong");
    assertRefused(mount(), 3, "does not accept the credentials");
  }

  @Test
  void unknownAccessKey() throws Exception {
    cove.with("AWS_ACCESS_KEY_ID", "nobody");
    assertRefused(mount(), 3, "does not accept the credentials");
  }

  @Test
  void noCredentialsAtAll() throws Exception {
    cove.with("AWS_ACCESS_KEY_ID", "")
        .with("AWS_SECRET_ACCESS_KEY", "")
        .with("AWS_EC2_METADATA_DISABLED", "true")
        .with("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .with("AWS_CONFIG_FILE", "/nonexistent");
    assertRefused(mount(), 3, "no usable credentials", "--anonymous");
  }

  @Test
  void aProfileThatIsNamedWinsOverTheEnvironment() throws Exception {
    cove.with("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .with("AWS_CONFIG_FILE", "/nonexistent");
    assertRefused(mount("--profile", "nobody"), 3, "in the profile 'nobody'");
  }

  @Test
  void endpointWhereNobodyAnswers() throws Exception {
    assertRefused(
        mount("--endpoint-url", "http://127.0.0.1:1", "--retries", "0"),
        3,
        "nothing answers at http://127.0.0.1:1");
  }

  @Test
  void endpointWhoseNameIsUnknown() throws Exception {
    assertRefused(
        mount("--endpoint-url", "http://nowhere.invalid", "--retries", "0"), 3, "nowhere.invalid");
  }

  @Test
  void wrongRegion() throws Exception {
    // As Amazon answers; test servers take any region.
    HttpServer amazon =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    amazon.createContext("/", exchange -> {
      try (exchange) {
        byte[] body = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>"
            .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("x-amz-bucket-region", "eu-central-1");
        exchange.sendResponseHeaders(301, body.length);
        exchange.getResponseBody().write(body);
      }
    });
    amazon.start();
    try {
      String endpoint = "http://127.0.0.1:" + amazon.getAddress().getPort();
      assertRefused(
          mount("--endpoint-url", endpoint, "--region", "us-east-1"),
          2,
          "the bucket is in region eu-central-1",
          "--region eu-central-1");
    } finally {
      amazon.stop(0);
    }
  }

  @Test
  void directoryThatDoesNotExist() throws Exception {
    assertRefused(
        cove.run("mount", bucket.uri(), temp.resolve("absent").toString()),
        2,
        "absent does not exist",
        "mkdir -p");
  }

  @Test
  void directoryThatIsNotEmpty() throws Exception {
    Path file = Files.writeString(directory.resolve("mine"), "precious");
    assertRefused(mount(), 2, "is not empty");
    assertThat(file).hasContent("precious");
  }

  @Test
  void fileInPlaceOfADirectory() throws Exception {
    assertRefused(
        cove.run("mount", bucket.uri(), Files.createFile(temp.resolve("file")).toString()),
        2,
        "is not a directory");
  }

  @Test
  void directoryThatIsMountedAlready() throws Exception {
    assertThat(mount().exit()).isZero();
    assertRefused(mount(), 1, "is mounted already");
    assertRefused(mount("--rw"), 1, "is mounted already");
    assertThat(directory.resolve("hello.txt")).hasContent("hello\n");
    assertThat(cove.run("unmount", directory.toString()).exit()).isZero();
  }

  @Test
  void nothingIsWrittenToABucketWhoseDirectoryWillNotDo() throws Exception {
    Files.createFile(directory.resolve("in the way"));
    try (HttpFaultProxy proxy = HttpFaultProxy.start(server.endpoint())) {
      assertRefused(
          mount("--rw", "--endpoint-url", proxy.endpoint().toString()), 2, "is not empty");
      assertThat(proxy.requests()).noneMatch(line -> line.startsWith("PUT"));
    }
  }

  @Test
  void whereOneOfTwoTakesNoWritesNothingIsLeftInTheOther() throws Exception {
    Path second = Files.createDirectory(temp.resolve("second"));
    Bucket denied = Bucket.create(server);
    String[] words = {
      "mount", "--rw", denied.uri(), directory.toString(), bucket.uri(), second.toString()
    };
    try (HttpFaultProxy proxy = HttpFaultProxy.start(server.endpoint())) {
      cove.with("AWS_ENDPOINT_URL", proxy.endpoint().toString());
      String refused = denied.uri().substring("s3://".length());
      proxy
          .on(PUT)
          .where(request -> request.target().startsWith("/" + refused + "/"))
          .answerS3(403, "AccessDenied");
      // The first has failed long before.
      proxy.on(DELETE).delay(Duration.ofSeconds(1));
      assertRefused(cove.run(words), 3, refused);
      assertThat(proxy.requests()).anyMatch(line -> line.startsWith("PUT .cove-probe-"));
    }
    assertThat(bucket.keys()).containsExactly("hello.txt");
  }

  @Test
  void oneOfTwoThatCannotBeMountedKeepsTheOtherFromBeingMounted() throws Exception {
    Path second = Files.createDirectory(temp.resolve("second"));
    Files.createFile(second.resolve("in the way"));
    assertRefused(mount(bucket.uri(), second.toString()), 2, "second is not empty");
  }

  @Test
  void unmountOfWhatIsNotMounted() throws Exception {
    Result refused = cove.run("unmount", directory.toString());
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("is not mounted").containsOnlyOnce("\n");
  }

  @Test
  void emptyBucketMountsAsAnEmptyDirectory() throws Exception {
    assertThat(
            cove.run("mount", Bucket.create(server).uri(), directory.toString()).exit())
        .isZero();
    assertThat(directory).isEmptyDirectory();
    assertThat(cove.run("unmount", directory.toString()).exit()).isZero();
  }

  @Test
  void configurationFileWithAnUnknownKeyIsNamed() throws Exception {
    Files.writeString(
        Files.createDirectories(temp.resolve("cove")).resolve("config.toml"),
        "[mount]\nmemry = '1g'\n");
    Result refused = mount();
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err())
        .contains("config.toml: mount.memry is no option", "did you mean memory?");
    Files.delete(temp.resolve("cove/config.toml"));
  }

  @Test
  void valueOutOfRangeInTheConfigurationFileIsNamedByItsKey() throws Exception {
    Files.writeString(
        Files.createDirectories(temp.resolve("cove")).resolve("config.toml"),
        "[mount]\nthreads = 0\n");
    Result refused = mount();
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("config.toml: mount.threads", "0 is out of range");
    Files.delete(temp.resolve("cove/config.toml"));
  }

  static boolean canHideFiles() throws IOException, InterruptedException {
    return new ProcessBuilder("unshare", "-m", "true").start().waitFor() == 0;
  }

  // In a mount name space of its own, where the file is covered by another one.
  private Result mountWithout(String covered) throws IOException, InterruptedException {
    String script = "mount --make-rprivate / && " + covered + " && exec \"$@\"";
    return cove.runProgram(List.of(
        "unshare",
        "-m",
        "sh",
        "-c",
        script,
        "sh",
        Cove.launcher().toString(),
        "mount",
        bucket.uri(),
        directory.toString()));
  }

  @Test
  @EnabledIf("canHideFiles")
  void machineWithoutTheFuseDevice() throws Exception {
    assertRefused(
        mountWithout(
            "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/random c 1 8"
                + " && mknod -m 666 /dev/urandom c 1 9 && ln -s /proc/self/fd /dev/fd"),
        3,
        "/dev/fuse is missing");
  }

  @Test
  @EnabledIf("canHideFiles")
  void machineWithoutLibfuseIsToldThePackage() throws Exception {
    assertRefused(
        mountWithout("for f in /lib/*/libfuse.so.2 /usr/lib/*/libfuse.so.2; do"
            + " if [ -e \"$f\" ]; then mount --bind /dev/null \"$(readlink -f \"$f\")\"; fi; done"),
        3,
        "libfuse.so.2 is missing",
        "libfuse2");
  }
}
