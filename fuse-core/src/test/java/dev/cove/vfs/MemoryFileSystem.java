package dev.cove.vfs;

import dev.cove.vfs.MemoryNode.Child;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The reference: a whole {@link VirtualFileSystem} in memory, simple enough to be believed. One lock
 * guards everything; bytes are sent outside of it.
 */
public final class MemoryFileSystem implements VirtualFileSystem {
  private static final Caller ROOT_USER = new Caller(0, 0, 0);

  private final Clock clock;
  private final long timeoutNanos;
  private final Map<Long, MemoryNode> nodes = new HashMap<>();
  private final Map<Long, MemoryNode> handles = new HashMap<>();
  private long lastInode = ROOT;
  private long lastHandle;
  private Opened.PageCache pageCache = Opened.PageCache.KEEP;
  private KernelCache kernelCache = KernelCache.NONE;

  public MemoryFileSystem(Clock clock, Duration timeout) {
    this.clock = clock;
    this.timeoutNanos = timeout.toNanos();
    MemoryNode root = new MemoryNode(ROOT, FileType.DIRECTORY, 0755, ROOT_USER, now());
    root.lookups = 1;
    nodes.put(ROOT, root);
  }

  // What tests look at and change behind the kernel's back.

  public synchronized void setPageCache(Opened.PageCache value) {
    pageCache = value;
  }

  public synchronized KernelCache kernelCache() {
    return kernelCache;
  }

  /** Puts a file into the top directory, or new content into one that is there. */
  public synchronized long put(String name, byte[] content) throws FsException {
    Child existing = nodes.get(ROOT).children.get(name);
    MemoryNode file =
        existing != null ? existing.node() : make(ROOT, name, FileType.FILE, 0644, ROOT_USER);
    file.resize(0);
    write(file, 0, ByteBuffer.wrap(content));
    return file.inode;
  }

  public synchronized byte[] content(String name) {
    MemoryNode file = nodes.get(ROOT).children.get(name).node();
    byte[] bytes = new byte[(int) file.size];
    file.content.get(0, bytes);
    return bytes;
  }

  /** Look-ups that were handed out and not taken back, but for the top directory's. */
  public synchronized long lookups() {
    return nodes.values().stream().mapToLong(n -> n.lookups).sum() - 1;
  }

  public synchronized int openHandles() {
    return handles.size();
  }

  public synchronized boolean remembers(long inode) {
    return nodes.containsKey(inode);
  }

  // Names.

  @Override
  public synchronized void start(KernelCache cache) {
    kernelCache = cache;
  }

  @Override
  public synchronized Entry lookup(long parent, String name) throws FsException {
    return lookedUp(child(parent, name));
  }

  @Override
  public synchronized void forget(long inode, long lookups) {
    MemoryNode node = nodes.get(inode);
    if (node == null || node.lookups < lookups) {
      throw new IllegalStateException("inode " + inode + " forgotten too often");
    }
    node.lookups -= lookups;
    drop(node);
  }

  @Override
  public long negativeTimeoutNanos() {
    return timeoutNanos;
  }

  @Override
  public long attributeTimeoutNanos(long inode) {
    return timeoutNanos;
  }

  @Override
  public synchronized Entry mknod(long parent, String name, int mode, Caller caller)
      throws FsException {
    return lookedUp(make(parent, name, FileType.FILE, mode, caller));
  }

  @Override
  public synchronized Entry mkdir(long parent, String name, int mode, Caller caller)
      throws FsException {
    return lookedUp(make(parent, name, FileType.DIRECTORY, mode, caller));
  }

  @Override
  public synchronized Entry symlink(long parent, String name, String target, Caller caller)
      throws FsException {
    MemoryNode link = make(parent, name, FileType.SYMLINK, 0777, caller);
    link.target = target;
    return lookedUp(link);
  }

  @Override
  public synchronized Entry link(long inode, long newParent, String newName) throws FsException {
    MemoryNode node = node(inode);
    MemoryNode directory = directory(newParent);
    requireAbsent(directory, newName);
    if (node.isDirectory()) {
      throw new FsException(Errno.EPERM, "directories have one name");
    }
    node.links++;
    node.changed = now();
    directory.put(newName, node, now());
    return lookedUp(node);
  }

  @Override
  public synchronized void unlink(long parent, String name) throws FsException {
    MemoryNode node = child(parent, name);
    if (node.isDirectory()) {
      throw new FsException(Errno.EISDIR, name);
    }
    detach(directory(parent), name, node);
  }

