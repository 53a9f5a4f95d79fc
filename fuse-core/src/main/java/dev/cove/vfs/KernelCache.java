package dev.cove.vfs;

/**
 * Makes the kernel forget. Calls return at once; the work is done by another thread, since the
 * kernel may hold locks of the very request being served. An inode the kernel does not know is no
 * error.
 */
public interface KernelCache {

  /** A kernel that remembers nothing: for tests and before mounting. */
  KernelCache NONE = new KernelCache() {
    @Override
    public void invalidateAttributes(long inode) {}

    @Override
    public void invalidateContent(long inode) {}

    @Override
    public void invalidateEntry(long parent, String name) {}
  };

  /** Drops remembered size, mode and times. */
  void invalidateAttributes(long inode);

  /** Drops cached pages, and attributes with them. */
  void invalidateContent(long inode);

  /** Drops a remembered name, or that it does not exist. */
  void invalidateEntry(long parent, String name);
}
