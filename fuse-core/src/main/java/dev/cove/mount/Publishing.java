package dev.cove.mount;

import static java.util.Objects.requireNonNull;

import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.namespace.Child;
import dev.cove.namespace.PosixMetadata;
import dev.cove.namespace.UserXattrs;
import dev.cove.storage.Content;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.write.Published;
import dev.cove.write.Publisher;
import dev.cove.write.StagedFile;
import dev.cove.write.Target;
import dev.cove.write.WriteException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what was changed in a file the object: bytes and attributes in one write where both changed,
 * under the condition that the object is still the one the changes began with.
 */
final class Publishing {
  private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);

  private final Core core;
  private final Publisher publisher;
  private final ServerCopies copies;
  private final Removals removals;
  private final AttributeNotes notes;
  private final NewFiles newFiles;

  Publishing(
      Core core,
      Publisher publisher,
      ServerCopies copies,
      Removals removals,
      AttributeNotes notes,
      NewFiles newFiles) {
    this.core = core;
    this.publisher = publisher;
    this.copies = copies;
    this.removals = removals;
    this.notes = notes;
    this.newFiles = newFiles;
  }

  /** Publishes what is dirty; returns when it is durable in the bucket. */
  void publish(FileInode file) throws IOException {
    while (file.isDirty()) {
      String key = file.key();
      try (PathLocks.Held held = core.locks().acquire(key)) {
        if (key.equals(file.key())) {
          publishLocked(file, key);
          // The kernel may have let go of it while it was not stored.
          core.table().released(file);
          return;
        }
        // Renamed while this thread waited: again under the new name.
      }
    }
  }

  /** As {@link #publish}, for a caller that holds the lock of the file's key. */
  void publishLocked(FileInode file, String key) throws IOException {
    StagedFile staged = file.staged();
    if (file.fate() != FileInode.Fate.NAMED) {
      return;
    }
    if (staged == null && !file.isPublished()) {
      publishEmpty(file, key);
    } else if (staged != null && (staged.isDirty() || !file.isPublished())) {
      publishContent(file, key, staged);
    } else if (file.attributesChanged()) {
      publishAttributes(file, key);
    }
  }

  /** Publishes every file below a directory that the bucket has already; its prefix is locked. */
  void publishBelowLocked(DirectoryInode directory) throws IOException {
    for (Inode inode : core.table().children(directory)) {
      if (inode instanceof DirectoryInode below) {
        publishBelowLocked(below);
      } else if (inode instanceof FileInode file && file.isPublished()) {
        publishLocked(file, file.key());
      }
    }
  }

  private void publishContent(FileInode file, String key, StagedFile staged) throws IOException {
    FileInode.Pending pending = file.pending();
    Child.File base = file.base();
    try {
      Target wanted = new Target(key, options(file, key, pending));
      Published result = publisher.publish(staged, wanted);
      ObjectAttributes applied = result.applied().options().attributes();
      finish(file, key, result.stored(), result.size(), applied, base, pending);
      // A large file was sent while it was written, with the attributes of when that began.
      ObjectAttributes asked = wanted.options().attributes();
      if (pending.explicit()
          ? !describesSame(applied, asked, Set.of())
          : !describesSame(applied, asked, PosixMetadata.MODIFIED_KEYS)) {
        publishAttributes(file, key);
      } else {
        file.adopt(PosixMetadata.parse(applied.metadata(), false), pending);
      }
    } catch (WriteException e) {
      if (e.kind() != WriteException.Kind.CONFLICT) {
        throw e;
      }
      throw lost(file, key, e);
    } catch (StorageException e) {
      if (!isGone(e)) {
        throw e;
      }
      throw lost(file, key, e);
    }
  }

  private static boolean describesSame(
      ObjectAttributes applied, ObjectAttributes wanted, Set<String> whatever) {
    Map<String, String> stored = new HashMap<>(applied.metadata());
    Map<String, String> asked = new HashMap<>(wanted.metadata());
    for (Map<String, String> each : List.of(stored, asked)) {
      each.remove(Target.WRITE_ID);
      each.keySet().removeAll(whatever);
    }
    return stored.equals(asked);
  }

  private static boolean isGone(StorageException e) {
    return e.kind() == StorageException.Kind.PRECONDITION_FAILED
        || e.kind() == StorageException.Kind.NOT_FOUND;
  }

  /** What a file that begins to be changed is to become, as far as is known now. */
  Target target(FileInode file, String key) throws IOException {
    return new Target(key, options(file, key, file.pending()));
  }

  private WriteOptions options(FileInode file, String key, FileInode.Pending pending)
      throws IOException {
    Child.File base = file.base();
    if (base == null) {
      Version hidden = removals.hiddenVersion(key);
      WriteCondition condition =
          hidden == null ? WriteCondition.ifAbsent() : WriteCondition.ifVersion(hidden);
      return new WriteOptions(
          unlessOverwriting(condition),
          withXattrs(core.descriptions().fresh(file.name(), file.type(), pending.posix()), pending),
          Map.of(),
          null);
    }
    return new WriteOptions(
        unlessOverwriting(WriteCondition.ifVersion(base.version())),
        attributes(file, key, base, pending),
        tags(file, key, base),
        base.storageClass());
  }

  private WriteCondition unlessOverwriting(WriteCondition condition) {
    return core.options().onConflict() == OnConflict.OVERWRITE ? WriteCondition.none() : condition;
  }

  private ObjectAttributes attributes(
      FileInode file, String key, Child.File base, FileInode.Pending pending) throws IOException {
    ObjectAttributes before;
    try {
      before = core.metadata().of(key, base);
    } catch (StorageException e) {
      if (!isGone(e) || core.options().onConflict() != OnConflict.OVERWRITE) {
        throw e;
      }
      before = ObjectAttributes.NONE; // the last writer wins, with what it knows
    }
    PosixMetadata posix = pending.posix().orModified(base.modifiedNanos());
    return withXattrs(core.descriptions().from(before, file.type(), posix), pending);
  }

  private static ObjectAttributes withXattrs(
      ObjectAttributes attributes, FileInode.Pending pending) {
    Map<String, byte[]> xattrs = pending.xattrs();
    return xattrs == null
        ? attributes
        : attributes.withMetadata(UserXattrs.store(attributes.metadata(), xattrs));
  }

  /** Asked once for each edit: when it begins, for a large file is sent while it is written. */
  private Map<String, String> tags(FileInode file, String key, Child.File base)
      throws StorageException {
    FileInode.Tags known = file.tags();
    if (known == null || !known.version().equals(base.version())) {
      known = new FileInode.Tags(base.version(), tags(key));
      file.tags(known);
    }
    return known.values();
  }

  private Map<String, String> tags(String key) throws StorageException {
    if (!core.store().capabilities().tags()) {
      return Map.of();
    }
    try {
      return core.store().tags(key);
    } catch (StorageException e) {
      return switch (e.kind()) {
        // Whoever may not see tags cannot keep them, nor lose any by writing.
        case ACCESS_DENIED, NOT_FOUND, UNSUPPORTED -> Map.of();
        default -> throw e;
      };
    }
  }

  private void publishAttributes(FileInode file, String key) throws IOException {
    FileInode.Pending pending = file.pending();
    Child.File base = requireNonNull(file.base());
    ObjectAttributes attributes = attributes(file, key, base, pending);
    try {
      Stored stored = copies.copy(
          new ServerCopies.Source(
              key, base.version(), base.size(), base.storageClass(), attributes),
          key,
          unlessOverwriting(WriteCondition.ifVersion(base.version())));
      finish(file, key, stored, base.size(), attributes, base, pending);
      // Whoever goes on writing does so on the same bytes under their new version.
      file.copied(requireNonNull(file.base()), key, core.ticks());
      StagedFile staged = file.staged();
      if (staged != null) {
        staged.retarget(target(file, key));
      }
    } catch (StorageException e) {
      if (!isGone(e)) {
        throw e;
      }
      // The object is another's now, with attributes of its own: these are moot.
      letName(file, key);
      throw new FsException(Errno.ESTALE, key + " was replaced meanwhile");
    }
  }

  private void finish(
      FileInode file,
      String key,
      Stored stored,
      long size,
      ObjectAttributes applied,
      Child.@Nullable File before,
      FileInode.Pending pending) {
    Child.File now = core.stored(size, stored, before == null ? null : before.storageClass());
    core.metadata().written(key, now, applied);
    removals.replaced(key);
    core.changed(key, now);
    file.published(now, pending, core.ticks());
    newFiles.settled(file);
    if (file.attributesChanged()) {
      // Set while this was on its way: noted for the state before, or for none.
      try {
        notes.note(file);
      } catch (IOException e) {
        LOG.warn(
            "attributes of {} are lost if this process is killed now: {}", key, e.getMessage());
      }
    }
  }

  /**
   * The object is another writer's: the name is let go. Those who have the file open go on to see
   * what they wrote; with the last close it is put aside.
   */
  private FsException lost(FileInode file, String key, IOException why) {
    letName(file, key);
    LOG.warn("{} is not stored, its bytes are kept: {}", key, why.getMessage());
    return new FsException(
        Errno.ESTALE,
        key + " was changed by another writer; 'cove recover' lists what this one wrote");
  }

  private void publishEmpty(FileInode file, String key) throws IOException {
    FileInode.Pending pending = file.pending();
    WriteOptions options = options(file, key, pending);
    try {
      Stored stored = core.put(key, Content.EMPTY, options);
      finish(file, key, stored, 0, options.attributes(), null, pending);
    } catch (StorageException e) {
      if (!isGone(e)) {
        throw e;
      }
      letName(file, key);
      throw new FsException(Errno.ESTALE, key + " was created by another writer");
    }
  }

  /** The name leads to another writer's object from now on. */
  private void letName(FileInode file, String key) {
    file.fate(FileInode.Fate.LOST);
    newFiles.settled(file);
    core.table().unbind(file);
    core.namespace().forget(key + "/");
  }

  /** What the bucket holds of a new link or empty file, made in one request. */
  Child.File putNew(String key, FileType type, PosixMetadata posix, Content content)
      throws IOException {
    String name = key.substring(key.lastIndexOf('/') + 1);
    ObjectAttributes attributes = core.descriptions().fresh(name, type, posix);
    Version hidden = removals.hiddenVersion(key);
    WriteCondition condition =
        hidden == null ? WriteCondition.ifAbsent() : WriteCondition.ifVersion(hidden);
    try {
      Stored stored =
          core.put(key, content, WriteOptions.DEFAULT.with(attributes).with(condition));
      Child.File now = core.stored(content.size(), stored, null);
      core.metadata().written(key, now, attributes);
      removals.replaced(key);
      core.changed(key, now);
      return now;
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.PRECONDITION_FAILED) {
        throw new FsException(Errno.EEXIST, key + " exists");
      }
      throw e;
    }
  }
}
