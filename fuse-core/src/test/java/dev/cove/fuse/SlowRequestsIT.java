package dev.cove.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens while the backend takes its time. */
final class SlowRequestsIT {
  private Mounted fs;
  private final CountDownLatch backend = new CountDownLatch(1);

  @BeforeEach
  void mount() throws Exception {
    fs = new Mounted(MountOptions.DEFAULTS.withSlowAfter(Duration.ofMillis(500)), Duration.ZERO);
    fs.files.put("f", "late".getBytes(UTF_8));
    fs.calls.before("read", () -> backend.await(60, TimeUnit.SECONDS));
  }

  @AfterEach
  void unmount() throws Exception {
    backend.countDown();
    fs.close();
  }

  @Test
  void namesAnswerWhileFiftyReadsWait() throws Exception {
    List<Process> readers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      fs.files.put("f" + i, "late".getBytes(UTF_8));
      readers.add(fs.start("exec cat $M/f" + i));
    }
    awaitThreads(50);
    long before = System.nanoTime();
    assertThat(fs.sh("ls -l $M | grep -c f")).isEqualTo("51");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    backend.countDown();
    for (Process reader : readers) {
      assertThat(Mounted.finish(reader)).isEqualTo(new Mounted.Result(0, "late"));
    }
  }

  private void awaitThreads(int atLeast) throws Exception {
    for (int i = 0; i < 200 && fs.mount.statistics().threads() <= atLeast; i++) {
      Thread.sleep(50);
    }
    assertThat(fs.mount.statistics().threads()).isGreaterThan(atLeast);
  }

  @Test
  void programThatIsKilledGoesAtOnceAndTheMountGoesOn() throws Exception {
    fs.calls.before("getattr", () -> {
      backend.await(60, TimeUnit.SECONDS);
      return null;
    });
    Process stat = fs.start("exec stat $M/f");
    Process direct = fs.start("exec dd if=$M/f iflag=direct bs=4096");
    Thread.sleep(1500);
    assertThat(stat.isAlive()).isTrue();
    assertThat(direct.isAlive()).isTrue();
    stat.destroyForcibly();
    direct.destroyForcibly();
    assertThat(stat.waitFor(5, TimeUnit.SECONDS)).as("stat gone").isTrue();
    assertThat(direct.waitFor(5, TimeUnit.SECONDS)).as("dd gone").isTrue();
    backend.countDown();
    assertThat(fs.sh("cat $M/f")).isEqualTo("late");
  }

  @Test
  void programWithATimerIsNotDisturbed() throws Exception {
    Process python = Mounted.start(
        List.of("python3", "-c", """
            import os, signal, ctypes
            count = [0]
            def tick(*args): count[0] += 1
            signal.signal(signal.SIGALRM, tick)
            fd = os.open(os.environ['M'] + '/f', os.O_RDONLY | os.O_DIRECT)
            libc = ctypes.CDLL(None, use_errno=True)
            memory = ctypes.create_string_buffer(8192)
            address = (ctypes.addressof(memory) + 4095) & -4096
            signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
            n = libc.read(fd, ctypes.c_void_p(address), 4096)
            signal.setitimer(signal.ITIMER_REAL, 0)
            print(n, ctypes.get_errno())
            """), java.util.Map.of("M", fs.directory.toString()));
    Thread.sleep(2000);
    backend.countDown();
    assertThat(Mounted.finish(python).output()).isEqualTo("4 0");
  }

  @Test
  void slowRequestIsCountedOnce() throws Exception {
    Process cat = fs.start("exec cat $M/f");
    Thread.sleep(3000);
    assertThat(fs.mount.statistics().slowRequests()).isEqualTo(1);
    backend.countDown();
    Mounted.finish(cat);
  }
}
