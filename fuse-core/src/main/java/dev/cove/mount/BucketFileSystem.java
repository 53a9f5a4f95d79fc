package dev.cove.mount;

import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import dev.cove.disk.DiskBlocks;
import dev.cove.namespace.BucketNamespace;
import dev.cove.namespace.MetadataCache;
import dev.cove.namespace.Nanos;
import dev.cove.namespace.UnshowableKeys;
import dev.cove.read.ObjectReaders;
import dev.cove.read.ReadMeter;
import dev.cove.read.ReadOptions;
import dev.cove.storage.ObjectStore;
import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Attributes;
import dev.cove.vfs.Caller;
import dev.cove.vfs.Created;
import dev.cove.vfs.Entry;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.vfs.FsStatistics;
import dev.cove.vfs.KernelCache;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.Opened;
import dev.cove.vfs.RenameMode;
import dev.cove.vfs.VirtualFileSystem;
import dev.cove.vfs.XattrMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A bucket, or a prefix of it, as a file system. Opened for reading, every change answers EROFS. */
public final class BucketFileSystem implements VirtualFileSystem, AutoCloseable {
  // 2^40 blocks of 4 KiB: a bucket has no size; programs that check for room find plenty.
  private static final long PLENTY = 1L << 40;
  private static final int BLOCK_SIZE = 4096;
  // 32: small requests under way at once, such as the HEADs of a listing with attributes.
  private static final int REQUESTS = 32;

  private final LinkTargets links;
  private final BucketNamespace namespace;
  private final InodeTable table = new InodeTable();
  private final Parallel parallel = new Parallel("cove-request", REQUESTS);
  private final Names names;
  private final Directories directories;
  private final BlockCache cache;
  private final ObjectReaders readers;
  private final Files files;
  private final Xattrs xattrs;
  private final @Nullable WriteSide writeSide;
  private volatile KernelCache kernel = KernelCache.NONE;

  private BucketFileSystem(
      ObjectStore store,
      BucketOptions options,
      MemoryBudget budget,
      @Nullable DiskBlocks disk,
      ReadMeter meter,
      @Nullable WriteSettings writing,
      LongSupplier ticker,
      Clock clock)
      throws IOException {
    this.links = new LinkTargets(store);
    this.namespace = new BucketNamespace(store, options.names(), parallel, ticker);
    MetadataCache metadata = new MetadataCache(
        store,
        options.names().positiveTtl(),
        disk == null ? null : disk.attributes(),
        ticker,
        clock);
    this.names =
        new Names(options, namespace, metadata, table, parallel, ticker, Nanos.of(clock.instant()));
    this.directories = new Directories(namespace, names, table);
    this.cache = new BlockCache(budget);
    this.readers = new ObjectReaders(
        store, cache, disk, ReadOptions.DEFAULT.within(options.readTimeout()), meter);
    this.files = new Files(namespace, names, table, readers);
    this.xattrs = new Xattrs(metadata);
    Core core = new Core(
        store,
        options,
        namespace,
        metadata,
        table,
        names,
        new PathLocks(),
        new ObjectDescriptions(options),
        ticker,
        clock);
    this.writeSide =
        writing == null ? null : new WriteSide(core, files, readers, xattrs, parallel, writing);
  }

  /**
   * A file system over the whole store; makes no request.
   *
   * @param store the bucket, its keys relative to what is mounted; closed by the caller
   * @param budget memory for blocks and what is fetched ahead
   * @param disk what is kept on disk of this bucket; null for nothing
   */
  public static BucketFileSystem open(
      ObjectStore store,
      BucketOptions options,
      MemoryBudget budget,
      @Nullable DiskBlocks disk,
      ReadMeter meter)
      throws IOException {
    return new BucketFileSystem(
        store, options, budget, disk, meter, null, System::nanoTime, Clock.systemUTC());
  }

  /**
   * As {@link #open}, for writing too.
   *
   * @throws IOException when the folder cannot be used; a {@link dev.cove.write.WriteException}
   *     says why
   */
  public static BucketFileSystem openWritable(
      ObjectStore store,
      BucketOptions options,
      MemoryBudget budget,
      @Nullable DiskBlocks disk,
      ReadMeter meter,
      WriteSettings writing)
      throws IOException {
    return new BucketFileSystem(
        store, options, budget, disk, meter, writing, System::nanoTime, Clock.systemUTC());
  }

  /** With time given. */
  static BucketFileSystem open(
      ObjectStore store,
      BucketOptions options,
      MemoryBudget budget,
      @Nullable WriteSettings writing,
      LongSupplier ticker,
      Clock clock)
      throws IOException {
    return new BucketFileSystem(
        store, options, budget, null, ReadMeter.NONE, writing, ticker, clock);
  }

  private WriteSide writing() throws FsException {
    if (writeSide == null) {
      throw new FsException(Errno.EROFS, "mounted read-only; mount with --rw to write");
    }
    return writeSide;
  }

