package dev.cove.mount;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.namespace.BucketNamespace;
import dev.cove.namespace.Child;
import dev.cove.namespace.DirectoryCursor;
import dev.cove.namespace.KeyNames;
import dev.cove.namespace.MetadataCache;
import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.vfs.Attributes;
import dev.cove.vfs.Entry;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Leads names to inodes and inodes to attributes. */
final class Names {
  // 1 s: what the kernel remembers on top of the mount; it spares calls within one burst of stats.
  private static final long KERNEL_NANOS = 1_000_000_000L;
  // 4,096: PATH_MAX, the longest target a symbolic link can have; larger objects are files.
  static final int MAX_LINK_TARGET = 4096;

  // 100,000: directories whose marker is remembered; some 200 bytes each.
  private static final int MAX_MARKERS = 100_000;

  private final BucketOptions options;
  private final BucketNamespace namespace;
  private final MetadataCache metadata;
  private final InodeTable table;
  private final Parallel parallel;
  private final LongSupplier ticker;
  private final long startNanos;
  private final long ttlNanos;
  private final Cache<String, PosixMetadata> markers;

  Names(
      BucketOptions options,
      BucketNamespace namespace,
      MetadataCache metadata,
      InodeTable table,
      Parallel parallel,
      LongSupplier ticker,
      long startNanos) {
    this.options = options;
    this.namespace = namespace;
    this.metadata = metadata;
    this.table = table;
    this.parallel = parallel;
    this.ticker = ticker;
    this.startNanos = startNanos;
    this.ttlNanos = options.names().positiveTtl().toNanos();
    this.markers = Caffeine.newBuilder()
        .maximumSize(MAX_MARKERS)
        .expireAfterWrite(options.names().positiveTtl())
        .ticker(ticker::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  long kernelNanos() {
    return Math.min(ttlNanos, KERNEL_NANOS);
  }

  long negativeKernelNanos() {
    return Math.min(options.names().negativeTtl().toNanos(), KERNEL_NANOS);
  }

  /** A clock that only moves forward, in nanoseconds. */
  long ticks() {
    return ticker.getAsLong();
  }

  /** Finds a name and counts a look-up for it. */
  Entry lookup(DirectoryInode parent, String name) throws IOException {
    checkLength(name);
    long asked = ticks();
    Inode local = table.bindLocal(parent, name);
    if (local != null) {
      return entry(local);
    }
    Child child = FileNames.isText(name) ? namespace.find(parent.prefix(), name) : null;
    if (child == null) {
      Inode gone = table.child(parent, name);
      if (gone != null) {
        table.unbind(gone);
      }
      throw new FsException(Errno.ENOENT, name);
    }
    return enter(parent, name, child, asked);
  }

  /**
   * The inode of a name; counts a look-up, which the caller takes back.
   *
   * @throws FsException {@code ENOENT} where there is none
   */
  Inode resolve(DirectoryInode parent, String name) throws IOException {
    return table.get(lookup(parent, name).inode());
  }

  /** As {@link #resolve}, null where there is none. */
  @Nullable
  Inode resolveOrNull(DirectoryInode parent, String name) throws IOException {
    try {
      return resolve(parent, name);
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  /** Whether a key can carry a new name. */
  void checkNewName(DirectoryInode parent, String name) throws FsException {
    checkLength(name);
    if (!FileNames.isText(name)) {
      throw new FsException(Errno.EILSEQ, "object keys are UTF-8");
    }
    // One more for the slash of a directory.
    if (KeyNames.isKeyTooLong(parent.prefix() + name + "/")) {
      throw new FsException(Errno.ENAMETOOLONG, "an object key has at most 1,024 bytes");
    }
  }

  static void checkLength(String name) throws FsException {
    if (KeyNames.isTooLong(name)) {
      throw new FsException(Errno.ENAMETOOLONG, "a name has at most 255 bytes");
    }
  }

  /**
   * The entry of a name of which something was heard, with its inode; counts a look-up.
   *
   * @param asked when that was asked for
   * @throws FsException {@code ENOENT} when this mount has removed it since
   */
  Entry enter(DirectoryInode parent, String name, Child heard, long asked) throws IOException {
    Child child = namespace.orChanged(parent.prefix(), name, heard, asked);
    if (child == null) {
      throw new FsException(Errno.ENOENT, name);
    }
    if (child instanceof Child.File file) {
      String key = parent.prefix() + name;
      Described described = describe(key, file);
      FileType type = described.type();
      Inode inode = table.bind(
          parent,
          name,
          present -> present instanceof FileInode there
              && there.type() == type
              && there.accept(described.state(), described.posix(), asked, ticker.getAsLong()),
          id -> new FileInode(
              id,
              parent,
              name,
              key,
              type,
              described.state(),
              described.posix(),
              ticker.getAsLong()));
      return entry(inode);
    }
    return entry(table.bind(
        parent,
        name,
        present -> present instanceof DirectoryInode,
        id -> new DirectoryInode(id, parent, name)));
  }

  /** Attributes of an inode; asks the store when what is known is too old. */
  Attributes attributes(Inode inode) throws IOException {
    if (inode instanceof FileInode file) {
      refresh(file);
    }
    return attributesAsKnown(inode);
  }

  /**
   * Makes sure that the name still leads to this file and version, when that was last heard too long
   * ago. A file that is open stays what it is.
   *
   * @throws FsException {@code ESTALE} when it leads elsewhere by now: the kernel looks it up again
   */
  void refresh(FileInode file) throws IOException {
    DirectoryInode parent = file.parent();
    if (parent == null || file.isLocal() || file.checkedWithin(ttlNanos, ticker.getAsLong())) {
      return;
    }
    long asked = ticks();
    Child child = namespace.find(parent.prefix(), file.name());
    if (child instanceof Child.File now) {
      Described described = describe(parent.prefix() + file.name(), now);
      if (described.type() == file.type()
          && file.accept(described.state(), described.posix(), asked, ticker.getAsLong())) {
        return;
      }
    }
    if (file.isOpen()) {
      return;
    }
    table.unbind(file);
    throw new FsException(Errno.ESTALE, file.name() + " was replaced or removed");
  }

  /** Moves an open file on to another version, unless a program has seen a byte of this one. */
  boolean rebase(FileInode file, Child.File now, long asked) throws IOException {
    Described described = describe(file.key(), now);
    return described.type() == file.type()
        && file.rebase(described.state(), described.posix(), asked, ticker.getAsLong());
  }

  /**
   * Answers for archived objects before any byte is asked for.
   *
   * @throws FsException {@code EACCES} when the object must be restored first
   */
  void refuseArchived(FileInode file) throws IOException {
    // A list may not know of a restored copy: ask.
    Child.File base = file.base();
    if (base != null && base.archived() && metadata.head(file.key()).archived()) {
      throw new FsException(
          Errno.EACCES, file.name() + " is archived; restore the object to read it");
    }
  }

  /** An object's state with its metadata as far as the mode asks for it. */
  private record Described(Child.File state, PosixMetadata posix, FileType type) {}

  private Described describe(String key, Child.File state) throws StorageException {
    if (options.attributes() == AttributeMode.LIST && state.attributes() == null) {
      return new Described(state, PosixMetadata.NONE, FileType.FILE);
    }
    Child.File described = state;
    ObjectAttributes attributes = metadata.peek(key, state);
    if (attributes == null) {
      try {
        ObjectInfo info = metadata.head(key);
        described = Child.File.of(info);
        attributes = info.attributes() == null ? ObjectAttributes.NONE : info.attributes();
      } catch (StorageException e) {
        if (e.kind() != StorageException.Kind.ACCESS_DENIED) {
          throw e;
        }
        // One object that may not be read does not hide its name; reading it answers EACCES.
        attributes = ObjectAttributes.NONE;
      }
    }
    PosixMetadata posix = PosixMetadata.parse(attributes.metadata(), false);
    FileType type = posix.type() == FileType.SYMLINK && described.size() <= MAX_LINK_TARGET
        ? FileType.SYMLINK
        : FileType.FILE;
    return new Described(described, posix, type);
  }

  /**
   * Asks for the metadata of these names together, where it takes a request each. What fails here
   * fails again, and is told, when the name itself is looked at.
   */
  void describeAhead(String prefix, List<DirectoryCursor.Named> children) throws IOException {
    if (options.attributes() == AttributeMode.LIST) {
      return;
    }
    List<String> unknown = new ArrayList<>();
    for (DirectoryCursor.Named named : children) {
      String key = prefix + named.name();
      if (named.child() instanceof Child.File file) {
        if (metadata.peek(key, file) == null) {
          unknown.add(key);
        }
      } else if (markers.getIfPresent(key + "/") == null) {
        unknown.add(key + "/");
      }
    }
    // One alone is asked for when it is looked at.
    if (unknown.size() > 1) {
      parallel.forEach(unknown, this::headQuietly);
    }
  }

  private void headQuietly(String key) {
    try {
      if (key.endsWith("/")) {
        marker(key);
      } else {
        metadata.head(key);
      }
    } catch (IOException e) {
      // Told when the name itself is looked at.
    }
  }

  /** What a plain readdir can say of a child without a request. */
  FileType typeWithoutRequest(String key, Child child) {
    if (!(child instanceof Child.File file)) {
      return FileType.DIRECTORY;
    }
    if (options.attributes() == AttributeMode.LIST || file.size() > MAX_LINK_TARGET) {
      return FileType.FILE;
    }
    ObjectAttributes known = metadata.peek(key, file);
    if (known == null) {
      return FileType.UNKNOWN;
    }
    return PosixMetadata.parse(known.metadata(), false).type() == FileType.SYMLINK
        ? FileType.SYMLINK
        : FileType.FILE;
  }

  /** An inode's entry; the look-up was counted already. */
  Entry entryOf(Inode inode) throws IOException {
    return new Entry(attributesAsKnown(inode), kernelNanos(), kernelNanos());
  }

  private Entry entry(Inode inode) throws IOException {
    try {
      return entryOf(inode);
    } catch (IOException | RuntimeException e) {
      table.forget(inode.id(), 1); // the look-up that no one will hear of
      throw e;
    }
  }

  private Attributes attributesAsKnown(Inode inode) throws IOException {
    if (inode instanceof FileInode file) {
      return fileAttributes(file);
    }
    return directoryAttributes((DirectoryInode) inode);
  }

  private Attributes fileAttributes(FileInode file) {
    FileInode.Look look = file.look();
    PosixMetadata posix = look.posix();
    Child.File base = look.base();
    long modified = orElse(posix.modifiedNanos(), base == null ? startNanos : base.modifiedNanos());
    // ctime cannot be set by programs: the time the store took this state.
    long changed = base == null || file.isLocal() ? modified : base.modifiedNanos();
    return new Attributes(
        file.id(),
        file.type(),
        file.type() == FileType.SYMLINK
            ? 0777
            : orElse(posix.permissions(), options.owner().fileMode()),
        file.parent() == null ? 0 : 1,
        orElse(posix.uid(), options.owner().uid()),
        orElse(posix.gid(), options.owner().gid()),
        look.size(),
        modified,
        changed,
        modified);
  }

  private Attributes directoryAttributes(DirectoryInode directory) throws IOException {
    PosixMetadata posix =
        directory.id() == table.root().id() ? PosixMetadata.NONE : marker(directory.prefix());
    long modified =
        Math.max(orElse(posix.modifiedNanos(), startNanos), directory.entriesChangedNanos());
    return new Attributes(
        directory.id(),
        FileType.DIRECTORY,
        orElse(posix.permissions(), options.owner().directoryMode()),
        // 1: not counted, which find(1) and others understand as "do not rely on it".
        1,
        orElse(posix.uid(), options.owner().uid()),
        orElse(posix.gid(), options.owner().gid()),
        0,
        modified,
        modified,
        modified);
  }

  /** What a directory's marker says; one HEAD when that was not asked for lately. */
  PosixMetadata marker(String prefix) throws IOException {
    if (options.attributes() == AttributeMode.LIST || prefix.isEmpty()) {
      return PosixMetadata.NONE;
    }
    PosixMetadata known = markers.getIfPresent(prefix);
    if (known == null) {
      known = headMarker(prefix);
      markers.put(prefix, known);
    }
    return known;
  }

  /** The mount itself wrote a marker that says this. */
  void markerWritten(String prefix, PosixMetadata posix) {
    markers.put(prefix, posix);
  }

  /** Drops what markers at and below a prefix said. */
  void forgetMarkers(String prefix) {
    markers.asMap().keySet().removeIf(known -> known.startsWith(prefix));
  }

  private PosixMetadata headMarker(String prefix) throws IOException {
    try {
      ObjectAttributes attributes = metadata.head(prefix).attributes();
      return attributes == null
          ? PosixMetadata.NONE
          : PosixMetadata.parse(attributes.metadata(), true);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.NOT_FOUND) {
        return PosixMetadata.NONE;
      }
      throw e;
    }
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
