package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.BlobSource;
import dev.cove.volume.snapshot.ContentReader;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import dev.cove.volume.snapshot.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One state of a volume, by path. Paths begin at the root, with or without a slash in front; symbolic links are not followed. Every
 * method throws a {@link VolumeException}. Safe for use by several threads.
 */
public final class VolumeView {
  private static final byte[] ZEROS = new byte[64 << 10];
  // Entries of a directory whose inodes are fetched at once: 150 KB where they were made together.
  private static final int AHEAD = 1_000;

  private final Snapshot snapshot;
  private final BlobSource blobs;

  VolumeView(Snapshot snapshot, BlobSource blobs) {
    this.snapshot = snapshot;
    this.blobs = blobs;
  }

  /** The same state by inode number. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /** Where the chunks of its files are read from. */
  public BlobSource blobs() {
    return blobs;
  }

  public boolean exists(String path) {
    try {
      VolumePath parsed = VolumePath.parse(path);
      return parsed.isRoot() || locate(parsed) != null;
    } catch (VolumeException e) {
      if (e.reason() == Reason.NOT_A_DIRECTORY) {
        return false;
      }
      throw e;
    } catch (StorageException e) {
      throw VolumeException.of(e, path);
    }
  }

  public FileInfo stat(String path) {
    VolumePath parsed = VolumePath.parse(path);
    try {
      return FileInfo.of(parsed.toString(), resolve(parsed));
    } catch (StorageException e) {
      throw VolumeException.of(e, parsed.toString());
    }
  }

  /** What is in a directory, in the order of the names' bytes; of a file, the file. Reads nothing of other directories. */
  public List<FileInfo> listdir(String path) {
    return listdir(path, Recursive.NO);
  }

  /** As {@link #listdir(String)}; with {@link Recursive#YES} everything below, each directory before what is in it. */
  public List<FileInfo> listdir(String path, Recursive recursive) {
    List<FileInfo> all = new ArrayList<>();
    walk(path, recursive, all::add);
    return all;
  }

  /** As {@link #listdir(String, Recursive)}, passed on one by one. */
  public void walk(String path, Recursive recursive, Consumer<FileInfo> visitor) {
    VolumePath start = VolumePath.parse(path);
    String here = start.toString();
    try {
      DirectoryEntry top = start.isRoot() ? null : existing(start);
      if (top != null && !isDirectory(top)) {
        visitor.accept(FileInfo.of(here, snapshot.inode(top)));
        return;
      }
      Deque<Open> open = new ArrayDeque<>();
      open.push(top == null ? new Open("", Inode.ROOT) : new Open(here, top.inode()));
      while (!open.isEmpty()) {
        Open directory = open.element();
        here = directory.path;
        DirectoryEntry entry = directory.next();
        if (entry == null) {
          open.pop();
          continue;
        }
        here = directory.path + "/" + entry.name();
        Inode child = snapshot.inode(entry);
        visitor.accept(FileInfo.of(here, child));
        if (child.isDirectory() && recursive == Recursive.YES) {
          open.push(new Open(here, child.number()));
        }
      }
    } catch (StorageException e) {
      throw VolumeException.of(e, here);
    }
  }

  /** A directory on the way, whose inodes are fetched many at a time. */
  private final class Open {
    private final String path;
    private final Snapshot.Children children;
    private final Deque<DirectoryEntry> ahead = new ArrayDeque<>();

    Open(String path, long directory) throws StorageException {
      this.path = path;
      this.children = snapshot.children(directory, null);
    }

    /** Null at the end. */
    @Nullable
    DirectoryEntry next() throws StorageException {
      if (ahead.isEmpty()) {
        DirectoryEntry entry;
        while (ahead.size() < AHEAD && (entry = children.next()) != null) {
          ahead.add(entry);
        }
        snapshot.prefetch(List.copyOf(ahead));
      }
      return ahead.poll();
    }
  }

