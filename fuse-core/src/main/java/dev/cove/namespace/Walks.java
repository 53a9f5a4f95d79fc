package dev.cove.namespace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells walks through a tree from lists of single directories: by how many directories below one
 * parent were listed lately.
 */
final class Walks {
  private static final int MOST_PARENTS = 10_000;

  /** By the parent's prefix. */
  private final Cache<String, Progress> parents;

  private static final class Progress {
    int listed;
    int inVain;
  }

  Walks(Duration memory, LongSupplier ticker) {
    parents = Caffeine.newBuilder()
        .maximumSize(MOST_PARENTS)
        .expireAfterAccess(memory)
        .ticker(ticker::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  /**
   * Notes that a directory is being listed by a request of its own.
   *
   * @return whether a page of all that follows it below its parent is likely to spare requests. Of
   *     those that spared none there is at most one for two directories: half of what is asked anyway
   */
  boolean isWorthAScan(String prefix) {
    if (prefix.isEmpty()) {
      return false;
    }
    Progress progress = parents.get(parent(prefix), any -> new Progress());
    synchronized (progress) {
      progress.listed++;
      if (progress.listed < 2 * (progress.inVain + 1)) {
        return false;
      }
      progress.inVain++;
      return true;
    }
  }

  /** The page that was advised held the directory whole. */
  void spared(String prefix) {
    Progress progress = parents.getIfPresent(parent(prefix));
    if (progress != null) {
      synchronized (progress) {
        progress.inVain--;
      }
    }
  }

  /** The directory that a directory is in. */
  static String parent(String prefix) {
    return prefix.substring(0, prefix.lastIndexOf('/', prefix.length() - 2) + 1);
  }
}
