package dev.cove.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WatchdogTest {
  private final Interrupts interrupts = new Interrupts();
  private final RequestDispatcher.FuseMetrics metrics = new RequestDispatcher.FuseMetrics();

  /** The first answer finds no memory. */
  private static final class ForgetfulDevice implements FuseDevice {
    final CountDownLatch failed = new CountDownLatch(1);
    final CountDownLatch answered = new CountDownLatch(1);

    @Override
    public int receive(NativeBuffer buffer) {
      return -1;
    }

    @Override
    public int send(long address, int length) {
      if (failed.getCount() > 0) {
        failed.countDown();
        throw new OutOfMemoryError("planted");
      }
      answered.countDown();
      return 0;
    }

    @Override
    public int sendGathered(long iovec, int count) {
      throw new AssertionError("nobody asks for this");
    }
  }

  @Test
  void killedProgramsAreLetGoThoughThereWasNoMemoryForAnotherOne() throws Exception {
    // The shell becomes a program that does not ask how its child ended: it stays to be looked at.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; exec sleep 60").start();
    try {
      BufferedReader said =
          new BufferedReader(new InputStreamReader(parent.getInputStream(), UTF_8));
      long killed = Long.parseLong(said.readLine());
      ProcessHandle.of(killed).orElseThrow().destroyForcibly();
      flush(8, (int) killed);
      flush(16, (int) killed);
      ForgetfulDevice device = new ForgetfulDevice();
      Thread watchdog =
          new Thread(new Watchdog("test", device, interrupts, metrics, Duration.ofDays(1)));
      watchdog.start();
      assertThat(device.failed.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(device.answered.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(metrics.failures.sum()).isEqualTo(1);
      watchdog.interrupt();
      watchdog.join();
    } finally {
      parent.destroyForcibly();
    }
  }

  /** A close that a program asked for a minute ago. */
  private void flush(long unique, int pid) {
    NativeBuffer memory = new NativeBuffer(NativeBuffer.PAGE);
    memory
        .bytes()
        .clear()
        .put(ByteBuffer.allocate(56)
            .order(ByteOrder.nativeOrder())
            .putInt(56)
            .putInt(FuseProtocol.FLUSH)
            .putLong(unique)
            .putLong(1)
            .putInt(0)
            .putInt(0)
            .putInt(pid)
            .rewind());
    Request request = new Request(memory);
    assertThat(request.received(56)).isTrue();
    InFlight worker = new InFlight();
    worker.begin(request, false, System.nanoTime() - TimeUnit.MINUTES.toNanos(1));
    interrupts.add(worker);
  }
}
