package dev.cove.mount;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Publishing all that is left at the end of a mount. */
final class Draining {
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
   * Publishes everything.
   *
   * @return by key why a file could not be stored; empty when all were. Those stay in the spool.
   */
  Map<String, String> publishAll() throws IOException {
    Map<String, String> failures = new ConcurrentHashMap<>();
    List<FileInode> files = table.dirtyFiles();
    parallel.forEach(files, file -> {
      try {
        publishing.publish(file);
      } catch (IOException e) {
        failures.put(file.lastKey(), String.valueOf(e.getMessage()));
      }
    });
    return new TreeMap<>(failures);
  }
}
