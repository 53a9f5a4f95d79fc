package dev.cove.mount;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Publishing all that is left at the end of a mount. */
final class Draining {
  // 1 s: the store's own retries come before; this is for an endpoint that is down.
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final InodeTable table;
  private final Publishing publishing;
  private final Parallel parallel;

  Draining(InodeTable table, Publishing publishing, Parallel parallel) {
    this.table = table;
    this.publishing = publishing;
    this.parallel = parallel;
  }

  /** Bytes and files that are not in the bucket yet. */
  BucketFileSystem.Unsaved pending() {
    long bytes = 0;
    int count = 0;
    for (FileInode file : table.dirtyFiles()) {
      bytes += file.look().size();
      count++;
    }
    return new BucketFileSystem.Unsaved(count, bytes);
  }

  /**
   * Publishes everything; what fails is tried again until the time is up.
   *
   * @return by key why a file could not be stored; empty when all were. Those stay in the spool.
   */
  Map<String, String> publishAll(Duration most) throws IOException {
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      Map<String, String> failures = publishOnce();
      long left = end - System.nanoTime();
      if (failures.isEmpty() || left <= 0 || table.dirtyFiles().isEmpty()) {
        return failures;
      }
      try {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, PAUSE.toNanos()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return failures;
      }
    }
  }

  private Map<String, String> publishOnce() throws IOException {
    Map<String, String> failures = new ConcurrentHashMap<>();
    parallel.forEach(table.dirtyFiles(), file -> {
      try {
        publishing.publish(file);
      } catch (IOException e) {
        failures.put(file.lastKey(), String.valueOf(e.getMessage()));
      }
    });
    return new TreeMap<>(failures);
  }
}