  @Override
  public synchronized void rmdir(long parent, String name) throws FsException {
    MemoryNode node = child(parent, name);
    requireEmptyDirectory(node, name);
    detach(directory(parent), name, node);
  }

  @Override
  public synchronized void rename(
      long parent, String name, long newParent, String newName, RenameMode mode)
      throws FsException {
    MemoryNode from = directory(parent);
    MemoryNode to = directory(newParent);
    MemoryNode moved = child(parent, name);
    Child target = to.children.get(newName);
    switch (mode) {
      case REPLACE -> {
        if (target != null && target.node() == moved) {
          return;
        }
        if (target != null) {
          requireReplaceable(moved, target);
          detach(to, newName, target.node());
        }
      }
      case KEEP_EXISTING -> requireAbsent(to, newName);
      case EXCHANGE -> {
        MemoryNode other = child(newParent, newName);
        from.put(name, other, now());
        to.put(newName, moved, now());
        return;
      }
    }
    from.remove(name, now());
    to.put(newName, moved, now());
    moved.changed = now();
  }

  private static void requireReplaceable(MemoryNode moved, Child target) throws FsException {
    if (moved.isDirectory()) {
      requireEmptyDirectory(target.node(), target.name());
    } else if (target.node().isDirectory()) {
      throw new FsException(Errno.EISDIR, target.name());
    }
  }

  // Inodes.

  @Override
  public synchronized Attributes getattr(long inode, long handle) throws FsException {
    return node(inode).attributes();
  }

  @Override
  public synchronized Attributes setattr(
      long inode, long handle, AttributeChange change, Caller caller) throws FsException {
    MemoryNode node = node(inode);
    long now = now();
    if (change.size() != null) {
      node.resize(change.size());
      node.modified = now;
    }
    node.permissions = orElse(change.permissions(), node.permissions);
    node.uid = orElse(change.uid(), node.uid);
    node.gid = orElse(change.gid(), node.gid);
    node.accessed = orElse(change.accessedNanos(), node.accessed);
    node.modified = orElse(change.modifiedNanos(), node.modified);
    node.changed = now;
    return node.attributes();
  }

  private static <T> T orElse(T value, T otherwise) {
    return value != null ? value : otherwise;
  }

  @Override
  public synchronized String readlink(long inode) throws FsException {
    return node(inode).target;
  }

  @Override
  public FsStatistics statfs() {
    return new FsStatistics(4096, 1 << 20, 1 << 19, 1 << 16, 1 << 15, FileNames.MAX_BYTES);
  }

  @Override
  public synchronized byte[] getxattr(long inode, String name) throws FsException {
    byte[] value = node(inode).xattrs.get(name);
    if (value == null) {
      throw new FsException(Errno.ENODATA, name);
    }
    return value;
  }

  @Override
  public synchronized List<String> listxattr(long inode) throws FsException {
    return List.copyOf(node(inode).xattrs.keySet());
  }

  @Override
  public synchronized void setxattr(long inode, String name, byte[] value, XattrMode mode)
      throws FsException {
    Map<String, byte[]> xattrs = node(inode).xattrs;
    if (mode == XattrMode.CREATE && xattrs.containsKey(name)) {
      throw new FsException(Errno.EEXIST, name);
    }
    if (mode == XattrMode.REPLACE && !xattrs.containsKey(name)) {
      throw new FsException(Errno.ENODATA, name);
    }
    xattrs.put(name, value);
  }

  @Override
  public synchronized void removexattr(long inode, String name) throws FsException {
    if (node(inode).xattrs.remove(name) == null) {
      throw new FsException(Errno.ENODATA, name);
    }
  }

  // Files.

  @Override
  public synchronized Opened open(long inode, OpenFlags flags, Caller caller) throws FsException {
    MemoryNode node = node(inode);
    if (flags.truncate()) {
      node.resize(0);
      node.modified = now();
    }
    return new Opened(newHandle(node), pageCache);
  }

  @Override
  public synchronized Created create(
      long parent, String name, int mode, OpenFlags flags, Caller caller) throws FsException {
    Child existing = directory(parent).children.get(name);
    if (existing != null && !flags.exclusive()) {
      Opened opened = open(existing.node().inode, flags, caller);
      return new Created(lookedUp(existing.node()), opened);
    }
    MemoryNode node = make(parent, name, FileType.FILE, mode, caller);
    return new Created(lookedUp(node), new Opened(newHandle(node), pageCache));
  }

