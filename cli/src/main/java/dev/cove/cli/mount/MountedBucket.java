package dev.cove.cli.mount;

import dev.cove.cli.metrics.Figure;
import dev.cove.cli.metrics.MountMetrics;
import dev.cove.fuse.FuseMount;
import dev.cove.mount.BucketFileSystem;
import dev.cove.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mount of this process and what it holds. */
final class MountedBucket {
  private static final Logger log = LoggerFactory.getLogger(MountedBucket.class);
  // The kernel releases files a moment after the last close.
  private static final Duration RELEASE_TIME = Duration.ofSeconds(2);
  private static final long RETRY_MILLIS = 20;

  private final String source;
  private final ObjectStore store;
  private final BucketFileSystem files;
  private final FuseMount mount;
  private final MountMetrics metrics;
  private final Shared shared;
  private final WritingOptions writing;
  private final Instant since;
  private final int leftovers;
  private volatile Map<String, String> unsaved = Map.of();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  MountedBucket(
      String source,
      ObjectStore store,
      BucketFileSystem files,
      FuseMount mount,
      MountMetrics metrics,
      Shared shared,
      WritingOptions writing,
      Instant since,
      int leftovers) {
    this.leftovers = leftovers;
    this.source = source;
    this.store = store;
    this.files = files;
    this.mount = mount;
    this.metrics = metrics;
    this.shared = shared;
    this.writing = writing;
    this.since = since;
  }

  Path mountPoint() {
    return mount.directory();
  }

  String source() {
    return source;
  }

  /** Files that an earlier process of this mount could not store. */
  int leftovers() {
    return leftovers;
  }

  MountEntry.Mounted entry() {
    return new MountEntry.Mounted(
        mountPoint(),
        source,
        writing.isWritable() ? MountEntry.Access.READ_WRITE : MountEntry.Access.READ_ONLY,
        since);
  }

  /** Calls {@code then} once, when nobody uses the mount any more and what it held is given back. */
  void watch(Runnable then) {
    Thread watch = new Thread(
        () -> {
          try {
            mount.awaitExit();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          end(then);
        },
        "watch " + mountPoint());
    watch.setDaemon(true);
    watch.start();
  }

  private void end(Runnable then) {
    if (ended.compareAndSet(false, true)) {
      drain();
      files.close();
      store.close();
      log.info("{} is not mounted on {} any more", source, mountPoint());
      then.run();
      closed.countDown();
    }
  }

  private void drain() {
    Map<String, String> failed = new TreeMap<>();
    BucketFileSystem.Unsaved left = files.unsaved();
    if (left.files() > 0) {
      log.info("{} files with {} bytes are still to be stored", left.files(), left.bytes());
      try {
        failed.putAll(files.drain(writing.drainTimeout()));
      } catch (IOException e) {
        failed.put(source, String.valueOf(e.getMessage()));
      }
    }
    failed.putAll(files.keptBeside());
    unsaved = failed;
    unsaved.forEach((key, why) -> log.error("{} is not stored: {}", key, why));
    if (!unsaved.isEmpty()) {
      log.error(
          "{} files are kept in {}; 'cove recover' stores or discards them",
          unsaved.size(),
          files.spool());
    }
  }

  Duration drainTimeout() {
    return writing.drainTimeout();
  }

  /** By key why something could not be stored when the mount ended; it is kept locally. */
  Map<String, String> unsaved() {
    return unsaved;
  }

  /**
   * Unmounts unless programs use it.
   *
   * @return false when they do; it stays mounted then
   */
  boolean tryUnmount() throws IOException, InterruptedException {
    long end = System.nanoTime() + RELEASE_TIME.toNanos();
    while (!mount.tryUnmount()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      Thread.sleep(RETRY_MILLIS);
    }
    return true;
  }

  /** Takes it out of the tree at once; files that are open stay readable while this process lives. */
  void detach() throws IOException, InterruptedException {
    mount.unmount(Duration.ZERO);
  }

  /**
   * Unmounts for good: programs that still use it after {@code patience} lose their files.
   *
   * @param then as {@link #watch}
   */
  void unmountForGood(Duration patience, Runnable then) {
    try {
      if (mount.unmount(patience) == FuseMount.Unmounted.STILL_IN_USE) {
        log.warn("programs lost the files they had open on {}", mountPoint());
      }
    } catch (IOException e) {
      log.warn("{} could not be unmounted: {}", mountPoint(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end(then);
  }

  /** @return whether everything was given back within {@code most} */
  boolean awaitClosed(Duration most) throws InterruptedException {
    return closed.await(most.toNanos(), TimeUnit.NANOSECONDS);
  }

  void refresh(String path) throws IOException {
    files.refresh(path);
  }

  /** Bytes that programs have written and the store does not hold yet. */
  long pendingBytes() {
    return files.unsaved().bytes();
  }

  /** What it has done and what it holds. */
  List<Figure> figures() {
    return metrics.figures(new MountMetrics.Sources(mount, files, shared.budget(), shared.disk()));
  }

  Map<String, Object> status() {
    FuseMount.Statistics done = mount.statistics();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("mountPoint", mountPoint());
    status.put("pendingBytes", pendingBytes());
    status.put("requests", done.requests());
    status.put("failures", done.failures());
    status.put("bytesRead", done.bytesRead());
    status.put("unshowable", new LinkedHashMap<>(files.unshowable().keys()));
    return status;
  }
}