  /**
   * Finishes what a killed process of this mount had begun; to be called before it is mounted.
   *
   * @return how many files that process could not store; {@link dev.cove.write.Spool#leftovers}
   *     lists them
   */
  public int recover() throws IOException {
    if (writeSide == null) {
      return 0;
    }
    var unused = writeSide.recover(work -> true);
    return writeSide.leftovers();
  }

  /** As {@link #recover} for some of it; by the number of a piece of work why it failed. */
  Map<Long, String> finish(Predicate<Journal.Work> wanted) throws FsException {
    return writing().recover(wanted);
  }

  /** The folder that keeps what is not stored; null for a file system that is read-only. */
  public @Nullable Path spool() {
    return writeSide == null ? null : writeSide.folder();
  }

  /** What waits to be stored. */
  public Unsaved unsaved() {
    if (writeSide == null) {
      return new Unsaved(0, 0);
    }
    return writeSide.draining.pending();
  }

  /** What waits to be stored: files, and the bytes they have in all. */
  public record Unsaved(int files, long bytes) {}

  /**
   * Stores everything that is not in the bucket yet, trying again what fails until the time is up.
   *
   * @param most how long; at least one try is made
   * @return by key why a file could not be stored; empty when all were. Their bytes stay in the
   *     mount's folder.
   */
  public Map<String, String> drain(Duration most) throws IOException {
    return writeSide == null ? Map.of() : writeSide.draining.publishAll(most);
  }

  /** By key why a file's content is kept beside and not stored: what another writer was quicker than. */
  public Map<String, String> keptBeside() {
    return writeSide == null ? Map.of() : writeSide.unstaging.keptBeside();
  }

  /**
   * What is held to be quick.
   *
   * @param cachedBytes of blocks in memory that are kept for later
   * @param evictions blocks thrown out to make room, ever
   * @param inodes files and directories that the kernel knows
   */
  public record Held(long cachedBytes, long evictions, int inodes) {}

  public Held held() {
    return new Held(cache.cachedBytes(), cache.evictions(), table.size());
  }

  /** The keys met so far that no path shows. */
  public UnshowableKeys unshowable() {
    return namespace.unshowable();
  }

  /**
   * Forgets what is remembered of a directory and everything below it, in the kernel too: the next
   * look asks the store.
   *
   * @param path from the top of the mount, without slashes at its ends; empty for everything
   */
  public void refresh(String path) throws IOException {
    String prefix = path.isEmpty() ? "" : path + "/";
    namespace.forget(prefix);
    names.forgetMarkers(prefix);
    DirectoryInode directory = table.root();
    for (String name : path.isEmpty() ? new String[0] : path.split("/")) {
      Inode child = table.child(directory, name);
      if (child == null) {
        return;
      }
      if (child instanceof FileInode file) {
        forget(file);
        return;
      }
      directory = (DirectoryInode) child;
    }
    forgetBelow(directory);
  }

  private void forgetBelow(DirectoryInode directory) {
    for (Inode child : table.children(directory)) {
      if (child instanceof DirectoryInode below) {
        forgetBelow(below);
      } else {
        forget((FileInode) child);
      }
    }
    forgetName(directory);
  }

  private void forget(FileInode file) {
    file.expire();
    kernel.invalidateAttributes(file.id());
    forgetName(file);
  }

  private void forgetName(Inode inode) {
    DirectoryInode parent = inode.parent();
    if (parent != null) {
      kernel.invalidateEntry(parent.id(), inode.name());
    }
  }

  @Override
  public void start(KernelCache kernelCache) {
    kernel = kernelCache;
    files.start(kernelCache);
  }

  @Override
  public Entry lookup(long parent, String name) throws IOException {
    return names.lookup(table.directory(parent), name);
  }

  @Override
  public void forget(long inode, long lookups) {
    table.forget(inode, lookups);
  }

  @Override
  public long negativeTimeoutNanos() {
    return names.negativeKernelNanos();
  }

  @Override
  public Attributes getattr(long inode, long handle) throws IOException {
    return names.attributes(table.get(inode));
  }

  @Override
  public long attributeTimeoutNanos(long inode) {
    return names.kernelNanos();
  }

  @Override
  public String readlink(long inode) throws IOException {
    FileInode link = table.file(inode);
    if (link.type() != FileType.SYMLINK) {
      throw new FsException(Errno.EINVAL, link.name() + " is not a symbolic link");
    }
    return links.target(link.key());
  }

  @Override
  public Opened open(long inode, OpenFlags flags, Caller caller) throws IOException {
    if (!flags.forWriting() && !flags.truncate()) {
      return files.open(inode, flags);
    }
    WriteSide side = writing();
    Opened opened = files.open(inode, flags);
    if (flags.truncate()) {
      truncate(side, inode, opened.handle());
    }
    return opened;
  }

