package dev.cove.mount;

import dev.cove.namespace.BucketNamespace;
import dev.cove.namespace.DirectoryCursor;
import dev.cove.storage.StorageException;
import dev.cove.vfs.Attributes;
import dev.cove.vfs.Entry;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.vfs.VirtualFileSystem.DirectorySink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Open directories and reading from them. */
final class Directories {

  /** An open directory; its cursor is guarded by the handle itself. */
  private record DirectoryHandle(
      DirectoryInode directory, DirectoryCursor cursor, List<FileInode> unpublished) {

    /** Whether a name was delivered as a new file already. */
    boolean isDelivered(String name) {
      return unpublished.stream().anyMatch(file -> file.name().equals(name));
    }
  }

  // 256: names whose metadata is asked for together; some four readdirs of the kernel.
  private static final int AHEAD = 256;

  private final BucketNamespace namespace;
  private final Names names;
  private final InodeTable table;
  private final Map<Long, DirectoryHandle> open = new ConcurrentHashMap<>();
  private final AtomicLong nextHandle = new AtomicLong(1);

  Directories(BucketNamespace namespace, Names names, InodeTable table) {
    this.namespace = namespace;
    this.names = names;
    this.table = table;
  }

  long open(long inode) throws IOException {
    DirectoryInode directory = table.directory(inode);
    DirectoryHandle handle = new DirectoryHandle(
        directory, namespace.list(directory.prefix()), table.unpublished(directory));
    directory.addHandle();
    long number = nextHandle.getAndIncrement();
    open.put(number, handle);
    return number;
  }

  void read(long number, long cookie, DirectorySink sink) throws IOException {
    DirectoryHandle handle = open.get(number);
    if (handle == null) {
      throw new FsException(Errno.EBADF, "no open directory " + number);
    }
    synchronized (handle) {
      if (cookie == 0) {
        handle.cursor().rewind();
      }
      // Files that are not in the bucket yet come first, then what the bucket lists.
      List<FileInode> unpublished = handle.unpublished();
      int first = unpublished.size();
      for (long index = cookie; ; index++) {
        if (index < first) {
          if (!addNew(unpublished.get((int) index), index + 1, sink)) {
            return;
          }
          continue;
        }
        long place = index - first;
        if (sink.wantsAttributes() && (index == cookie || place % AHEAD == 0)) {
          describeAhead(handle, place);
        }
        DirectoryCursor.Named named = handle.cursor().at(place);
        if (named == null) {
          return;
        }
        if (!handle.isDelivered(named.name()) && !add(handle.directory(), named, index + 1, sink)) {
          return;
        }
      }
    }
  }

  private void describeAhead(DirectoryHandle handle, long index) throws IOException {
    List<DirectoryCursor.Named> next = handle.cursor().loaded(index);
    int untilBorder = (int) (AHEAD - index % AHEAD);
    names.describeAhead(
        handle.directory().prefix(), next.subList(0, Math.min(untilBorder, next.size())));
  }

  private boolean addNew(FileInode file, long cookie, DirectorySink sink) throws IOException {
    if (!table.bindAgain(file)) {
      return true; // removed since
    }
    boolean counted = false;
    try {
      Entry entry = names.entryOf(file);
      boolean taken = sink.add(file.name(), entry, cookie);
      counted = taken && sink.wantsAttributes();
      return taken;
    } finally {
      if (!counted) {
        table.forget(file.id(), 1);
      }
    }
  }

  private boolean add(
      DirectoryInode directory, DirectoryCursor.Named named, long cookie, DirectorySink sink)
      throws IOException {
    if (!sink.wantsAttributes()) {
      String key = directory.prefix() + named.name();
      return sink.add(named.name(), typeOnly(names.typeWithoutRequest(key, named.child())), cookie);
    }
    Entry entry;
    try {
      entry = names.enter(directory, named.name(), named.child(), named.askedNanos());
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return true; // removed since it was listed
      }
      throw e;
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT) {
        return true;
      }
      throw e;
    }
    boolean taken = sink.add(named.name(), entry, cookie);
    if (!taken) {
      table.forget(entry.inode(), 1);
    }
    return taken;
  }

  private static Entry typeOnly(FileType type) {
    return new Entry(
        new Attributes(DirectorySink.UNKNOWN_INODE, type, 0, 1, 0, 0, 0, 0, 0, 0), 0, 0);
  }

  void release(long number) {
    DirectoryHandle handle = open.remove(number);
    if (handle != null && handle.directory().removeHandle()) {
      table.released(handle.directory());
    }
  }
}
