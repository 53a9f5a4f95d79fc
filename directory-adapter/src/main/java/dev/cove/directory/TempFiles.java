package dev.cove.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Files being written, each store's in a folder of its own below {@link #FOLDER} beside a file {@code ID.lock} that it keeps
 * locked. The kernel drops the lock of a process that dies, which is how the next store that writes knows whose files to
 * remove, also when the two see each other's process ids differently.
 */
final class TempFiles implements AutoCloseable {
  static final String FOLDER = "+tmp";
  private static final String LOCK = ".lock";

  // Trying the lock of a file this process has locked itself would let go of it.
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  private final Path all;
  private final String id = UUID.randomUUID().toString();
  private final Path own;
  private final AtomicLong last = new AtomicLong();
  private @Nullable FileChannel lock;

  TempFiles(Path root) {
    all = root.resolve(FOLDER);
    own = all.resolve(id);
  }

  /** The name of a file or folder that does not exist yet; what is made there goes with the process. */
  Path next() throws IOException {
    begin();
    return own.resolve(Long.toString(last.incrementAndGet()));
  }

  private synchronized void begin() throws IOException {
    if (lock != null) {
      return;
    }
    Folders.create(all);
    OWN.add(id);
    Path file = all.resolve(id + LOCK);
    // Locked before it has the name that others look for.
    Path unnamed = all.resolve(id);
    FileChannel channel =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      channel.lock();
      Files.move(unnamed, file);
      Files.createDirectory(own);
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(unnamed);
      throw e;
    }
    lock = channel;
    sweep();
  }

  /** Removes what dead processes have left. */
  private void sweep() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(all, "*" + LOCK)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        String owner = name.substring(0, name.length() - LOCK.length());
        if (!OWN.contains(owner)) {
          sweep(file, all.resolve(owner));
        }
      }
    }
  }

  private static void sweep(Path file, Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        removeAll(folder);
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException e) {
      // Its owner closed, or another store swept it.
    }
  }

  /** Removes a file, or a folder with the files in it; not there is as good. */
  static void removeAll(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (DirectoryStream<Path> inside = Files.newDirectoryStream(path)) {
        for (Path each : inside) {
          removeAll(each);
        }
      } catch (NoSuchFileException e) {
        return;
      }
    }
    Files.deleteIfExists(path);
  }

  @Override
  public synchronized void close() throws IOException {
    FileChannel held = lock;
    if (held == null) {
      return;
    }
    lock = null;
    try (held) {
      removeAll(own);
      Files.deleteIfExists(all.resolve(id + LOCK));
    } finally {
      OWN.remove(id);
    }
  }
}
