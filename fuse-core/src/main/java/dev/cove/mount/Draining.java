package dev.cove.mount;

import dev.cove.write.WriteException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishing all that is left at the end of a mount. */
final class Draining {
  private static final Logger LOG = LoggerFactory.getLogger(Draining.class);
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
   * Publishes everything; what fails is tried again until the time is up, but for files whose staged
   * bytes are damaged.
   *
   * @return by key why a file could not be stored; empty when all were. Those stay in the spool.
   */
  Map<String, String> publishAll(Duration most) throws IOException {
    long end = System.nanoTime() + most.toNanos();
    Map<FileInode, String> damaged = new ConcurrentHashMap<>();
    while (true) {
      Map<String, String> failures = publishOnce(damaged);
      boolean again = !failures.isEmpty();
      damaged.forEach((file, why) -> failures.put(file.lastKey(), why));
      long left = end - System.nanoTime();
      if (!again || left <= 0 || table.dirtyFiles().isEmpty()) {
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

  private Map<String, String> publishOnce(Map<FileInode, String> damaged) throws IOException {
    Map<String, String> failures = new ConcurrentHashMap<>();
    List<FileInode> files =
        table.dirtyFiles().stream().filter(file -> !damaged.containsKey(file)).toList();
    parallel.forEach(files, file -> {
      try {
        publishing.publish(file);
      } catch (IOException e) {
        String why = String.valueOf(e.getMessage());
        if (e instanceof WriteException told && isForGood(told.kind())) {
          LOG.error("{} cannot be stored, what there is of it is kept: {}", file.lastKey(), why);
          damaged.put(file, why);
        } else {
          failures.put(file.lastKey(), why);
        }
      }
    });
    return new TreeMap<>(failures);
  }

  private static boolean isForGood(WriteException.Kind kind) {
    return switch (kind) {
      case CORRUPT, LOST, TOO_LARGE -> true;
      case NO_SPACE, STREAM_ONLY, CONFLICT, CLOSED, INTERRUPTED, IN_USE, UNSAFE -> false;
    };
  }
}
