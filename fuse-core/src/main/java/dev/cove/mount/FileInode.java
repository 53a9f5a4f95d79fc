package dev.cove.mount;

import dev.cove.namespace.Child;
import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.Version;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.write.Base;
import dev.cove.write.StagedFile;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file or symbolic link. While anything is open on it, it stays at one version of the object, so
 * that no reader ever sees a mix of two; a name that leads to another version then leads to another
 * inode, as after a rename on a local file system. What this mount itself publishes moves the file
 * on in place.
 */
final class FileInode extends Inode {
  private final FileType type;

  // Innermost but for the staged file's own; never held while a request is under way.
  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by lock, volatile where they are read without it too.
  private volatile Child.@Nullable File base; // null until something of it is in the bucket
  private PosixMetadata posix;
  private @Nullable Map<String, byte[]> xattrs; // what is to replace the stored ones; null for none
  private long attributeChanges; // counts; what is stored is behind when it differs
  private long attributesStored;
  private volatile @Nullable StagedFile staged;
  private volatile Fate fate = Fate.NAMED;
  private volatile @Nullable Tags tags; // of the version that is being changed
  private int writers;
  private int appenders;
  private long checkedNanos;
  private long askedNanos; // nothing that was asked for earlier counts
  private boolean checked; // false when what is known counts as too old
  private boolean pagesCurrent; // what the kernel has of it is this content
  private boolean delivered; // a program has seen a byte of this version
  private volatile String lastKey;

  /** What became of the file's name. */
  enum Fate {
    NAMED,
    /** Removed or replaced; open handles go on, nothing is published. */
    UNLINKED,
    /** Another writer's object has the name; what was local is kept beside. */
    LOST
  }

  FileInode(
      long id,
      DirectoryInode parent,
      String name,
      String key,
      FileType type,
      Child.@Nullable File base,
      PosixMetadata posix,
      long nowNanos) {
    super(id, parent, name);
    this.lastKey = key;
    this.type = type;
    this.base = base;
    this.posix = posix;
    this.checkedNanos = nowNanos;
    this.askedNanos = nowNanos;
    this.checked = true;
    this.pagesCurrent = base == null;
  }

  FileType type() {
    return type;
  }

  /** A consistent look at what stat shows. */
  record Look(Child.@Nullable File base, PosixMetadata posix, long size) {}

  Look look() {
    lock.lock();
    try {
      StagedFile local = staged;
      Child.File stored = base;
      long size = local != null ? local.size() : stored != null ? stored.size() : 0;
      return new Look(stored, posix, size);
    } finally {
      lock.unlock();
    }
  }

  /** The object's tags when its change began; they have to be written again with its bytes. */
  record Tags(Version version, Map<String, String> values) {}

  @Nullable
  Tags tags() {
    return tags;
  }

  void tags(Tags known) {
    tags = known;
  }

  Child.@Nullable File base() {
    return base;
  }

  /** Whether the bucket has it. */
  boolean isPublished() {
    return base != null;
  }

  /** Whether this mount knows better than the bucket what the file is. */
  boolean isLocal() {
    return fate == Fate.NAMED && (base == null || staged != null || attributesChanged());
  }

  /** Whether there is anything to publish. */
  boolean isDirty() {
    StagedFile local = staged;
    return fate == Fate.NAMED
        && (base == null || (local != null && local.isDirty()) || attributesChanged());
  }

  Fate fate() {
    return fate;
  }

  boolean attributesChanged() {
    lock.lock();
    try {
      return attributeChanges != attributesStored;
    } finally {
      lock.unlock();
    }
  }

  @Nullable
  StagedFile staged() {
    return staged;
  }

