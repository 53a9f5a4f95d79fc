package dev.cove.vfs;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** An inode of {@link MemoryFileSystem}; guarded by its lock. */
final class MemoryNode {
  final long inode;
  final FileType type;
  int permissions;
  int uid;
  int gid;
  int links;
  long size;
  long modified;
  long changed;
  long accessed;

  /** Outside the heap, so that reads hand it to the kernel without a copy; at least as long as size. */
  ByteBuffer content = ByteBuffer.allocateDirect(0);

  String target = "";
  final Map<String, byte[]> xattrs = new TreeMap<>();

  /** Of a directory: its entries by name and in the order they were made. */
  final Map<String, Child> children = new HashMap<>();

  final TreeMap<Long, Child> order = new TreeMap<>();
  long lastCookie;

  long lookups;
  int handles;

  record Child(String name, long cookie, MemoryNode node) {}

  MemoryNode(long inode, FileType type, int permissions, Caller owner, long now) {
    this.inode = inode;
    this.type = type;
    this.permissions = permissions;
    this.uid = owner.uid();
    this.gid = owner.gid();
    this.links = type == FileType.DIRECTORY ? 2 : 1;
    this.modified = now;
    this.changed = now;
    this.accessed = now;
  }

  boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  void put(String name, MemoryNode node, long now) {
    remove(name, now);
    Child child = new Child(name, ++lastCookie, node);
    children.put(name, child);
    order.put(child.cookie(), child);
    links += node.isDirectory() ? 1 : 0;
  }

  void remove(String name, long now) {
    Child child = children.remove(name);
    if (child != null) {
      order.remove(child.cookie());
      links -= child.node().isDirectory() ? 1 : 0;
    }
    modified = now;
    changed = now;
  }

  void resize(long newSize) throws FsException {
    if (newSize > Integer.MAX_VALUE) {
      throw new FsException(Errno.EFBIG, "files end at 2 GiB");
    }
    if (newSize > content.capacity()) {
      long doubled = Math.min(Integer.MAX_VALUE, content.capacity() * 2L);
      ByteBuffer larger = ByteBuffer.allocateDirect((int) Math.max(newSize, doubled));
      larger.put(content.duplicate().clear().limit((int) size));
      content = larger;
    }
    for (long i = newSize; i < size; i++) {
      content.put((int) i, (byte) 0);
    }
    size = newSize;
  }

  Attributes attributes() {
    return new Attributes(
        inode,
        type,
        permissions,
        links,
        uid,
        gid,
        type == FileType.SYMLINK ? FileNames.encode(target).length : size,
        modified,
        changed,
        accessed);
  }
}
