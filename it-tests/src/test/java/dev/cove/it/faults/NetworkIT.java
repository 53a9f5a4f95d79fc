package dev.cove.it.faults;

import static dev.cove.storage.StoreOperation.GET;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.it.mount.BucketMount;
import dev.cove.it.mount.BucketMount.Running;
import dev.cove.storage.testkit.Gate;
import dev.cove.storage.testkit.proxy.HttpFaultProxy;
import dev.cove.storage.testkit.server.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network fails in every way, and a mount goes on without being mounted again. */
final class NetworkIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir
  private Path temp;

  private HttpFaultProxy proxy;
  private BucketMount s3;

  @BeforeEach
  void mount() throws Exception {
    byte[] large = new byte[8 << 20];
    new Random(2).nextBytes(large);
    proxy = HttpFaultProxy.start(S3Server.shared().endpoint());
    s3 = new BucketMount(temp, proxy.endpoint());
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

  @AfterEach
  void unmount() throws Exception {
    proxy.heal();
    s3.close();
    proxy.close();
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
    proxy.heal();
    Files.createFile(s3.local.resolve("up"));
    assertThat(writer.await().output()).isEqualTo("EIO\nstored");
    assertThat(s3.text("pending")).isEqualTo("written\n");
    assertThat(s3.sh("cat $M/other/file")).isEqualTo("other");
  }
}
