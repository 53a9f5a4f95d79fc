package dev.cove.write;

import java.time.Duration;

/**
 * Limits of a spool. All sizes in bytes.
 *
 * @param size the most that staged bytes take on disk
 * @param freeFloor what stays free on the disk, whoever uses it
 * @param patience the longest a writer waits for room
 * @param checkpoint how long a sequential write may stay out of the journal; a crash of the process
 *     forgets at most what came in that time
 * @param blockSize what one checksum covers
 * @param segmentSize how large the files of the spool are; a multiple of the block size
 */
public record SpoolOptions(
    long size,
    long freeFloor,
    Duration patience,
    Duration checkpoint,
    int blockSize,
    int segmentSize) {

  // Blocks are pages: the kernel writes in pages, so few writes change a part of a block.
  public static final SpoolOptions DEFAULT = new SpoolOptions(
      10L << 30, 256L << 20, Duration.ofSeconds(60), Duration.ofSeconds(1), 4096, 8 << 20);

  public SpoolOptions {
    if (blockSize < 1
        || blockSize > Character.MAX_VALUE
        || segmentSize < blockSize
        || segmentSize % blockSize != 0) {
      throw new IllegalArgumentException("a segment is a number of whole blocks");
    }
    if (size < segmentSize) {
      throw new IllegalArgumentException(
          "the spool has at least " + segmentSize + " bytes, not " + size);
    }
  }

  public SpoolOptions withSize(long bytes) {
    return new SpoolOptions(bytes, freeFloor, patience, checkpoint, blockSize, segmentSize);
  }
}
