package dev.cove.read;

import java.time.Duration;

/**
 * Limits of the read path. All sizes in bytes.
 *
 * @param maxWindow the most that is fetched ahead for one stream
 * @param partSize the most that one request fetches ahead
 * @param parallelParts requests under way for one stream when the store answers at once; more when
 *     it takes its time
 * @param fetchThreads requests ahead under way at once, for all streams
 * @param wholeFileSize files up to this size are fetched in one request
 * @param timeout the longest a read waits
 */
public record ReadOptions(
    long maxWindow,
    long partSize,
    int parallelParts,
    int fetchThreads,
    long wholeFileSize,
    Duration timeout) {

  public static final ReadOptions DEFAULT =
      new ReadOptions(256L << 20, 32L << 20, 2, 32, 1L << 20, Duration.ofSeconds(120));

  /** These, with another limit on how long a read waits. */
  public ReadOptions within(Duration limit) {
    return new ReadOptions(maxWindow, partSize, parallelParts, fetchThreads, wholeFileSize, limit);
  }

  public ReadOptions {
    if (partSize < 1 || maxWindow < partSize || parallelParts < 1 || fetchThreads < 1) {
      throw new IllegalArgumentException(
          "a window holds at least one part and one request is under way at least");
    }
  }
}
