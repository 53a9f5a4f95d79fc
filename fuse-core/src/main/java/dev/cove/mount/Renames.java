package dev.cove.mount;

import static java.util.Objects.requireNonNull;

import dev.cove.namespace.Child;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.vfs.RenameMode;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renaming: copy on the server, then delete. The target is replaced whole or not at all; until the
 * copy is there the source stays.
 */
final class Renames {
  private final Core core;
  private final DirectoryMarkers markers;
  private final ServerCopies copies;
  private final Publishing publishing;
  private final Removals removals;
  private final Unstaging unstaging;
  private final DirectoryMoves moves;
  private final NewFiles newFiles;
  private final Journal journal;

  Renames(
      Core core,
      DirectoryMarkers markers,
      ServerCopies copies,
      Publishing publishing,
      Removals removals,
      Unstaging unstaging,
      NewFiles newFiles,
      DirectoryMoves moves,
      Journal journal) {
    this.core = core;
    this.markers = markers;
    this.copies = copies;
    this.publishing = publishing;
    this.removals = removals;
    this.unstaging = unstaging;
    this.moves = moves;
    this.newFiles = newFiles;
    this.journal = journal;
  }

  void rename(
      DirectoryInode parent, String name, DirectoryInode newParent, String newName, RenameMode mode)
      throws IOException {
    if (mode == RenameMode.EXCHANGE) {
      throw new FsException(Errno.EINVAL, "names cannot be exchanged in a bucket");
    }
    core.names().checkNewName(newParent, newName);
    Inode source = core.names().resolve(parent, name);
    if (parent == newParent && name.equals(newName)) {
      core.table().forget(source.id(), 1);
      return; // the same name: done already
    }
    try {
      if (source instanceof FileInode file) {
        renameFile(file, parent, name, newParent, newName, mode);
      } else {
        renameDirectory((DirectoryInode) source, parent, newParent, newName, mode);
      }
      parent.entriesChanged(core.now());
      newParent.entriesChanged(core.now());
    } finally {
      core.table().forget(source.id(), 1);
    }
  }

  private void renameFile(
      FileInode file,
      DirectoryInode parent,
      String name,
      DirectoryInode newParent,
      String newName,
      RenameMode mode)
      throws IOException {
    String from = parent.prefix() + name;
    String to = newParent.prefix() + newName;
    try (PathLocks.Held held = core.locks().acquire(from, to)) {
      if (file.parent() != parent || !file.name().equals(name)) {
        throw new FsException(Errno.ENOENT, name + " was renamed or removed meanwhile");
      }
      Target target = target(newParent, newName, removals.hiddenVersion(to));
      if (mode == RenameMode.KEEP_EXISTING && target.exists()) {
        throw new FsException(Errno.EEXIST, newName + " exists");
      }
      if (target.isDirectory()) {
        throw new FsException(Errno.EISDIR, newName + " is a directory");
      }
      // A new file that is being written need not be in the bucket yet, unless it replaces another.
      if (file.isPublished() || target.exists() || !file.isOpen()) {
        publishing.publishLocked(file, from);
      }
      if (file.isPublished()) {
        moveObject(file, name, from, to, target);
      }
      if (core.table().child(newParent, newName) instanceof FileInode replaced) {
        replaced.fate(FileInode.Fate.UNLINKED);
        newFiles.settled(replaced);
        unstaging.whenDone(replaced);
      }
      core.table().move(file, newParent, newName);
      file.moved(to);
      newFiles.moved(file);
    }
  }

  private void moveObject(FileInode file, String name, String from, String to, Target target)
      throws IOException {
    Child.File base = requireNonNull(file.base());
    ObjectAttributes attributes = core.descriptions()
        .from(
            core.metadata().of(from, base),
            file.type(),
            file.look().posix().orModified(base.modifiedNanos()));
    String writeId = ServerCopies.newWriteId();
    Journal.Entry entry = journal.moving(from, base.version().value(), to, writeId);
    Stored stored;
    try {
      stored = copies.copy(
          new ServerCopies.Source(
              from, base.version(), base.size(), base.storageClass(), attributes),
          to,
          target.condition(),
          writeId);
    } catch (StorageException e) {
      entry.done();
      if (e.kind() == StorageException.Kind.PRECONDITION_FAILED) {
        file.expire();
        core.namespace().forget(from + "/");
        core.namespace().forget(to + "/");
        throw new FsException(Errno.ESTALE, from + " or " + to + " was changed meanwhile");
      }
      throw e;
    }
    Child.File moved = core.stored(base.size(), stored, base.storageClass());
    core.metadata().written(to, moved, attributes);
    removals.replaced(to);
    core.changed(to, moved);
    // Before the delete: who reads meanwhile reads the copy.
    file.copied(moved, to, core.ticks());
    try {
      markers.keep(prefixOf(from), name);
      deleteSource(from, base.version());
    } catch (IOException e) {
      file.copied(base, from, core.ticks());
      throw e;
    } finally {
      entry.done();
    }
  }

