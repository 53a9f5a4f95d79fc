package dev.cove.mount;

import dev.cove.namespace.Child;
import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.Version;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file or symbolic link. While anything is open on it, it stays at one version of the object, so
 * that no reader ever sees a mix of two; a name that leads to another version then leads to another
 * inode, as after a rename on a local file system.
 */
final class FileInode extends Inode {
  private final FileType type;

  /** Innermost; never held while a request is under way. */
  final ReentrantLock lock = new ReentrantLock();

  private Child.File base; // guarded by lock
  private PosixMetadata posix; // guarded by lock
  private long checkedNanos; // guarded by lock
  private boolean checked; // guarded by lock; false when what is known counts as too old
  private @Nullable Version kernelPages; // guarded by lock; what the page cache may hold
  private volatile String lastKey;
  private boolean delivered; // guarded by lock; a program has seen a byte of this version

  FileInode(
      long id,
      DirectoryInode parent,
      String name,
      String key,
      FileType type,
      Child.File base,
      PosixMetadata posix,
      long nowNanos) {
    super(id, parent, name);
    this.lastKey = key;
    this.type = type;
    this.base = base;
    this.posix = posix;
    this.checkedNanos = nowNanos;
    this.checked = true;
  }

  FileType type() {
    return type;
  }

  Child.File base() {
    lock.lock();
    try {
      return base;
    } finally {
      lock.unlock();
    }
  }

  PosixMetadata posix() {
    lock.lock();
    try {
      return posix;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the store said within the last {@code nanos} that this is what the name leads to. */
  boolean checkedWithin(long nanos, long nowNanos) {
    lock.lock();
    try {
      return checked && nowNanos - checkedNanos < nanos;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what the store says of the name now.
   *
   * @return false when it is another version and this inode is open at the old one
   */
  boolean accept(Child.File now, PosixMetadata attributes, long nowNanos) {
    lock.lock();
    try {
      if (!now.version().equals(base.version()) && isOpen()) {
        return false;
      }
      set(now, attributes, nowNanos);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves on to another version although the file is open.
   *
   * @return false when a program has already seen a byte of the present one
   */
  boolean rebase(Child.File now, PosixMetadata attributes, long nowNanos) {
    lock.lock();
    try {
      if (delivered) {
        return false;
      }
      set(now, attributes, nowNanos);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void set(Child.File now, PosixMetadata attributes, long nowNanos) {
    if (!now.version().equals(base.version())) {
      delivered = false;
    }
    base = now;
    posix = attributes;
    checkedNanos = nowNanos;
    checked = true;
  }

  /** What is known of the file counts as too old. */
  void expire() {
    lock.lock();
    try {
      checked = false;
    } finally {
      lock.unlock();
    }
  }

  /** The bytes at hand are of a version that the file has left before any were seen. */
  static final class MovedOn extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Bytes of a version are about to reach a program.
   *
   * @throws MovedOn when the file has moved on to another version meanwhile
   */
  void deliver(Child.File version) throws MovedOn {
    lock.lock();
    try {
      if (!version.version().equals(base.version())) {
        throw new MovedOn();
      }
      delivered = true;
    } finally {
      lock.unlock();
    }
  }

  /** The key of the object: of the one it was read from, when no name leads here any more. */
  String key() throws FsException {
    DirectoryInode parent = parent();
    if (parent != null) {
      lastKey = parent.prefix() + name();
    }
    return lastKey;
  }

  /** Counts a handle and tells whether the pages that the kernel has are still this version's. */
  boolean open() {
    lock.lock();
    try {
      addHandle();
      boolean keep = base.version().equals(kernelPages);
      kernelPages = base.version();
      return keep;
    } finally {
      lock.unlock();
    }
  }
}
