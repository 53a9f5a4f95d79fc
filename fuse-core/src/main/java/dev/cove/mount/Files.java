package dev.cove.mount;

import dev.cove.namespace.BucketNamespace;
import dev.cove.namespace.Child;
import dev.cove.read.ObjectReaders;
import dev.cove.storage.StorageException;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.vfs.KernelCache;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.Opened;
import dev.cove.vfs.VirtualFileSystem.ReadReply;
import dev.cove.write.StagedFile;
import dev.cove.write.WriteException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Open files and reading from them. */
final class Files {
  // 3: an object that is replaced again and again while its first byte is being asked for.
  private static final int LOOKS = 3;

  private final BucketNamespace namespace;
  private final Names names;
  private final InodeTable table;
  private final ObjectReaders readers;
  private final Map<Long, FileHandle> open = new ConcurrentHashMap<>();
  private final AtomicLong nextHandle = new AtomicLong(1);
  private volatile KernelCache kernel = KernelCache.NONE;

  Files(BucketNamespace namespace, Names names, InodeTable table, ObjectReaders readers) {
    this.namespace = namespace;
    this.names = names;
    this.table = table;
    this.readers = readers;
  }

  void start(KernelCache cache) {
    kernel = cache;
  }

  Opened open(long number, OpenFlags flags) throws IOException {
    FileInode inode = table.file(number);
    if (inode.type() == FileType.SYMLINK) {
      throw new FsException(Errno.ELOOP, inode.name() + " is a symbolic link");
    }
    Child.File known = inode.base();
    names.refresh(inode);
    refuseStaleEnd(inode, known, flags);
    if (!flags.truncate()) {
      names.refuseArchived(inode);
    }
    boolean unchanged = inode.open();
    FileHandle handle = new FileHandle(inode, flags);
    if (!unchanged) {
      handle.dropsPages();
    }
    long opened = nextHandle.getAndIncrement();
    open.put(opened, handle);
    if (flags.forWriting()) {
      inode.countWriter(1);
    }
    if (flags.append()) {
      inode.countAppender(1);
    }
    return new Opened(opened, unchanged ? Opened.PageCache.KEEP : Opened.PageCache.DROP);
  }

  /**
   * The kernel appends where it last heard that the file ends, which may lie within what another writer has stored
   * since. ESTALE has it look the name up once more and open it again, with the new size.
   */
  private static void refuseStaleEnd(FileInode inode, Child.@Nullable File known, OpenFlags flags)
      throws FsException {
    Child.File now = inode.base();
    if (flags.append() && known != null && now != null && known.size() != now.size()) {
      throw new FsException(Errno.ESTALE, inode.name() + " was changed by another writer");
    }
  }

  FileHandle handle(long number) throws FsException {
    FileHandle handle = open.get(number);
    if (handle == null) {
      throw new FsException(Errno.EBADF, "no open file " + number);
    }
    return handle;
  }

  void read(long number, long offset, int size, ReadReply reply) throws IOException {
    FileHandle handle = handle(number);
    handle.used();
    FileInode inode = handle.inode();
    for (int look = 1; ; look++) {
      StagedFile staged = inode.staged();
      if (staged != null) {
        if (readStaged(staged, offset, size, reply)) {
          return;
        }
        continue;
      }
      Child.File base = inode.base();
      if (base == null) {
        reply.send();
        return;
      }
      FileHandle.Source source = handle.source(readers, inode.key(), base.version(), base.size());
      try {
        source.reader().read(offset, size, pieces -> {
          inode.deliver(base.version());
          reply.send(pieces);
        });
        return;
      } catch (FileInode.MovedOn e) {
        if (look == LOOKS) {
          throw new FsException(Errno.ESTALE, inode.name() + " is being replaced over and over");
        }
      } catch (StorageException e) {
        boolean gone = switch (e.kind()) {
          case PRECONDITION_FAILED, NOT_FOUND, INVALID_RANGE -> true;
          default -> false;
        };
        if (!gone) {
          throw e;
        }
        if (look == LOOKS || !lookAgain(inode, source)) {
          throw new FsException(Errno.ESTALE, inode.name() + " was replaced or removed");
        }
      }
    }
  }

  /** False when the local content was let go meanwhile: the object has all of it. */
  private static boolean readStaged(StagedFile staged, long offset, int size, ReadReply reply)
      throws IOException {
    try {
      staged.read(offset, size, reply::send);
      return true;
    } catch (WriteException e) {
      if (e.kind() == WriteException.Kind.CLOSED) {
        return false;
      }
      throw e;
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.PRECONDITION_FAILED
          || e.kind() == StorageException.Kind.NOT_FOUND) {
        throw new FsException(Errno.ESTALE, "the object was replaced or removed");
      }
      throw e;
    }
  }

  /**
   * Moves a file on to what its name leads to now, when no program has seen a byte of the version
   * that is gone.
   */
  private boolean lookAgain(FileInode inode, FileHandle.Source tried) throws IOException {
    if (!inode.isVersion(tried.version()) || !inode.key().equals(tried.key())) {
      return true; // another thread has done it, or the file was renamed
    }
    DirectoryInode parent = inode.parent();
    long asked = names.ticks();
    Child now = parent == null ? null : namespace.findNow(parent.prefix(), inode.name());
    if (!(now instanceof Child.File file) || !names.rebase(inode, file, asked)) {
      return false;
    }
    kernel.invalidateAttributes(inode.id());
    return true;
  }

  /** Closes a handle and returns it; null when it is not open. */
  @Nullable
  FileHandle release(long number) {
    FileHandle handle = open.remove(number);
    if (handle != null) {
      handle.used();
      handle.close();
      if (handle.flags().forWriting()) {
        handle.inode().countWriter(-1);
      }
      if (handle.flags().append()) {
        handle.inode().countAppender(-1);
      }
      if (handle.inode().removeHandle()) {
        table.released(handle.inode());
      }
    }
    return handle;
  }

  void close() {
    open.keySet().forEach(this::release);
  }
}
