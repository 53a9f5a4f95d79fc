package dev.cove.mount;

import dev.cove.namespace.Child;
import dev.cove.read.ObjectReaders;
import dev.cove.read.ReadHandle;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.write.Base;
import dev.cove.write.ByteSink;
import dev.cove.write.Publisher;
import dev.cove.write.StagedFile;
import dev.cove.write.WriteException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changing the bytes of files: staged locally, published by flush, fsync and the last close. */
final class Writes {
  private static final Logger LOG = LoggerFactory.getLogger(Writes.class);
  private static final int KEEP_SIZE = 1; // FALLOC_FL_KEEP_SIZE

  private final Core core;
  private final Files files;
  private final ObjectReaders readers;
  private final Publisher publisher;
  private final Publishing publishing;
  private final Removals removals;
  private final Unstaging unstaging;
  private final NewFiles newFiles;

  Writes(
      Core core,
      Files files,
      ObjectReaders readers,
      Publisher publisher,
      Publishing publishing,
      Removals removals,
      Unstaging unstaging,
      NewFiles newFiles) {
    this.core = core;
    this.files = files;
    this.readers = readers;
    this.publisher = publisher;
    this.publishing = publishing;
    this.removals = removals;
    this.unstaging = unstaging;
    this.newFiles = newFiles;
  }

  /** A change of the local content. */
  private interface Change {
    void apply(StagedFile staged) throws IOException;
  }

  int write(long number, long offset, ByteBuffer source) throws IOException {
    FileInode inode = files.handle(number).inode();
    int count = source.remaining();
    change(inode, staged -> staged.write(offset, source.duplicate()));
    return count;
  }

  /** Sets the size; published by the next flush, or at once where no handle is open for writing. */
  void truncate(FileInode inode, long size) throws IOException {
    change(inode, staged -> staged.truncate(size));
  }

  /** Empties a file that is being opened, without a look at what it held. */
  void truncateToNothing(FileInode inode) throws IOException {
    FileInode.Look look = inode.look();
    if (look.size() > 0) {
      change(inode, staged -> staged.truncate(0));
    }
  }

  void allocate(long number, int mode, long offset, long length) throws IOException {
    if ((mode & ~KEEP_SIZE) != 0) {
      throw new FsException(Errno.ENOTSUP, "holes cannot be punched");
    }
    if ((mode & KEEP_SIZE) == 0) {
      change(files.handle(number).inode(), staged -> staged.extend(offset + length));
    }
  }

  private void change(FileInode inode, Change change) throws IOException {
    refuseLost(inode);
    while (true) {
      StagedFile staged = inode.staged();
      try {
        change.apply(staged == null ? stage(inode) : staged);
        inode.touch(core.now());
        return;
      } catch (WriteException e) {
        if (e.kind() != WriteException.Kind.CLOSED || inode.staged() == staged) {
          throw e;
        }
      }
    }
  }

  /** What could not be published is never called durable, whoever asks and however often. */
  private static void refuseLost(FileInode inode) throws FsException {
    if (inode.fate() == FileInode.Fate.LOST) {
      throw new FsException(Errno.ESTALE, inode.name() + " was changed by another writer");
    }
  }

  /** Begins local content on the object as it is; waits for a rename that is under way. */
  private StagedFile stage(FileInode inode) throws IOException {
    while (true) {
      String key = inode.key();
      try (PathLocks.Held held = core.locks().acquire(key)) {
        if (!key.equals(inode.key())) {
          continue;
        }
        StagedFile made =
            publisher.stage(publishing.target(inode, key), base(inode, key), this::readBase);
        StagedFile used = inode.stage(made);
        newFiles.settled(inode);
        if (used != made) {
          publisher.discard(made);
        }
        return used;
      }
    }
  }

  private static @Nullable Base base(FileInode inode, String key) {
    Child.File base = inode.base();
    return base == null ? null : new Base(key, base.version(), base.size());
  }

  private void readBase(Base base, long offset, int length, ByteSink sink) throws IOException {
    // One handle for each read: the block cache serves what lies close together.
    try (ReadHandle reader =
        readers.reader(base.key(), base.version(), base.size()).open()) {
      reader.read(offset, length, sink::send);
    }
  }

  /** A descriptor was closed: what this mount changed in the file is published. */
  void flush(long number) throws IOException {
    FileHandle handle = files.handle(number);
    FileInode inode = handle.inode();
    if (!handle.flags().forWriting()) {
      return;
    }
    refuseLost(inode);
    // A shell's redirect closes one descriptor before the first byte: a new file waits for bytes.
    if (inode.isPublished() || inode.look().size() > 0) {
      publishing.publish(inode);
    } else {
      keepWithoutBytes(inode);
    }
  }

  /** The release stores it; it is there even if this process is killed before that. */
  private void keepWithoutBytes(FileInode inode) throws IOException {
    String key = inode.key();
    try (PathLocks.Held held = core.locks().acquire(key)) {
      boolean isAsClosed = key.equals(inode.key())
          && inode.fate() == FileInode.Fate.NAMED
          && inode.staged() == null
          && !inode.isPublished();
      if (isAsClosed) {
        newFiles.closed(inode);
      }
    }
  }

  void fsync(long number) throws IOException {
    FileHandle handle = files.handle(number);
    if (handle.flags().forWriting()) {
      refuseLost(handle.inode());
    }
    publishing.publish(handle.inode());
  }

  /** The last descriptor of a handle was closed: what no flush has published goes now. */
  void release(long number) {
    FileHandle handle = files.release(number);
    if (handle == null) {
      return;
    }
    FileInode inode = handle.inode();
    try {
      // A new file that nobody wrote to appears too: lock files are often made so.
      if (handle.flags().forWriting() || !(inode.isPublished() || inode.isOpen())) {
        publishing.publish(inode);
      }
    } catch (IOException e) {
      // No program hears of it: what is dirty stays staged, and the end of the mount tries again.
      LOG.error("{} could not be stored: {}", inode.lastKey(), e.getMessage());
    }
    unstaging.whenDone(inode);
    try {
      if (!inode.isOpen()) {
        removals.lastClosed(inode);
      }
    } catch (IOException e) {
      LOG.error("{} could not be cleared away: {}", inode.lastKey(), e.getMessage());
    }
    core.table().released(inode);
  }

  /** Publishes a change that no close will follow. */
  void settle(FileInode inode) throws IOException {
    publishing.publish(inode);
    unstaging.whenDone(inode);
  }
}