  private void deleteSource(String from, Version version) throws IOException {
    try {
      core.deleteVersion(from, version);
      core.changed(from, null);
    } catch (FsException e) {
      if (e.errno() != Errno.ESTALE) {
        throw e;
      }
      // Another writer's object has come to the old name since the copy: it is theirs to keep.
    }
  }

  /**
   * What stands in the way of a rename.
   *
   * @param hidden the version of an unlinked file that is open and so still in the bucket
   */
  private record Target(
      @Nullable Child child, boolean unpublished, @Nullable Version hidden) {
    boolean exists() {
      return child != null || unpublished;
    }

    boolean isDirectory() {
      return child instanceof Child.Directory;
    }

    @Nullable
    Version version() {
      return child instanceof Child.File file ? file.version() : hidden;
    }

    WriteCondition condition() {
      Version version = version();
      return version == null ? WriteCondition.ifAbsent() : WriteCondition.ifVersion(version);
    }
  }

  private Target target(DirectoryInode parent, String name, @Nullable Version hidden)
      throws IOException {
    Inode present = core.table().child(parent, name);
    if (present instanceof FileInode file && file.isLocal()) {
      return new Target(file.base(), !file.isPublished(), hidden);
    }
    return new Target(core.namespace().find(parent.prefix(), name), false, hidden);
  }

  private void renameDirectory(
      DirectoryInode directory,
      DirectoryInode parent,
      DirectoryInode newParent,
      String newName,
      RenameMode mode)
      throws IOException {
    String name = directory.name();
    String from = directory.prefix();
    String to = newParent.prefix() + newName + "/";
    if (to.startsWith(from)) {
      throw new FsException(Errno.EINVAL, "a directory cannot be moved into itself");
    }
    try (PathLocks.Held held = core.locks().acquire(from, to)) {
      Target target = target(newParent, newName, null);
      if (mode == RenameMode.KEEP_EXISTING && target.exists()) {
        throw new FsException(Errno.EEXIST, newName + " exists");
      }
      if (target.exists() && !target.isDirectory()) {
        throw new FsException(Errno.ENOTDIR, newName + " is not a directory");
      }
      if (target.isDirectory() && !core.namespace().isEmpty(to)) {
        throw new FsException(Errno.ENOTEMPTY, newName + " is not empty");
      }
      Inode replaced = core.table().child(newParent, newName);
      if (replaced instanceof DirectoryInode empty && !core.table().hasNoLocalFiles(empty)) {
        throw new FsException(Errno.ENOTEMPTY, newName + " is not empty");
      }
      removals.removeHidden(to);
      publishing.publishBelowLocked(directory);
      Map<String, Child.File> moved = moves.move(
          from,
          to,
          target.exists() ? DirectoryMoves.Onto.EMPTY_DIRECTORY : DirectoryMoves.Onto.NOTHING,
          () -> markers.keep(prefixOf(from.substring(0, from.length() - 1)), name));
      removals.removeHidden(from);
      core.namespace().dropBelow(from);
      core.namespace().dropBelow(to);
      core.names().forgetMarkers(from);
      core.names().forgetMarkers(to);
      core.namespace().changed(parent.prefix(), name, null);
      core.namespace().changed(newParent.prefix(), newName, Child.Directory.INSTANCE);
      core.table().move(directory, newParent, newName);
      rebaseBelow(directory, moved);
    }
  }

  private void rebaseBelow(DirectoryInode directory, Map<String, Child.File> moved)
      throws IOException {
    for (Inode inode : core.table().children(directory)) {
      if (inode instanceof DirectoryInode below) {
        rebaseBelow(below, moved);
      } else if (inode instanceof FileInode file) {
        Child.File now = moved.get(file.lastKey());
        String key = directory.prefix() + file.name();
        if (now == null) {
          file.moved(key);
          newFiles.moved(file);
        } else {
          file.copied(now, key, core.ticks());
        }
      }
    }
  }

  private static String prefixOf(String key) {
    return key.substring(0, key.lastIndexOf('/') + 1);
  }
}
