package dev.cove.volume;

import java.time.Clock;

/**
 * How a process uses a store of volumes.
 *
 * @param nodeCacheBytes memory for nodes of the trees
 * @param parallelism requests under way at a time
 * @param author who commits, as the history shows it
 * @param clock tells the times of commits and of changed directories
 */
public record VolumeOptions(long nodeCacheBytes, int parallelism, String author, Clock clock) {

  public VolumeOptions {
    if (nodeCacheBytes < 0 || parallelism < 1) {
      throw new IllegalArgumentException("sizes are not negative and parallelism is at least 1");
    }
  }

  /** 128 MiB for nodes, eight requests at a time, the user at this host. */
  public static VolumeOptions standard() {
    return new VolumeOptions(128L << 20, 8, Author.current(), Clock.systemUTC());
  }

  public VolumeOptions withNodeCacheBytes(long bytes) {
    return new VolumeOptions(bytes, parallelism, author, clock);
  }

  public VolumeOptions withParallelism(int requests) {
    return new VolumeOptions(nodeCacheBytes, requests, author, clock);
  }

  public VolumeOptions withAuthor(String name) {
    return new VolumeOptions(nodeCacheBytes, parallelism, name, clock);
  }

  public VolumeOptions withClock(Clock other) {
    return new VolumeOptions(nodeCacheBytes, parallelism, author, other);
  }
}
