package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.chunk.BlobSource;
import dev.cove.volume.snapshot.DirectoryEntry;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import dev.cove.volume.snapshot.Name;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Changes to a working tree by path, each checked before it is made. */
final class TreeEdits {
  private static final int NEW_DIRECTORY = 0755;

  private final WorkingTree tree;
  private final VolumeView view;

  TreeEdits(WorkingTree tree, BlobSource blobs) {
    this.tree = tree;
    this.view = new VolumeView(tree.view(), blobs);
  }

  WorkingTree tree() {
    return tree;
  }

  VolumeView view() {
    return view;
  }

  /** The number of the directory at the path, made with those on the way where it is missing. */
  long makeDirectories(VolumePath path) throws StorageException {
    long directory = Inode.ROOT;
    for (int depth = 0; depth < path.names().size(); depth++) {
      Name name = path.names().get(depth);
      DirectoryEntry entry = tree.lookup(directory, name);
      if (entry == null) {
        directory = tree.create(directory, name, template(FileType.DIRECTORY, NEW_DIRECTORY))
            .number();
      } else if (entry.type() == FileType.DIRECTORY) {
        directory = entry.inode();
      } else {
        throw VolumeView.notADirectory(new VolumePath(path.names().subList(0, depth + 1)));
      }
    }
    return directory;
  }

  /** A new inode of this user's without anything in it. */
  private Inode template(FileType type, int mode) {
    return Inode.of(0, type, mode, 0, 0, tree.now());
  }

  /**
   * Stores a file or link in a directory. What is there keeps its number, and with it its other names.
   *
   * @param path for messages
   */
  Inode put(long parent, Name name, Inode wanted, IfExists ifExists, Supplier<VolumePath> path)
      throws StorageException {
    DirectoryEntry there = tree.lookup(parent, name);
    if (there == null) {
      return tree.create(parent, name, wanted);
    }
    if (there.type() == FileType.DIRECTORY) {
      throw isADirectory(path.get());
    }
    if (ifExists == IfExists.FAIL) {
      throw fileExists(path.get());
    }
    if (there.type() != wanted.type()) {
      tree.unlink(there);
      return tree.create(parent, name, wanted);
    }
    Inode before = view.snapshot().inode(there);
    Inode after = wanted
        .withNumber(before.number())
        .withLinks(before.links())
        .withHome(before.parent(), before.name());
    tree.set(after);
    return after;
  }

  /** Makes a directory, or gives the one that is there these attributes. */
  void putDirectory(VolumePath path, Inode wanted) throws StorageException {
    Inode before = tree.inode(makeDirectories(path));
    tree.set(wanted
        .withNumber(before.number())
        .withLinks(before.links())
        .withHome(before.parent(), before.name()));
  }

  void remove(VolumePath path, Recursive recursive) throws StorageException {
    if (path.isRoot()) {
      throw new VolumeException(Reason.INVALID, "the root of a volume cannot be removed");
    }
    DirectoryEntry entry = existing(path);
    if (entry.type() != FileType.DIRECTORY) {
      tree.unlink(entry);
    } else if (recursive == Recursive.YES) {
      tree.removeTree(entry);
    } else if (view.snapshot().hasChildren(entry.inode())) {
      throw new VolumeException(
          Reason.DIRECTORY_NOT_EMPTY,
          path + " is a directory that is not empty",
          List.of(path.toString()),
          null);
    } else {
      tree.unlink(entry);
    }
  }

  /** Moves as {@code mv} does. */
  void move(VolumePath from, VolumePath to) throws StorageException {
    if (from.isRoot()) {
      throw new VolumeException(Reason.INVALID, "the root of a volume cannot be renamed");
    }
    DirectoryEntry source = existing(from);
    VolumePath target = isDirectory(to) ? to.child(from.last()) : to;
    if (target.equals(from)) {
      throw new VolumeException(
          Reason.FILE_EXISTS,
          from + " and " + target + " are the same file",
          List.of(from.toString()),
          null);
    }
    if (target.startsWith(from)) {
      throw belowItself(from, target);
    }
    Inode parent = view.resolveDirectory(target.parent());
    DirectoryEntry there = tree.lookup(parent.number(), target.last());
    if (there != null) {
      if (there.inode() == source.inode()) {
        // Two names of one file: POSIX leaves both, mv removes the one it was to move.
        tree.unlink(source);
        return;
      }
      makeRoom(target, there, source.type());
    }
    tree.rename(source, parent.number(), target.last());
  }

  private void makeRoom(VolumePath path, DirectoryEntry there, FileType incoming)
      throws StorageException {
    boolean directory = there.type() == FileType.DIRECTORY;
    if (directory && incoming != FileType.DIRECTORY) {
      throw isADirectory(path);
    }
    if (!directory && incoming == FileType.DIRECTORY) {
      throw VolumeView.notADirectory(path);
    }
    remove(path, Recursive.NO);
  }

  void link(VolumePath existing, VolumePath path) throws StorageException {
    DirectoryEntry source = existing(existing);
    if (source.type() == FileType.DIRECTORY) {
      throw isADirectory(existing);
    }
    tree.link(source, freePlace(path), path.last());
  }

  void symlink(String target, VolumePath path) throws StorageException {
    if (target.isEmpty() || target.indexOf('\0') >= 0) {
      throw new VolumeException(
          Reason.INVALID, "a symbolic link leads somewhere, and not to a NUL");
    }
    long parent = freePlace(path);
    tree.create(parent, path.last(), template(FileType.SYMLINK, 0777).withTarget(Name.of(target)));
  }

  /** The directory a new name goes into. */
  private long freePlace(VolumePath path) throws StorageException {
    if (path.isRoot() || view.locate(path) != null) {
      throw fileExists(path);
    }
    return view.resolveDirectory(path.parent()).number();
  }

  void setAttributes(VolumePath path, AttributeChange change) throws StorageException {
    Inode before = view.resolve(path);
    int uid = change.uid().orElse(before.uid());
    int gid = change.gid().orElse(before.gid());
    int mode = change.mode().orElse(before.mode());
    Instant mtime = change.mtime().orElse(before.mtime());
    Inode after = before.withMode(mode).withOwner(uid, gid).withMtime(mtime);
    if (change.xattrs().isPresent()) {
      after = after.withXattrs(names(change.xattrs().get()));
    }
    tree.set(after);
  }

  static Map<String, Name> names(Map<String, byte[]> xattrs) {
    Map<String, Name> names = new TreeMap<>();
    xattrs.forEach((key, value) -> names.put(key, new Name(value.clone())));
    return names;
  }

  boolean isDirectory(VolumePath path) throws StorageException {
    DirectoryEntry entry = view.locate(path);
    return path.isRoot() || (entry != null && entry.type() == FileType.DIRECTORY);
  }

  DirectoryEntry existing(VolumePath path) throws StorageException {
    return view.existing(path);
  }

  static VolumeException belowItself(VolumePath from, VolumePath to) {
    return new VolumeException(
        Reason.BELOW_ITSELF,
        from + " cannot go below itself, to " + to,
        List.of(from.toString()),
        null);
  }

  static VolumeException isADirectory(VolumePath path) {
    return new VolumeException(
        Reason.IS_A_DIRECTORY, path + " is a directory", List.of(path.toString()), null);
  }

  static VolumeException fileExists(VolumePath path) {
    return new VolumeException(
        Reason.FILE_EXISTS, path + " exists already", List.of(path.toString()), null);
  }
}
