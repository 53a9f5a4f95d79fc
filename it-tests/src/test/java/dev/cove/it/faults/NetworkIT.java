package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.GET;
import static dev.cove.storage.StoreOperation.PUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.proxy.ProxyFault;
import dev.cove.storage.testkit.server.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The network fails in every way, and a mount goes on without being mounted again. */
final class NetworkIT extends ProxiedBucket {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @BeforeEach
  void mount() throws Exception {
    byte[] large = new byte[8 << 20];
    new Random(2).nextBytes(large);
    Files.write(s3.local.resolve("large"), large);
    s3.put("large", large);
    s3.put("stuck", large);
    s3.put("other/file", "other\n");
    s3.mount(
        "--rw",
        "--retries",
        "2",
        "--connect-timeout",
        "1s",
        "--stall-timeout",
        "3s",
        "--attempt-timeout",
        "5s",
        "--request-timeout",
        "12s",
        "--ttl",
        "0s");
  }

  @Test
  void readsGoOnAtTheByteWhereTheyStopped() throws Exception {
    var cut = proxy.on(GET).key("large").times(2).cutAnswer(300_000);
    s3.sh("cmp $T/large $M/large");
    assertThat(cut.strikes()).isEqualTo(2);
    assertThat(proxy.requests())
        .as("nothing that had arrived is asked for again")
        .anyMatch(line -> line.startsWith("GET large ")
            && !line.startsWith("GET large 0-")
            && !line.matches("GET large \\d*[048]-.*|GET large 1048576-.*"));
  }

  @Test
  void burstsOfFailuresAreOutlived() throws Exception {
    proxy.onAny().times(2).answerS3(503, "SlowDown");
    s3.sh("cat $M/other/file >/dev/null");
    proxy.onAny().times(2).answerS3(500, "InternalError");
    s3.sh("echo new | dd of=$M/new 2>/dev/null");
    proxy.onAny().times(2).refuse();
    s3.sh("mv $M/new $M/renamed");
    proxy.cutConnections();
    assertThat(s3.sh("cat $M/renamed")).isEqualTo("new");
  }

  @Test
  void connectionsCutBeforeDuringAndAfterAnAnswerAreNotNoticed() throws Exception {
    s3.sh("head -c 300000 $T/large > $T/part");
    List<ProxyFault> cuts = List.of(
        proxy.on(PUT).key("a").once().refuse(),
        proxy.on(PUT).key("b").once().cutRequest(100_000),
        proxy.on(PUT).key("c").once().loseAnswer(),
        proxy.on(PUT).key("d").once().closeAfterAnswer(),
        proxy.on(GET).key("other/file").once().refuse(),
        proxy.on(GET).key("large").once().cutAnswer(300_000),
        proxy.on(GET).key("stuck").once().closeAfterAnswer());
    s3.sh("for f in a b c d; do cp $T/part $M/$f; done; cat $M/other/file > /dev/null");
    s3.sh("cmp $T/large $M/large; cmp $T/large $M/stuck");
    assertThat(cuts).allSatisfy(cut -> assertThat(cut.strikes()).isEqualTo(1));
    for (String key : List.of("a", "b", "c", "d")) {
      assertThat(s3.bytes(key)).isEqualTo(Files.readAllBytes(s3.local.resolve("part")));
    }
  }

  @Tag("newest-jdk")
  @Test
  void credentialsThatExpireUnderWayAreAskedForAgain() throws Exception {
    S3Server server = S3Server.shared();
    Path script = s3.local.resolve("credentials");
    // The SDK asks again 15 s before they expire.
    Files.writeString(
        script, """
        #!/bin/sh
        echo asked >> %s
        printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s", "Expiration": "%%s"}' \
          $(date -u -d '+16 seconds' +%%Y-%%m-%%dT%%H:%%M:%%SZ)
        """.formatted(s3.local.resolve("asked"), server.accessKey(), server.secretKey()));
    Path config = s3.local.resolve("config");
    Files.writeString(config, "[profile short]\ncredential_process = /bin/sh " + script + "\n");
    Path mount =
        s3.with("AWS_CONFIG_FILE", config.toString()).mountAgain("--rw", "--profile", "short");
    s3.sh("echo first | dd of=" + mount.resolve("first") + " 2>/dev/null");
    long before = asked();
    ProxyFault expired = proxy.on(PUT).key("later").once().answerS3(400, "ExpiredToken");
    BucketMount.eventually(() -> {
      s3.sh("cat " + mount.resolve("first"));
      assertThat(asked()).isGreaterThan(before);
    });
    s3.sh("echo later | dd of=" + mount.resolve("later") + " 2>/dev/null");
    assertThat(expired.strikes()).isEqualTo(1);
    assertThat(s3.text("later")).isEqualTo("later\n");
  }

