package dev.cove.cli.mount;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.ExitCodes;
import dev.cove.cli.metrics.Figure;
import dev.cove.cli.process.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The mounts of this process, from the moment they are ready until the last of them is gone. */
final class MountProcess implements ControlServer.Handler {
  /** How long programs may go on with open files after the process was told to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration CLOSING = Duration.ofSeconds(30);
  private static final Logger log = LoggerFactory.getLogger(MountProcess.class);

  private final MountRegistry registry;
  private final ProcessIdentity identity;
  private final Path socket;
  private final String logFile;
  private final CountDownLatch done = new CountDownLatch(1);
  private final AtomicInteger stops = new AtomicInteger();

  @GuardedBy("this")
  private final List<MountedBucket> mounts = new ArrayList<>();

  MountProcess(MountRegistry registry, String logFile) throws IOException {
    this.registry = registry;
    this.identity = ProcessIdentity.own();
    this.socket = registry.socketFor(identity);
    this.logFile = logFile;
  }

  /**
   * Serves mounts that are ready until all are gone.
   *
   * @param ready called once other processes can find them
   * @return the exit status of this process
   */
  int serve(List<MountedBucket> made, Ready ready) throws IOException, InterruptedException {
    synchronized (this) {
      mounts.addAll(made);
    }
    Signals.onStop(this::stop);
    try (ControlServer control = ControlServer.start(socket, this)) {
      registry.put(entry());
      made.forEach(mount -> mount.watch(() -> ended(mount)));
      ready.run();
      done.await();
    } finally {
      registry.remove(entry());
    }
    return made.stream().allMatch(mount -> mount.unsaved().isEmpty())
        ? ExitCodes.DONE
        : ExitCodes.KEPT_LOCALLY;
  }

  /** What is done when other processes can find the mounts. */
  interface Ready {
    void run() throws IOException;
  }

  private synchronized MountEntry entry() {
    return new MountEntry(
        identity, socket, logFile, mounts.stream().map(MountedBucket::entry).toList());
  }

  private void ended(MountedBucket mount) {
    boolean last;
    synchronized (this) {
      mounts.remove(mount);
      last = mounts.isEmpty();
    }
    if (last) {
      done.countDown();
      return;
    }
    try {
      registry.put(entry());
    } catch (IOException e) {
      log.warn("the list of mounts could not be written: {}", e.getMessage());
    }
  }

  private synchronized List<MountedBucket> mounts() {
    return List.copyOf(mounts);
  }

  // The first signal ends things in order, the second one at once.
  private void stop(int signal) {
    if (stops.getAndIncrement() == 0) {
      log.info("told to end by signal {}", signal);
      for (MountedBucket mount : mounts()) {
        start(
            () -> mount.unmountForGood(PATIENCE, () -> ended(mount)), "stop " + mount.mountPoint());
      }
      return;
    }
    log.warn("told to end at once by signal {}", signal);
    for (MountedBucket mount : mounts()) {
      try {
        mount.detach();
      } catch (IOException e) {
        log.warn("{} stays mounted: {}", mount.mountPoint(), e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    // 128 + n is how shells report a process that a signal ended.
    Runtime.getRuntime().halt(128 + signal);
  }

  private static void start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public Map<String, ? extends @Nullable Object> handle(Map<String, @Nullable Object> request)
      throws IOException, InterruptedException {
    Object asked = request.get("do");
    if ("status".equals(asked)) {
      return Map.of("mounts", mounts().stream().map(MountedBucket::status).toList());
    }
    MountedBucket mount = find(String.valueOf(request.get("mountPoint")));
    if ("stats".equals(asked)) {
      return Map.of(
          "source",
          mount.source(),
          "figures",
          mount.figures().stream().map(MountProcess::toMap).toList());
    }
    if ("refresh".equals(asked)) {
      mount.refresh(String.valueOf(request.get("path")));
      return Map.of();
    }
    if ("unmount".equals(asked)) {
      return unmount(
          mount, Boolean.TRUE.equals(request.get("lazy")) ? Wait.NOT : Wait.FOR_PROGRAMS);
    }
    throw CommandFailure.failed("the process that serves " + mount.mountPoint()
        + " is of another version and does not know '" + asked + "'");
  }

  private static Map<String, Object> toMap(Figure figure) {
    return Map.of("name", figure.name(), "labels", figure.labels(), "value", figure.value());
  }

  /** The figures of each mount, by mount point. */
  Map<String, List<Figure>> figures() {
    Map<String, List<Figure>> all = new LinkedHashMap<>();
    mounts().forEach(mount -> all.put(mount.mountPoint().toString(), mount.figures()));
    return all;
  }

  private enum Wait {
    FOR_PROGRAMS,
    NOT
  }

  private MountedBucket find(String mountPoint) {
    return mounts().stream()
        .filter(mount -> mount.mountPoint().toString().equals(mountPoint))
        .findFirst()
        .orElseThrow(() -> CommandFailure.notSo(mountPoint + " is not mounted"));
  }

  private Map<String, Object> unmount(MountedBucket mount, Wait wait)
      throws IOException, InterruptedException {
    if (wait == Wait.NOT) {
      mount.detach();
      return Map.of("last", mounts().isEmpty());
    }
    if (!mount.tryUnmount()) {
      String users = Users.of(mount.mountPoint());
      throw CommandFailure.notSo(mount.mountPoint() + " is in use"
          + (users.isEmpty() ? "" : " by " + users)
          + "; close what is open there, or give --lazy to unmount when it is closed");
    }
    if (!mount.awaitClosed(CLOSING.plus(mount.drainTimeout()))) {
      throw CommandFailure.failed(
          mount.mountPoint() + " is unmounted, but requests to the store have not ended yet");
    }
    Map<String, String> unsaved = mount.unsaved();
    if (!unsaved.isEmpty()) {
      Map.Entry<String, String> first = unsaved.entrySet().iterator().next();
      throw CommandFailure.keptLocally(mount.mountPoint() + " is unmounted, but " + unsaved.size()
          + (unsaved.size() == 1 ? " file" : " files") + " could not be stored, the first is "
          + first.getKey() + " (" + first.getValue()
          + "); 'cove recover' stores or discards what is"
          + " kept");
    }
    return Map.of("last", mounts().isEmpty());
  }
}
