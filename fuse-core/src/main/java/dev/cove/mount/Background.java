package dev.cove.mount;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes what no close will publish, a moment after it changed. */
final class Background implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);
  // 1 s: `cp -p`, rsync and tar set mode, owner and times within one breath.
  private static final Duration DELAY = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(15);

  private final Publishing publishing;
  private final AttributeNotes notes;
  private final Set<FileInode> waiting = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4, work -> {
    Thread thread = new Thread(work, "cove-publish");
    thread.setDaemon(true);
    return thread;
  });

  Background(Publishing publishing, AttributeNotes notes) {
    this.publishing = publishing;
    this.notes = notes;
  }

  /**
   * Publishes a file's attributes in a moment, once for all changes until then. From now on they
   * outlive this process.
   */
  void publishSoon(FileInode file) throws IOException {
    notes.note(file);
    if (waiting.add(file)) {
      schedule(file, DELAY);
    }
  }

  private void schedule(FileInode file, Duration delay) {
    try {
      var unused = threads.schedule(() -> publish(file), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      waiting.remove(file); // the mount is ending and publishes everything itself
    }
  }

  private void publish(FileInode file) {
    waiting.remove(file);
    Journal.Entry entry = notes.of(file);
    try {
      publishing.publish(file);
      if (entry != null) {
        notes.stored(file, entry);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("{} could not be stored yet: {}", file.lastKey(), e.getMessage());
      if (file.isDirty() && waiting.add(file)) {
        schedule(file, RETRY);
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    notes.close();
  }
}
