package dev.cove.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thread of all processes at a time change a key: a lock file for each of a few stripes of the keys, which the kernel
 * lets go of when its process dies. An upload's turn may be held while a key's is taken, never the other way round.
 */
final class Turns {
  static final String FOLDER = "+locks";
  private static final int STRIPES = 64;

  // A process's locks on a file are one to the kernel, however many threads and stores take them:
  // threads queue here.
  private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final Path folder;
  private final String kind;

  /** Turns of one kind never wait for those of another. */
  Turns(Path root, String kind) {
    this.folder = root.resolve(FOLDER);
    this.kind = kind;
  }

  /** What is done while no one else changes the key. */
  interface Step<T> {
    T run() throws IOException;
  }

  <T> T take(String key, Step<T> step) throws IOException {
    Path file = folder.resolve(kind + Math.floorMod(key.hashCode(), STRIPES));
    ReentrantLock threads = THREADS.computeIfAbsent(file, f -> new ReentrantLock());
    threads.lock();
    try {
      if (!Files.isDirectory(folder)) {
        Folders.create(folder);
      }
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.lock();
        return step.run();
      }
    } finally {
      threads.unlock();
    }
  }
}
