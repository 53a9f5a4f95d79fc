package dev.cove.vfs;

/**
 * A name's answer.
 *
 * @param entryTimeoutNanos how long the kernel may remember the name
 * @param attributeTimeoutNanos how long it may remember the attributes
 */
public record Entry(Attributes attributes, long entryTimeoutNanos, long attributeTimeoutNanos) {
  public long inode() {
    return attributes.inode();
  }
}
