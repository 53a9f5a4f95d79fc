package dev.cove.volume;

import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * How a process uses a store of volumes.
 *
 * @param nodeCacheBytes memory for nodes of the trees
 * @param parallelism requests under way at a time
 * @param author who commits, as the history shows it
 * @param clock tells the times of commits and of changed directories
 * @param uploadMemory a folder where this machine notes what it has uploaded, so that an interrupted upload goes on; null for none
 */
public record VolumeOptions(
    long nodeCacheBytes,
    int parallelism,
    String author,
    Clock clock,
    @Nullable Path uploadMemory) {

  public VolumeOptions {
    if (nodeCacheBytes < 0 || parallelism < 1) {
      throw new IllegalArgumentException("sizes are not negative and parallelism is at least 1");
    }
  }

  /** 128 MiB for nodes, eight requests at a time, the user at this host. */
  public static VolumeOptions standard() {
    return new VolumeOptions(128L << 20, 8, Author.current(), Clock.systemUTC(), null);
  }

  public VolumeOptions withNodeCacheBytes(long bytes) {
    return new VolumeOptions(bytes, parallelism, author, clock, uploadMemory);
  }

  public VolumeOptions withParallelism(int requests) {
    return new VolumeOptions(nodeCacheBytes, requests, author, clock, uploadMemory);
  }

  public VolumeOptions withAuthor(String name) {
    return new VolumeOptions(nodeCacheBytes, parallelism, name, clock, uploadMemory);
  }

  public VolumeOptions withClock(Clock other) {
    return new VolumeOptions(nodeCacheBytes, parallelism, author, other, uploadMemory);
  }

  public VolumeOptions withUploadMemory(Path folder) {
    return new VolumeOptions(nodeCacheBytes, parallelism, author, clock, folder);
  }
}
