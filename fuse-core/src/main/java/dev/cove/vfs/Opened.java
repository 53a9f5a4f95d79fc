package dev.cove.vfs;

/**
 * An open file.
 *
 * @param handle never {@link VirtualFileSystem#NO_HANDLE}
 */
public record Opened(long handle, PageCache pageCache) {

  /** What the kernel does with pages it has of the file. */
  public enum PageCache {
    /** Keeps them: the content is what it was at the last open. */
    KEEP,
    /** Drops them. */
    DROP,
    /** Reads and writes of this handle go past the page cache. */
    BYPASS
  }
}