  @Override
  public Created create(long parent, String name, int mode, OpenFlags flags, Caller caller)
      throws IOException {
    WriteSide side = writing();
    Created created = side.creations.create(table.directory(parent), name, mode, flags, caller);
    if (flags.truncate()) {
      try {
        truncate(side, created.entry().inode(), created.opened().handle());
      } catch (IOException | RuntimeException e) {
        table.forget(created.entry().inode(), 1);
        throw e;
      }
    }
    return created;
  }

  /** Empties a file that was just opened, or closes it again. */
  private void truncate(WriteSide side, long inode, long handle) throws IOException {
    try {
      FileInode file = table.file(inode);
      WriteErrors.tell(() -> side.writes.truncateToNothing(file));
    } catch (IOException | RuntimeException e) {
      files.release(handle);
      throw e;
    }
  }

  @Override
  public void read(long handle, long offset, int size, ReadReply reply) throws IOException {
    WriteErrors.tell(() -> files.read(handle, offset, size, reply));
  }

  @Override
  public int write(long handle, long offset, ByteBuffer source) throws IOException {
    WriteSide side = writing();
    return WriteErrors.told(() -> side.writes.write(handle, offset, source));
  }

  @Override
  public void flush(long handle) throws IOException {
    if (writeSide != null) {
      WriteErrors.tell(() -> writeSide.writes.flush(handle));
    }
  }

  @Override
  public void fsync(long handle) throws IOException {
    if (writeSide != null) {
      WriteErrors.tell(() -> writeSide.writes.fsync(handle));
    }
  }

  @Override
  public void release(long handle) {
    if (writeSide != null) {
      writeSide.writes.release(handle);
    } else {
      files.release(handle);
    }
  }

  @Override
  public void fallocate(long handle, int mode, long offset, long length) throws IOException {
    WriteSide side = writing();
    WriteErrors.tell(() -> side.writes.allocate(handle, mode, offset, length));
  }

  @Override
  public long opendir(long inode) throws IOException {
    return directories.open(inode);
  }

  @Override
  public void readdir(long handle, long cookie, DirectorySink sink) throws IOException {
    directories.read(handle, cookie, sink);
  }

  @Override
  public void fsyncdir(long handle) {}

  @Override
  public void releasedir(long handle) {
    directories.release(handle);
  }

  @Override
  public FsStatistics statfs() {
    return new FsStatistics(BLOCK_SIZE, PLENTY, PLENTY, PLENTY, PLENTY, FileNames.MAX_BYTES);
  }

  @Override
  public byte[] getxattr(long inode, String name) throws IOException {
    return xattrs.get(table.get(inode), name);
  }

  @Override
  public List<String> listxattr(long inode) throws IOException {
    return xattrs.list(table.get(inode));
  }

  @Override
  public Attributes setattr(long inode, long handle, AttributeChange change, Caller caller)
      throws IOException {
    Inode changed = table.get(inode);
    WriteSide side = writing();
    WriteErrors.tell(() -> side.attributes.set(changed, handle != NO_HANDLE, change));
    return names.attributes(changed);
  }

  @Override
  public Entry mknod(long parent, String name, int mode, Caller caller) throws IOException {
    return writing().creations.mknod(table.directory(parent), name, mode, caller);
  }

  @Override
  public Entry mkdir(long parent, String name, int mode, Caller caller) throws IOException {
    return writing().creations.mkdir(table.directory(parent), name, mode, caller);
  }

  @Override
  public Entry symlink(long parent, String name, String target, Caller caller) throws IOException {
    return writing().creations.symlink(table.directory(parent), name, target, caller);
  }

  @Override
  public Entry link(long inode, long newParent, String newName) throws IOException {
    writing();
    throw new FsException(Errno.EPERM, "a bucket has no hard links");
  }

  @Override
  public void unlink(long parent, String name) throws IOException {
    writing().removals.unlink(table.directory(parent), name);
  }

  @Override
  public void rmdir(long parent, String name) throws IOException {
    writing().removals.rmdir(table.directory(parent), name);
  }

  @Override
  public void rename(long parent, String name, long newParent, String newName, RenameMode mode)
      throws IOException {
    WriteSide side = writing();
    DirectoryInode from = table.directory(parent);
    DirectoryInode to = table.directory(newParent);
    WriteErrors.tell(() -> side.renames.rename(from, name, to, newName, mode));
  }

  @Override
  public void setxattr(long inode, String name, byte[] value, XattrMode mode) throws IOException {
    writing().attributes.setXattr(table.get(inode), name, value, mode);
  }

  @Override
  public void removexattr(long inode, String name) throws IOException {
    writing().attributes.removeXattr(table.get(inode), name);
  }

  /** Ends what is under way and gives memory back; what was not drained stays in the folder. */
  @Override
  public void close() {
    files.close();
    if (writeSide != null) {
      writeSide.close();
    }
    parallel.close();
    readers.close();
    cache.close();
  }
}
