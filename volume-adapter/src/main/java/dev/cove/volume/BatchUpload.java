package dev.cove.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.snapshot.Content;
import dev.cove.volume.snapshot.ContentReader;
import dev.cove.volume.snapshot.ContentWriter;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Many files for a volume: read, cut and uploaded in parallel while more are added, and put in place all together by {@link #stage} or
 * {@link #commit}. Closing it before drops them all. What is stored already is not uploaded again.
 *
 * <p>Modes, times, owners, {@code user.*} attributes, symbolic links, hard links among the files of one batch, and holes are kept. For
 * one thread; methods throw {@link VolumeException}.
 */
public final class BatchUpload implements AutoCloseable {
  // Files being read at once are few; so many more may wait, so that a tree of millions needs no
  // memory to queue.
  private static final int WAITING = 256;

  private final Volume volume;
  private final BlobWriter blobs;
  private final IfExists ifExists;
  private final VolumeView view;
  private final Semaphore room = new Semaphore(WAITING);
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicLong filesRead = new AtomicLong();
  private final List<Item> items = new ArrayList<>();
  /** The path of the first name of each local file that has several. */
  private final Map<Object, VolumePath> linked = new HashMap<>();

  private final ThreadLocal<ContentWriter> writers;

  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable VolumeException failure;

  private volatile boolean closed;

  /** What goes to a path: an inode whose content may still be read, or another name of an item before. */
  private record Item(
      VolumePath path,
      Inode inode,
      @Nullable FutureTask<Content> content,
      @Nullable VolumePath same) {}

  BatchUpload(Volume volume, BlobWriter blobs, IfExists ifExists) {
    this.volume = volume;
    this.blobs = blobs;
    this.ifExists = ifExists;
    this.view = volume.view();
    this.writers = ThreadLocal.withInitial(() -> new ContentWriter(blobs));
  }

  /** These bytes as a new file of mode 0644, or as the new content of the file that is there. */
  public void put(byte[] content, String path) {
    put(new ByteArrayInputStream(content), path);
  }

  /** The stream to its end, as {@link #put(byte[], String)}; read before this returns, and not closed. */
  public void put(InputStream content, String path) {
    VolumePath to = VolumePath.parse(path);
    try {
      Inode before = existing(to);
      Content written = write(content, 0, before);
      Inode inode = before == null ? newFile() : before.withMtime(now());
      items.add(new Item(to, inode.withContent(written), null, null));
    } catch (IOException e) {
      throw failed(e, path);
    }
  }

  /**
   * A local file or symbolic link, or a directory with all that is in it, under exactly this path. Devices, sockets and pipes are an
   * error.
   */
  public void put(Path local, String path) {
    VolumePath to = VolumePath.parse(path);
    try {
      Files.walkFileTree(local, new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
            throws IOException {
          items.add(new Item(below(directory), LocalFile.describe(directory), null, null));
          return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
            throws IOException {
          add(file, attributes.size(), below(file));
          return FileVisitResult.CONTINUE;
        }

        private VolumePath below(Path file) {
          VolumePath place = to;
          if (!file.equals(local)) {
            for (Path name : local.relativize(file)) {
              place = place.child(VolumePath.parse(name.toString()).last());
            }
          }
          return place;
        }
      });
    } catch (IOException e) {
      throw failed(e, String.valueOf(local));
    }
  }

  private void add(Path local, long size, VolumePath to) throws IOException {
    throwFailure();
    Inode inode = LocalFile.describe(local);
    Object key = inode.links() > 1 ? LocalFile.key(local) : null;
    VolumePath first = key == null ? null : linked.putIfAbsent(key, to);
    if (first != null) {
      items.add(new Item(to, inode, null, first));
    } else if (inode.type() == FileType.FILE) {
      FutureTask<Content> task = new FutureTask<>(() -> read(local, size, to));
      items.add(new Item(to, inode, task, null));
      room.acquireUninterruptibly();
      volume.store().workers().files().execute(() -> {
        try {
          task.run();
        } finally {
          room.release();
        }
      });
    } else {
      items.add(new Item(to, inode, null, null));
    }
  }

  private Content read(Path local, long size, VolumePath to) throws IOException {
    if (closed) {
      return Content.EMPTY; // Nobody waits for it any more.
    }
    try (InputStream in = Files.newInputStream(local)) {
      Content content = write(in, size, existing(to));
      filesRead.incrementAndGet();
      return content;
    } catch (IOException | RuntimeException e) {
      synchronized (lock) {
        failure = failure == null ? failed(e, local.toString()) : failure;
      }
      throw e;
    }
  }

  /** Cuts a stream; the chunks of the file that is there already are known to be stored. */
  private Content write(InputStream in, long size, @Nullable Inode before) throws IOException {
    if (before != null) {
      for (ContentReader.Placed old :
          new ContentReader(before.content(), blobs).extents(0, before.size())) {
        if (old.extent().blob() != null) {
          blobs.remember(old.extent().blob());
        }
      }
    }
    Content content = writers.get().write(in, size);
    bytesRead.addAndGet(content.size());
    return content;
  }

  /** The file at a path, as far as this batch may replace it. */
  private @Nullable Inode existing(VolumePath path) throws StorageException {
    DirectoryEntry entry;
    try {
      entry = view.locate(path);
    } catch (VolumeException e) {
      return null; // What is wrong with the path is told when it is put in place.
    }
    if (entry == null || entry.type() != FileType.FILE) {
      return null;
    }
    if (ifExists == IfExists.FAIL) {
      throw TreeEdits.fileExists(path); // Before anything is uploaded for nothing.
    }
    return view.snapshot().inode(entry);
  }

  /** Files that have been read so far. */
  public long filesRead() {
    return filesRead.get();
  }

  /** Bytes that have been read so far, holes included. */
  public long bytesRead() {
    return bytesRead.get();
  }

  /** Puts everything in place as changes of the volume that are not committed, or nothing when anything fails. */
  public void stage() {
    throwFailure();
    volume.change("", edits -> {
      for (Item item : items) {
        place(edits, item);
      }
      // Putting a file into a directory has moved its time, so the times of directories are set at
      // last.
      for (Item item : items) {
        if (item.inode().isDirectory()) {
          place(edits, item);
        }
      }
    });
    items.clear();
    linked.clear();
  }

  private void place(TreeEdits edits, Item item) throws StorageException {
    if (item.same() != null) {
      DirectoryEntry there = edits.view().locate(item.path());
      if (there != null) {
        if (ifExists == IfExists.FAIL) {
          throw TreeEdits.fileExists(item.path());
        }
        if (there.inode() == edits.existing(item.same()).inode()) {
          return;
        }
        edits.remove(item.path(), Recursive.NO);
      }
      edits.link(item.same(), item.path());
    } else if (item.inode().isDirectory()) {
      edits.putDirectory(item.path(), item.inode());
    } else {
      FutureTask<Content> task = item.content();
      edits.put(
          item.path(),
          task == null ? item.inode() : item.inode().withContent(await(task, item.path())),
          ifExists);
    }
  }

  /** {@link #stage}, then {@link Volume#commit(String)}. */
  public Commit commit(String message) {
    stage();
    return volume.commit(message);
  }

  /** Drops what was not staged; what was uploaded already is found by the next batch that has the same content, or is garbage. */
  @Override
  public void close() {
    closed = true;
    items.clear();
  }

  private Content await(FutureTask<Content> task, VolumePath path) {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new VolumeException(Reason.FAILED, "interrupted", List.of(), e);
    } catch (ExecutionException e) {
      throw failed(e.getCause() == null ? e : e.getCause(), path.toString());
    }
  }

  private void throwFailure() {
    synchronized (lock) {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static VolumeException failed(Throwable e, String path) {
    if (e instanceof VolumeException known) {
      return known;
    }
    if (e instanceof StorageException stored) {
      return VolumeException.of(stored);
    }
    if (e instanceof IOException local) {
      return new VolumeException(
          Reason.FAILED, "cannot read " + path + ": " + LocalFile.reason(local), List.of(path), e);
    }
    throw new IllegalStateException("reading " + path + " failed", e);
  }

  private Inode newFile() {
    return Inode.of(0, FileType.FILE, 0644, 0, 0, now());
  }

  private Instant now() {
    return volume.store().options().clock().instant();
  }
}