  @Override
  public void read(long handle, long offset, int size, ReadReply reply) throws java.io.IOException {
    ByteBuffer piece;
    synchronized (this) {
      MemoryNode node = handle(handle);
      int from = (int) Math.min(offset, node.size);
      int length = (int) Math.min(size, node.size - from);
      piece = node.content.slice(from, length);
    }
    reply.send(piece);
  }

  @Override
  public synchronized int write(long handle, long offset, ByteBuffer source) throws FsException {
    return write(handle(handle), offset, source);
  }

  private int write(MemoryNode node, long offset, ByteBuffer source) throws FsException {
    int length = source.remaining();
    if (offset + length > node.size) {
      node.resize(offset + length);
    }
    node.content.duplicate().clear().position((int) offset).put(source);
    node.modified = now();
    return length;
  }

  @Override
  public synchronized void flush(long handle) throws FsException {
    handle(handle);
  }

  @Override
  public synchronized void fsync(long handle) throws FsException {
    handle(handle);
  }

  @Override
  public synchronized void release(long handle) {
    MemoryNode node = handles.remove(handle);
    node.handles--;
    drop(node);
  }

  @Override
  public synchronized void fallocate(long handle, int mode, long offset, long length)
      throws FsException {
    MemoryNode node = handle(handle);
    if (mode != 0) {
      throw new FsException(Errno.ENOTSUP, "fallocate mode " + mode);
    }
    node.resize(Math.max(node.size, offset + length));
  }

  // Directories.

  @Override
  public synchronized long opendir(long inode) throws FsException {
    return newHandle(directory(inode));
  }

  @Override
  public synchronized void readdir(long handle, long cookie, DirectorySink sink)
      throws FsException {
    for (Child child :
        new ArrayList<>(handle(handle).order.tailMap(cookie, false).values())) {
      if (!sink.add(child.name(), entry(child.node()), child.cookie())) {
        return;
      }
      if (sink.wantsAttributes()) {
        child.node().lookups++;
      }
    }
  }

  @Override
  public synchronized void fsyncdir(long handle) throws FsException {
    handle(handle);
  }

  @Override
  public void releasedir(long handle) {
    release(handle);
  }

  // Parts.

  private long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  private MemoryNode node(long inode) throws FsException {
    MemoryNode node = nodes.get(inode);
    if (node == null) {
      throw new FsException(Errno.ESTALE, "no inode " + inode);
    }
    return node;
  }

  private MemoryNode directory(long inode) throws FsException {
    MemoryNode node = node(inode);
    if (!node.isDirectory()) {
      throw new FsException(Errno.ENOTDIR, "inode " + inode);
    }
    return node;
  }

  private MemoryNode child(long parent, String name) throws FsException {
    Child child = directory(parent).children.get(name);
    if (child == null) {
      throw new FsException(Errno.ENOENT, name);
    }
    return child.node();
  }

  private MemoryNode handle(long handle) throws FsException {
    MemoryNode node = handles.get(handle);
    if (node == null) {
      throw new FsException(Errno.EBADF, "no handle " + handle);
    }
    return node;
  }

  private long newHandle(MemoryNode node) {
    node.handles++;
    handles.put(++lastHandle, node);
    return lastHandle;
  }

  private Entry entry(MemoryNode node) {
    return new Entry(node.attributes(), timeoutNanos, timeoutNanos);
  }

  private Entry lookedUp(MemoryNode node) {
    node.lookups++;
    return entry(node);
  }

  private MemoryNode make(long parent, String name, FileType type, int mode, Caller caller)
      throws FsException {
    MemoryNode directory = directory(parent);
    requireAbsent(directory, name);
    MemoryNode node = new MemoryNode(++lastInode, type, mode, caller, now());
    nodes.put(node.inode, node);
    directory.put(name, node, now());
    return node;
  }

  private static void requireAbsent(MemoryNode directory, String name) throws FsException {
    if (directory.children.containsKey(name)) {
      throw new FsException(Errno.EEXIST, name);
    }
  }

  private static void requireEmptyDirectory(MemoryNode node, String name) throws FsException {
    if (!node.isDirectory()) {
      throw new FsException(Errno.ENOTDIR, name);
    }
    if (!node.children.isEmpty()) {
      throw new FsException(Errno.ENOTEMPTY, name);
    }
  }

  private void detach(MemoryNode directory, String name, MemoryNode node) {
    directory.remove(name, now());
    node.links = node.isDirectory() ? 0 : node.links - 1;
    node.changed = now();
    drop(node);
  }

  /** An inode goes with its last name, look-up and handle. */
  private void drop(MemoryNode node) {
    if (node.links == 0 && node.lookups == 0 && node.handles == 0) {
      nodes.remove(node.inode);
    }
  }
}
