package dev.cove.mount;

import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import dev.cove.namespace.BucketNamespace;
import dev.cove.namespace.MetadataCache;
import dev.cove.namespace.Nanos;
import dev.cove.namespace.UnshowableKeys;
import dev.cove.read.ObjectReaders;
import dev.cove.read.ReadMeter;
import dev.cove.read.ReadOptions;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
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
import java.time.Clock;
import java.util.List;
import java.util.function.LongSupplier;

/** A bucket, or a prefix of it, as a file system. Reads only: every change answers EROFS. */
public final class BucketFileSystem implements VirtualFileSystem, AutoCloseable {
  // 2^40 blocks of 4 KiB: a bucket has no size; programs that check for room find plenty.
  private static final long PLENTY = 1L << 40;
  private static final int BLOCK_SIZE = 4096;

  private final ObjectStore store;
  private final BucketNamespace namespace;
  private final InodeTable table = new InodeTable();
  private final Names names;
  private final Directories directories;
  private final BlockCache cache;
  private final ObjectReaders readers;
  private final Files files;
  private final Xattrs xattrs;
  private volatile KernelCache kernel = KernelCache.NONE;

  private BucketFileSystem(
      ObjectStore store,
      BucketOptions options,
      MemoryBudget budget,
      ReadMeter meter,
      LongSupplier ticker,
      Clock clock) {
    this.store = store;
    this.namespace = new BucketNamespace(store, options.names(), ticker);
    MetadataCache metadata = new MetadataCache(store);
    this.names = new Names(options, namespace, metadata, table, ticker, Nanos.of(clock.instant()));
    this.directories = new Directories(namespace, names, table);
    this.cache = new BlockCache(budget);
    this.readers = new ObjectReaders(store, cache, ReadOptions.DEFAULT, meter);
    this.files = new Files(namespace, names, table, readers);
    this.xattrs = new Xattrs(metadata);
  }

  /**
   * A file system over the whole store; makes no request.
   *
   * @param store the bucket, its keys relative to what is mounted; closed by the caller
   * @param budget memory for blocks and what is fetched ahead
   */
  public static BucketFileSystem open(
      ObjectStore store, BucketOptions options, MemoryBudget budget, ReadMeter meter) {
    return new BucketFileSystem(store, options, budget, meter, System::nanoTime, Clock.systemUTC());
  }

  /** As {@link #open(ObjectStore, BucketOptions, MemoryBudget, ReadMeter)}, with time given. */
  static BucketFileSystem open(
      ObjectStore store,
      BucketOptions options,
      MemoryBudget budget,
      LongSupplier ticker,
      Clock clock) {
    return new BucketFileSystem(store, options, budget, ReadMeter.NONE, ticker, clock);
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
    namespace.forget(path.isEmpty() ? "" : path + "/");
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
    directory.marker(null);
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
    ByteBuffer target = ByteBuffer.allocate(Names.MAX_LINK_TARGET);
    try (ObjectBody body = store.get(GetRequest.whole(link.key()))) {
      while (target.hasRemaining() && body.read(target) >= 0) {
        // until it is full or the body ends
      }
    }
    byte[] bytes = new byte[target.flip().remaining()];
    target.get(bytes);
    return FileNames.decode(bytes);
  }

  @Override
  public Opened open(long inode, OpenFlags flags, Caller caller) throws IOException {
    if (flags.forWriting() || flags.truncate()) {
      throw readOnly();
    }
    return files.open(inode, flags);
  }

  @Override
  public void read(long handle, long offset, int size, ReadReply reply) throws IOException {
    files.read(handle, offset, size, reply);
  }

  @Override
  public void flush(long handle) {}

  @Override
  public void fsync(long handle) {}

  @Override
  public void release(long handle) {
    files.release(handle);
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
    throw readOnly();
  }

  @Override
  public Entry mknod(long parent, String name, int mode, Caller caller) throws IOException {
    throw readOnly();
  }

  @Override
  public Entry mkdir(long parent, String name, int mode, Caller caller) throws IOException {
    throw readOnly();
  }

  @Override
  public Entry symlink(long parent, String name, String target, Caller caller) throws IOException {
    throw readOnly();
  }

  @Override
  public Entry link(long inode, long newParent, String newName) throws IOException {
    throw readOnly();
  }

  @Override
  public void unlink(long parent, String name) throws IOException {
    throw readOnly();
  }

  @Override
  public void rmdir(long parent, String name) throws IOException {
    throw readOnly();
  }

  @Override
  public void rename(long parent, String name, long newParent, String newName, RenameMode mode)
      throws IOException {
    throw readOnly();
  }

  @Override
  public Created create(long parent, String name, int mode, OpenFlags flags, Caller caller)
      throws IOException {
    throw readOnly();
  }

  @Override
  public int write(long handle, long offset, ByteBuffer source) throws IOException {
    throw readOnly();
  }

  @Override
  public void fallocate(long handle, int mode, long offset, long length) throws IOException {
    throw readOnly();
  }

  @Override
  public void setxattr(long inode, String name, byte[] value, XattrMode mode) throws IOException {
    throw readOnly();
  }

  @Override
  public void removexattr(long inode, String name) throws IOException {
    throw readOnly();
  }

  private static FsException readOnly() {
    return new FsException(Errno.EROFS, "mounted read-only");
  }

  /** Ends reads under way and gives memory back; the store stays open. */
  @Override
  public void close() {
    files.close();
    readers.close();
    cache.close();
  }
}
