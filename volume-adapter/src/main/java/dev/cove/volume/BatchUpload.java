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
import dev.cove.volume.snapshot.Name;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

  /** What goes to a path: an inode, of which more may still be read, or another name of an item before. */
  private record Item(
      VolumePath path,
      Inode inode,
      @Nullable FutureTask<Inode> reading,
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
   * error, and so are files that vanish, cannot be read, or change each time they are read.
   */
  public void put(Path local, String path) {
    VolumePath to = VolumePath.parse(path);
    try {
      LocalFile start = LocalFile.of(local);
      if (start.isDirectory()) {
        addTree(start, to);
      } else {
        add(start, to);
      }
    } catch (IOException e) {
      throw failed(e, String.valueOf(local));
    }
  }

  /** A directory and everything below it; the files of each directory one after the other, as they will be looked for. */
  private void addTree(LocalFile start, VolumePath to) throws IOException {
    Deque<Directory> waiting = new ArrayDeque<>();
    waiting.push(new Directory(start, to));
    while (!waiting.isEmpty()) {
      Directory directory = waiting.pop();
      LocalFile local = directory.local();
      items.add(new Item(directory.to(), local.inode().withXattrs(local.xattrs()), null, null));
      try (DirectoryStream<Path> inside = Files.newDirectoryStream(local.path())) {
        for (Path each : inside) {
          LocalFile file = LocalFile.of(each);
          VolumePath place = directory.to().child(file.name());
          if (file.isDirectory()) {
            waiting.push(new Directory(file, place));
          } else {
            add(file, place);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
    }
  }

  /** A directory that is still to be gone through. */
  private record Directory(LocalFile local, VolumePath to) {}

  private void add(LocalFile file, VolumePath to) {
    throwFailure();
    VolumePath first = file.hasOtherNames() ? linked.putIfAbsent(file.key(), to) : null;
    if (first != null || file.inode().type() != FileType.FILE) {
      bytesRead.addAndGet(first == null ? 0 : file.size());
      items.add(new Item(to, file.inode(), null, first));
      return;
    }
    FutureTask<Inode> task = new FutureTask<>(() -> read(file, to));
    items.add(new Item(to, file.inode(), task, null));
    room.acquireUninterruptibly();
    volume.store().workers().files().execute(() -> {
      try {
        task.run();
      } finally {
        room.release();
      }
    });
  }

  private Inode read(LocalFile file, VolumePath to) throws IOException {
    if (closed) {
      return file.inode(); // Nobody waits for it any more.
    }
    try {
      Inode whole = SteadyRead.of(file, each -> readOnce(each, to));
      filesRead.incrementAndGet();
      return whole;
    } catch (IOException | RuntimeException e) {
      synchronized (lock) {
        failure = failure == null ? failed(e, file.path().toString()) : failure;
      }
      throw e;
    }
  }

  private Inode readOnce(LocalFile file, VolumePath to) throws IOException {
    // What has become a link meanwhile is not followed.
    try (InputStream in = Files.newInputStream(file.path(), LinkOption.NOFOLLOW_LINKS)) {
      Content content = write(in, file.size(), existing(to));
      return file.inode().withContent(content).withXattrs(file.xattrs());
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

  /** Bytes that have been read so far, holes included, and those of one file for each of its names. */
  public long bytesRead() {
    return bytesRead.get();
  }

  /** Puts everything in place as changes of the volume that are not committed, or nothing when anything fails. */
  public void stage() {
    throwFailure();
    volume.change("", edits -> {
      Parents parents = new Parents(edits);
      for (Item item : items) {
        place(edits, item, parents);
      }
      // Putting a file into a directory has moved its time, so the times of directories are set at
      // last.
      for (Item item : items) {
        if (item.inode().isDirectory()) {
          edits.putDirectory(item.path(), item.inode());
        }
      }
    });
    items.clear();
    linked.clear();
  }

  private void place(TreeEdits edits, Item item, Parents parents) throws StorageException {
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
      edits.makeDirectories(item.path());
    } else {
      VolumePath path = item.path();
      FutureTask<Inode> reading = item.reading();
      Inode inode = reading == null ? item.inode() : await(reading, path);
      if (path.isRoot()) {
        throw TreeEdits.isADirectory(path);
      }
      edits.put(parents.of(path), path.last(), inode, ifExists, () -> path);
    }
  }

  /** The directories that files go into; those of one directory come one after the other. */
  private static final class Parents {
    private final TreeEdits edits;
    private @Nullable List<Name> last;
    private long number;

    Parents(TreeEdits edits) {
      this.edits = edits;
    }

    long of(VolumePath path) throws StorageException {
      VolumePath parent = path.parent();
      if (!parent.names().equals(last)) {
        number = edits.makeDirectories(parent);
        last = parent.names();
      }
      return number;
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

  private static Inode await(FutureTask<Inode> task, VolumePath path) {
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
      String file = LocalFile.named(local, path);
      return new VolumeException(
          Reason.FAILED, "cannot read " + file + ": " + LocalFile.reason(local), List.of(file), e);
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
