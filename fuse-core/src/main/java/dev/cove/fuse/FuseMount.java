package dev.cove.fuse;

import dev.cove.fuse.InitNegotiation.Agreement;
import dev.cove.fuse.MountException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file system that is mounted and served by threads of this process. */
public final class FuseMount {
  private static final Logger log = LoggerFactory.getLogger(FuseMount.class);
  private static final long RETRY_MILLIS = 50;

  private final Path directory;
  private final MountOptions options;
  private final FuseSession session;

  /** The mount's device number, which tells it from what others mount in the same place. */
  private final String device;

  FuseMount(Path directory, MountOptions options, FuseSession session) throws IOException {
    this.directory = directory;
    this.options = options;
    this.session = session;
    this.device = MountTable.on(directory).map(MountTable.Mount::device).orElse("");
  }

  /** How an unmount ended. */
  public enum Unmounted {
    /** Nothing is open any more and every request was served. */
    CLEANLY,
    /** Out of the tree, but programs still have files open, or requests are still served. */
    STILL_IN_USE
  }

  /** What the session has done so far. */
  public record Statistics(
      long requests,
      long failures,
      long unknownRequests,
      long slowRequests,
      long bytesRead,
      long bytesWritten,
      int threads) {}

  /** Where it is mounted: absolute, without symbolic links. */
  public Path directory() {
    return directory;
  }

  public Statistics statistics() {
    RequestDispatcher.FuseMetrics m = session.metrics();
    return new Statistics(
        m.requests.sum(),
        m.failures.sum(),
        m.unknownRequests.sum(),
        m.slowRequests.sum(),
        m.bytesRead.sum(),
        m.bytesWritten.sum(),
        session.threads());
  }

  /**
   * Returns once the kernel and this process have agreed on how to talk: from then on programs see
   * the files. When they cannot agree, or not in time, the mount is taken away again.
   */
  public void awaitReady(Duration most) throws MountException, InterruptedException {
    try {
      Agreement agreement = session.init().agreement().get(most.toNanos(), TimeUnit.NANOSECONDS);
      log.debug(
          "{} speaks FUSE 7.{}, flags {}",
          directory,
          agreement.minor(),
          Long.toHexString(agreement.flags()));
      raiseReadahead();
    } catch (TimeoutException e) {
      abandon();
      throw new MountException(
          Reason.TIMED_OUT, directory + " was not ready within " + most.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      abandon();
      if (e.getCause() instanceof MountException cause) {
        throw cause;
      }
      throw new MountException(Reason.FAILED, directory + " could not be mounted", e.getCause());
    }
  }

  private void abandon() {
    try {
      if (isMounted()) {
        Unmounting.detach(directory);
      }
    } catch (IOException e) {
      log.warn("{}", e.getMessage());
    }
  }

  /** The protocol only lowers the kernel's 128 KiB; raising them takes root and sysfs. */
  private void raiseReadahead() {
    Path setting = Path.of("/sys/class/bdi", device, "read_ahead_kb");
    if (device.isEmpty() || !Files.isWritable(setting)) {
      return;
    }
    try {
      Files.writeString(setting, Integer.toString(options.maxReadahead() >> 10));
    } catch (IOException e) {
      log.debug("readahead of {} stays as it is: {}", directory, e.getMessage());
    }
  }

  /** Waits until somebody unmounts it and every request was served. */
  public void awaitExit() throws InterruptedException {
    while (!awaitExit(Duration.ofDays(365))) {
      log.debug("{} has been mounted for a year", directory);
    }
  }

  /** @return false when it is still mounted, or still served, after {@code most} */
  public boolean awaitExit(Duration most) throws InterruptedException {
    return session.awaitEnd(most);
  }

  /**
   * Unmounts. While files are open there it tries again until {@code deadline}, then takes the mount
   * out of the tree: those files go on working while this process lives.
   */
  public Unmounted unmount(Duration deadline) throws IOException, InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    while (isMounted() && Unmounting.unmount(directory) == Unmounting.Outcome.BUSY) {
      if (System.nanoTime() - end >= 0) {
        Unmounting.detach(directory);
        break;
      }
      Thread.sleep(RETRY_MILLIS);
    }
    Duration left = Duration.ofNanos(Math.max(end - System.nanoTime(), 1_000_000_000L));
    return awaitExit(left) ? Unmounted.CLEANLY : Unmounted.STILL_IN_USE;
  }

  /**
   * Unmounts unless files are open there.
   *
   * @return whether it is out of the tree; its last requests may still be served
   */
  public boolean tryUnmount() throws IOException {
    return !isMounted() || Unmounting.unmount(directory) == Unmounting.Outcome.DONE;
  }

  /** Whether it is still in the tree, and not covered by another mount. */
  public boolean isMounted() throws IOException {
    Optional<MountTable.Mount> mount = MountTable.on(directory);
    return mount.isPresent() && mount.get().device().equals(device);
  }
}
