package dev.cove.cli.volume;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cove.cli.command.CommandFailure;
import dev.cove.cli.command.Printable;
import dev.cove.volume.FileInfo;
import dev.cove.volume.Recursive;
import dev.cove.volume.snapshot.FileType;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings what a commit has at a path to a local one. All of it is put together in a hidden folder beside the target, whose name
 * tells which commit and path it belongs to, so that a download that was interrupted goes on; then it gets its names.
 */
final class Download implements AutoCloseable {
  // So many files wait for a thread; a tree of millions needs no memory to queue.
  private static final int WAITING = 256;
  private static final String TREE = "tree";
  // PATH_MAX, with its NUL.
  private static final int LONGEST_PATH = 4_095;
  private static final int SHOWN = 40;

  private final Pinned pinned;
  private final FileInfo info;
  private final Path target;
  private final Path stage;
  private final ExecutorService threads;
  private final Semaphore room = new Semaphore(WAITING);
  private final AtomicLong files = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  Download(Pinned pinned, FileInfo info, Path target, int parallel) {
    this.pinned = pinned;
    this.info = info;
    this.target = target;
    String name = target.getFileName() + "\0" + pinned.volume().store().uri() + "\0"
        + pinned.volume().name() + "\0" + pinned.commit() + "\0" + info.path();
    this.stage = target.resolveSibling(".cove-get-" + UUID.nameUUIDFromBytes(name.getBytes(UTF_8)));
    this.threads = Executors.newFixedThreadPool(parallel);
  }

  void run(boolean force) throws IOException, InterruptedException {
    List<FileInfo> all = new ArrayList<>();
    all.add(info);
    if (info.isDirectory()) {
      pinned.view().walk(info.path(), Recursive.YES, all::add);
    }
    // What an interrupted download has put in place is no file of somebody else's.
    refuse(info, all, force, Files.exists(stage));
    Files.createDirectories(stage);
    Path lockFile = stage.resolve("lock");
    try (FileChannel channel =
        FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw CommandFailure.notSo(
            "another download to " + Printable.line(target.toString()) + " is under way");
      }
      long size = all.stream().mapToLong(FileInfo::size).sum();
      try (TransferProgress progress = TransferProgress.of("get", size, files::get, bytes::get)) {
        fetch(info, all);
      }
      place(info, all, force);
      Files.deleteIfExists(lockFile);
      Files.deleteIfExists(stage);
    }
  }

  private void refuse(FileInfo start, List<FileInfo> all, boolean force, boolean resumed)
      throws IOException {
    for (FileInfo file : all) {
      refuseLongPath(below(stage.resolve(TREE), start, file), file);
      Path place = below(target, start, file);
      boolean there = Files.exists(place, LinkOption.NOFOLLOW_LINKS);
      boolean directory = Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS);
      if (there && directory != file.isDirectory()) {
        throw CommandFailure.notSo(Printable.line(place.toString()) + " is "
            + (directory ? "a directory" : "no directory") + ": move it out of the way");
      }
      if (there && !directory && !force && !(resumed && LocalTree.isThere(file, place))) {
        throw CommandFailure.notSo(
            Printable.line(place.toString()) + " exists already (--force replaces it)");
      }
    }
  }

  private static void refuseLongPath(Path place, FileInfo file) {
    int length = place.toString().getBytes(UTF_8).length;
    if (length > LONGEST_PATH) {
      String end = file.path().substring(Math.max(0, file.path().length() - SHOWN));
      throw CommandFailure.notSo("a path of " + length + " bytes, which ends with "
          + Printable.line(end) + ", is longer than this system takes: get what is below it");
    }
  }

  private void fetch(FileInfo start, List<FileInfo> all) throws IOException, InterruptedException {
    Path tree = stage.resolve(TREE);
    Map<Long, FileInfo> first = new HashMap<>();
    List<FileInfo> links = new ArrayList<>();
    List<Future<?>> running = new ArrayList<>();
    for (FileInfo file : all) {
      Path place = below(tree, start, file);
      if (file.isDirectory()) {
        Files.createDirectories(place);
      } else if (file.links() > 1 && first.putIfAbsent(file.inode(), file) != null) {
        links.add(file);
        bytes.addAndGet(file.size());
      } else if (file.type() == FileType.SYMLINK) {
        LocalTree.symlink(file, place);
      } else {
        room.acquire();
        running.add(threads.submit(() -> {
          try {
            LocalTree.fetch(pinned.view(), file, place, bytes);
            files.incrementAndGet();
          } finally {
            room.release();
          }
          return null;
        }));
      }
    }
    for (Future<?> each : running) {
      await(each);
    }
    for (FileInfo link : links) {
      Path place = below(tree, start, link);
      Files.deleteIfExists(place);
      FileInfo original = first.get(link.inode());
      Files.createLink(place, below(tree, start, original == null ? link : original));
    }
  }

  private static void await(Future<?> each) throws IOException, InterruptedException {
    try {
      each.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      if (e.getCause() instanceof RuntimeException failed) {
        throw failed;
      }
      throw new InterruptedIOException(String.valueOf(e.getCause()));
    }
  }

  /**
   * Gives everything its name: one rename where nothing is there. Into a directory that is there each file goes by a rename of its
   * own: broken off, some files are new and some as before, each of them whole, and the next download puts the rest in place.
   */
  private void place(FileInfo start, List<FileInfo> all, boolean force) throws IOException {
    Path tree = stage.resolve(TREE);
    if (!start.isDirectory() || !Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      describeDirectories(tree, start, all.subList(1, all.size()));
      move(tree, target, force);
      // Last: to be moved, a directory must be writable.
      describeDirectories(target, start, all.subList(0, 1));
      return;
    }
    for (FileInfo file : all) {
      Path place = below(target, start, file);
      if (file.isDirectory()) {
        Files.createDirectories(place);
      } else {
        move(below(tree, start, file), place, force || LocalTree.isThere(file, place));
      }
    }
    describeDirectories(target, start, all);
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).isDirectory()) {
        Files.deleteIfExists(below(tree, start, all.get(i)));
      }
    }
  }

  private static void move(Path from, Path to, boolean force) throws IOException {
    if (force) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    try {
      Files.move(from, to);
    } catch (FileAlreadyExistsException e) {
      throw CommandFailure.notSo(Printable.line(to.toString()) + " has come to exist", e);
    }
  }

  // From the leaves to the root: what is put into a directory moves its time, and its mode may
  // forbid it.
  private static void describeDirectories(Path root, FileInfo start, List<FileInfo> all)
      throws IOException {
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).isDirectory()) {
        LocalTree.describe(all.get(i), below(root, start, all.get(i)));
      }
    }
  }

  private static Path below(Path root, FileInfo start, FileInfo file) {
    if (file.path().equals(start.path())) {
      return root;
    }
    int skip = start.path().equals("/") ? 1 : start.path().length() + 1;
    return root.resolve(file.path().substring(skip));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