  /** The whole content of a file. */
  public byte[] readFile(String path) {
    VolumeFile file = open(path);
    if (file.size() > Integer.MAX_VALUE - 8) {
      throw new VolumeException(
          Reason.INVALID, file.path() + " is too large to be read into memory at once");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    file.read(0, bytes);
    return bytes.array();
  }

  /** Writes the content of a file to a stream, several requests ahead. */
  public void readFile(String path, OutputStream out) {
    VolumeFile file = open(path);
    file.transferTo(new ContentReader.Sink() {
      @Override
      public void data(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void hole(long length) throws IOException {
        for (long left = length; left > 0; left -= Math.min(left, ZEROS.length)) {
          out.write(ZEROS, 0, (int) Math.min(left, ZEROS.length));
        }
      }
    });
  }

  /** A file to read from at any place; it stays what it is, whatever is changed or committed meanwhile. */
  public VolumeFile open(String path) {
    VolumePath parsed = VolumePath.parse(path);
    try {
      Inode inode = resolve(parsed);
      return switch (inode.type()) {
        case FILE ->
          new VolumeFile(
              FileInfo.of(parsed.toString(), inode), new ContentReader(inode.content(), blobs));
        case DIRECTORY ->
          throw new VolumeException(
              Reason.IS_A_DIRECTORY, parsed + " is a directory", List.of(parsed.toString()), null);
        case SYMLINK ->
          throw new VolumeException(
              Reason.INVALID,
              parsed + " is a symbolic link to '" + inode.target() + "'; links are not followed",
              List.of(parsed.toString()),
              null);
      };
    } catch (StorageException e) {
      throw VolumeException.of(e, parsed.toString());
    }
  }

  /** The inode at a path. */
  Inode resolve(VolumePath path) throws StorageException {
    return path.isRoot() ? root() : snapshot.inode(existing(path));
  }

  /** The entry at a path that is not the root. */
  DirectoryEntry existing(VolumePath path) throws StorageException {
    DirectoryEntry entry = locate(path);
    if (entry == null) {
      throw noSuchFile(path);
    }
    return entry;
  }

  /** The directory at a path. */
  Inode resolveDirectory(VolumePath path) throws StorageException {
    Inode inode = resolve(path);
    if (!inode.isDirectory()) {
      throw notADirectory(path);
    }
    return inode;
  }

  /** The entry at a path; null where there is none, and for the root, which has none. */
  @Nullable
  DirectoryEntry locate(VolumePath path) throws StorageException {
    DirectoryEntry entry = null;
    long directory = Inode.ROOT;
    int depth = 0;
    for (Name name : path.names()) {
      if (entry != null && !isDirectory(entry)) {
        throw notADirectory(new VolumePath(path.names().subList(0, depth)));
      }
      entry = snapshot.lookup(directory, name);
      if (entry == null) {
        return null;
      }
      directory = entry.inode();
      depth++;
    }
    return entry;
  }

  private Inode root() throws StorageException {
    return Objects.requireNonNull(snapshot.inode(Inode.ROOT), "every volume has a root");
  }

  private static boolean isDirectory(DirectoryEntry entry) {
    return entry.type() == FileType.DIRECTORY;
  }

  static VolumeException noSuchFile(VolumePath path) {
    return new VolumeException(
        Reason.NO_SUCH_FILE, "no such file or directory: " + path, List.of(path.toString()), null);
  }

  static VolumeException notADirectory(VolumePath path) {
    return new VolumeException(
        Reason.NOT_A_DIRECTORY, path + " is not a directory", List.of(path.toString()), null);
  }

  /** Local failures of who takes the bytes pass as they are; the store's are told with the path. */
  static VolumeException failed(IOException e, String path) {
    if (e instanceof StorageException stored) {
      return VolumeException.of(stored, path);
    }
    throw new UncheckedIOException(e);
  }
}