  private long asked() throws IOException {
    try (Stream<String> lines = Files.lines(s3.local.resolve("asked"))) {
      return lines.count();
    }
  }

  @Test
  @Tag("soak")
  void stallsOfHalfAMinuteAreOutlivedByReadsAndWrites() throws Exception {
    Path patient = s3.mountAgain("--rw");
    Gate down = proxy.on(GET).key("large").once().stallAnswer(300_000);
    Gate up = proxy.on(PUT).key("sent").once().stallRequest(100_000);
    Running reader = s3.start("bash", "-c", "cmp $T/large " + patient.resolve("large"));
    Running writer =
        s3.start("bash", "-c", "head -c 500000 $T/large | dd of=" + patient.resolve("sent"));
    down.awaitArrival(PATIENCE);
    up.awaitArrival(PATIENCE);
    assertThat(s3.sh("cat " + patient.resolve("other/file"))).isEqualTo("other");
    assertThat(reader.await().exit()).isZero();
    assertThat(writer.await().exit()).isZero();
    assertThat(s3.bytes("sent")).hasSize(500_000);
  }

  @Test
  @Tag("newest-jdk")
  void aServerThatFallsSilentEndsCallsInTimeAndStopsNoOthers() throws Exception {
    Gate silence = proxy.on(GET).key("stuck").hang();
    Running reader = s3.start("bash", "-c", "cat $M/stuck");
    Running killed = s3.start("bash", "-c", "exec tail -c 1 $M/stuck");
    silence.awaitArrival(PATIENCE);
    s3.sh("ls $M/other && cat $M/other/file");
    assertThat(reader.process().isAlive()).as("others go on while one waits").isTrue();
    killed.process().destroyForcibly();
    assertThat(killed.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    BucketMount.Result read = reader.await();
    assertThat(read.exit()).isNotZero();
    assertThat(read.output()).contains("Connection timed out");
    proxy.heal();
    s3.sh("cmp $T/large $M/stuck");
  }

  @Test
  void anEndpointThatIsAwayAndComesBackNeedsNoRemount() throws Exception {
    goAwayFor(Duration.ZERO);
  }

  @Test
  @Tag("soak")
  void anEndpointThatIsAwayForAMinuteNeedsNoRemount() throws Exception {
    goAwayFor(Duration.ofMinutes(1));
  }

  private void goAwayFor(Duration time) throws Exception {
    Running writer = s3.start("python3", "-c", """
        import errno, os, time
        M, T = os.environ['M'], os.environ['T']
        fd = os.open(M + '/pending', os.O_RDWR | os.O_CREAT)
        os.write(fd, b'written\\n')
        open(T + '/written', 'w').close()
        while not os.path.exists(T + '/down'): time.sleep(0.05)
        try:
          os.fsync(fd)
          print('stored')
        except OSError as e:
          print(errno.errorcode[e.errno])
        open(T + '/told', 'w').close()
        while not os.path.exists(T + '/up'): time.sleep(0.05)
        os.fsync(fd)
        os.close(fd)
        print('stored')
        """);
    BucketMount.eventually(() -> assertThat(s3.local.resolve("written")).exists());
    proxy.goDown();
    Files.createFile(s3.local.resolve("down"));
    BucketMount.Result listed = s3.run("ls $M/other");
    assertThat(listed.exit()).isNotZero();
    assertThat(listed.output()).contains("Input/output error");
    BucketMount.eventually(() -> assertThat(s3.local.resolve("told")).exists());
    Thread.sleep(time.toMillis());
    proxy.heal();
    Files.createFile(s3.local.resolve("up"));
    assertThat(writer.await().output()).isEqualTo("EIO\nstored");
    assertThat(s3.text("pending")).isEqualTo("written\n");
    assertThat(s3.sh("cat $M/other/file")).isEqualTo("other");
  }
}
