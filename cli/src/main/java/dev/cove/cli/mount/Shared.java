package dev.cove.cli.mount;

import dev.cove.cache.MemoryBudget;
import dev.cove.cli.metrics.MetricsEndpoint;
import dev.cove.disk.DiskCache;
import org.jspecify.annotations.Nullable;

/**
 * What all mounts of a process use together.
 *
 * @param disk null where nothing is kept on disk
 * @param endpoint null where nobody asks for metrics over HTTP
 */
record Shared(
    MemoryBudget budget, @Nullable DiskCache disk, @Nullable MetricsEndpoint endpoint)
    implements AutoCloseable {

  @Override
  public void close() {
    if (endpoint != null) {
      endpoint.close();
    }
    if (disk != null) {
      disk.close();
    }
  }
}
