package dev.cove.disk;

import java.nio.file.Path;

/**
 * Where a disk cache is and how much it may take. Sizes in bytes.
 *
 * @param folder made when it is absent; others' files in it are left alone
 * @param size the most that the cache takes of the disk
 * @param keepFree what it leaves free on the disk, whatever its size
 * @param queue the most that waits in memory to be written; what comes beyond is not kept
 */
public record DiskCacheOptions(Path folder, long size, long keepFree, long queue) {
  public static final long LEAST_SIZE = 64L << 20;
  private static final long QUEUE = 32L << 20;

  public DiskCacheOptions(Path folder, long size, long keepFree) {
    this(folder, size, keepFree, QUEUE);
  }
}
