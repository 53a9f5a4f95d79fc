package dev.cove.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The folder of a disk cache, owned by this process. Everything is in a folder of its own inside
 * that only its owner can enter; the format's number is in its name, so that another format begins
 * beside it.
 */
final class CacheFolder implements AutoCloseable {
  private static final String NAME = "cove-cache-1";
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;
  private final FileChannel owner;

  private CacheFolder(Path folder, FileChannel owner) {
    this.folder = folder;
    this.owner = owner;
  }

  /** @throws IOException also when the folder is a link, belongs to another user or others can write to it */
  static CacheFolder take(Path parent) throws IOException {
    Files.createDirectories(parent, PRIVATE);
    Path folder = parent.resolve(NAME);
    make(folder);
    requireOwn(folder);
    FileChannel owner = FileChannel.open(
        folder.resolve("lock"),
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      lock(owner, parent);
      CacheFolder taken = new CacheFolder(folder, owner);
      make(taken.blocks());
      make(taken.attributes());
      return taken;
    } catch (IOException | RuntimeException e) {
      owner.close();
      throw e;
    }
  }

  /** Whoever can write there decides what programs read. */
  private static void requireOwn(Path folder) throws IOException {
    if (!Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS)
        .equals(Files.getOwner(Path.of("/proc/self")))) {
      throw new IOException(folder + " belongs to another user");
    }
    Set<PosixFilePermission> allowed =
        Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    if (allowed.contains(PosixFilePermission.GROUP_WRITE)
        || allowed.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException("others can write to " + folder + "; remove it");
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  private static void lock(FileChannel owner, Path folder) throws IOException {
    FileLock lock;
    try {
      lock = owner.tryLock();
    } catch (OverlappingFileLockException ownProcess) {
      lock = null;
    }
    if (lock == null) {
      throw new CacheInUseException(folder);
    }
  }

  private static void make(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(folder, PRIVATE);
    }
  }

  Path blocks() {
    return folder.resolve("blocks");
  }

  Path attributes() {
    return folder.resolve("attributes-2"); // 2: what its records hold
  }

  @Override
  public void close() {
    try {
      owner.close();
    } catch (IOException e) {
      // The process's end releases it.
    }
  }
}
