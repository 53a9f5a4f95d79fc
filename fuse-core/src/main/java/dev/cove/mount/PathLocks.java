package dev.cove.mount;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps changes of the same keys apart, while others go on: a change of one object waits for another
 * of it, and for a move of any directory above it. Held across requests, but covers only its own
 * paths. A thread takes all paths of a change in one call, and so no two wait for each other.
 */
final class PathLocks {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private final List<Held> held = new ArrayList<>(); // guarded by lock

  /** Paths that are locked until closed. */
  final class Held implements AutoCloseable {
    private final List<String> paths;

    private Held(List<String> paths) {
      this.paths = paths;
    }

    boolean covers(List<String> wanted) {
      return paths.equals(wanted);
    }

    @Override
    public void close() {
      lock.lock();
      try {
        held.remove(this);
        released.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Waits until no overlapping path is locked, then locks these. A path that ends with a slash
   * stands for everything below it.
   */
  Held acquire(String... paths) {
    Held mine = new Held(List.of(paths));
    lock.lock();
    try {
      while (held.stream().anyMatch(other -> overlap(mine.paths, other.paths))) {
        released.awaitUninterruptibly();
      }
      held.add(mine);
      return mine;
    } finally {
      lock.unlock();
    }
  }

  private static boolean overlap(List<String> some, List<String> others) {
    for (String one : some) {
      for (String other : others) {
        if (one.equals(other) || isBelow(one, other) || isBelow(other, one)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isBelow(String path, String directory) {
    return directory.endsWith("/") && path.startsWith(directory);
  }
}