  /**
   * Begins local content, unless it has begun.
   *
   * @param made what to use; given back to the caller to discard when it is not needed
   * @return the one in use
   */
  StagedFile stage(StagedFile made) {
    lock.lock();
    try {
      StagedFile present = staged;
      if (present != null) {
        return present;
      }
      staged = made;
      return made;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes local content away when all of it is published and nobody has the file open for writing.
   *
   * @return what was in use, for the caller to close; null when it stays
   */
  @Nullable
  StagedFile unstageIfDone() {
    lock.lock();
    try {
      StagedFile present = staged;
      if (present == null
          || writers > 0
          || (fate == Fate.NAMED && (base == null || present.isDirty()))) {
        return null;
      }
      if (fate != Fate.NAMED && isOpen()) {
        return null; // those who have it open read on
      }
      staged = null;
      return present;
    } finally {
      lock.unlock();
    }
  }

  void fate(Fate now) {
    fate = now;
  }

  @Override
  boolean isHeld() {
    return isOpen() || isDirty();
  }

  /** Bytes were written. */
  void touch(long nowNanos) {
    lock.lock();
    try {
      posix = posix.withModified(nowNanos);
      pagesCurrent = true;
    } finally {
      lock.unlock();
    }
  }

  /** Changes attributes; they are stored with the next publish. */
  void change(PosixMetadata changes, @Nullable Map<String, byte[]> newXattrs) {
    lock.lock();
    try {
      posix = posix.with(changes);
      if (newXattrs != null) {
        xattrs = newXattrs;
      }
      attributeChanges++;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The attributes to publish, to be handed to {@link #published} afterwards.
   *
   * @param explicit whether a program set some of them
   */
  record Pending(
      PosixMetadata posix, @Nullable Map<String, byte[]> xattrs, long changes, boolean explicit) {}

  Pending pending() {
    lock.lock();
    try {
      return new Pending(posix, xattrs, attributeChanges, attributeChanges != attributesStored);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was pending, and the content with it, is in the bucket as this state, and whoever asks from
   * now on hears so.
   */
  void published(Child.File now, Pending stored, long nowNanos) {
    lock.lock();
    try {
      base = now;
      tags = null;
      attributesStored = stored.changes();
      if (attributeChanges == attributesStored) {
        xattrs = null;
      }
      checkedNanos = nowNanos;
      askedNanos = nowNanos;
      checked = true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the time of modification that was stored, unless the file was changed again since. */
  void adopt(PosixMetadata stored, Pending wanted) {
    lock.lock();
    try {
      Long modified = stored.modifiedNanos();
      if (modified != null && posix.equals(wanted.posix())) {
        posix = posix.withModified(modified);
      }
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

  /** What is known of the file counts as too old. */
  void expire() {
    lock.lock();
    try {
      checked = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what the store said of the name. What this mount has changed and not published stays, and
   * what is known by a later question.
   *
   * @param asked when the store was asked
   * @return false when it is another version and this inode is open at the old one
   */
  boolean accept(Child.File now, PosixMetadata attributes, long asked, long nowNanos) {
    lock.lock();
    try {
      if (isLocal()) {
        return true;
      }
      if (fate != Fate.NAMED) {
        return false;
      }
      if (isOutdated(asked)) {
        return true;
      }
      if (isOpen() && !isVersion(now.version())) {
        return false;
      }
      set(now, attributes, asked, nowNanos);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves on to another version although the file is open.
   *
   * @return false when a program has already seen a byte of the present one, or would go on to append
   *     where that one ends: the kernel took the place when it opened the file
   */
  boolean rebase(Child.File now, PosixMetadata attributes, long asked, long nowNanos) {
    lock.lock();
    try {
      if (delivered || isLocal() || (appenders > 0 && look().size() != now.size())) {
        return false;
      }
      if (isOutdated(asked)) {
        return true;
      }
      set(now, attributes, asked, nowNanos);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isOutdated(long asked) {
    return asked < askedNanos;
  }

  private void set(Child.File now, PosixMetadata attributes, long asked, long nowNanos) {
    if (!isVersion(now.version())) {
      delivered = false;
      pagesCurrent = false;
    }
    base = now;
    posix = attributes;
    askedNanos = Math.max(askedNanos, asked);
    checkedNanos = nowNanos;
    checked = true;
  }

  boolean isVersion(Version version) {
    Child.File stored = base;
    return stored != null && stored.version().equals(version);
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
  void deliver(Version version) throws MovedOn {
    lock.lock();
    try {
      if (!isVersion(version)) {
        throw new MovedOn();
      }
      delivered = true;
    } finally {
      lock.unlock();
    }
  }

  /** The key of the object: the last it had, when no name leads here any more. */
  String key() throws FsException {
    DirectoryInode parent = parent();
    if (parent != null) {
      lastKey = parent.prefix() + name();
    }
    return lastKey;
  }

  /** The key at the last look, without another. */
  String lastKey() {
    return lastKey;
  }

  void moved(String key) {
    lastKey = key;
  }

  /** Counts a handle that writes, or takes one back. */
  void countWriter(int by) {
    lock.lock();
    try {
      writers += by;
    } finally {
      lock.unlock();
    }
  }

  /** Counts a handle that appends, or takes one back. */
  void countAppender(int by) {
    lock.lock();
    try {
      appenders += by;
    } finally {
      lock.unlock();
    }
  }

  /** The object was copied to where the file is now, and nothing else about it changed. */
  void copied(Child.File now, String key, long nowNanos) throws IOException {
    lock.lock();
    try {
      base = now;
      askedNanos = nowNanos;
      lastKey = key;
      StagedFile local = staged;
      if (local != null && local.base() != null) {
        local.rebase(new Base(key, now.version(), now.size()));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Counts a handle and tells whether the pages that the kernel has are still this content's. */
  boolean open() {
    lock.lock();
    try {
      addHandle();
      return pagesCurrent;
    } finally {
      lock.unlock();
    }
  }

  /** The kernel has dropped its pages, as it was told when a handle was opened. */
  void pagesDropped() {
    lock.lock();
    try {
      pagesCurrent = true;
    } finally {
      lock.unlock();
    }
  }
}
