package dev.cove.vfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A file system as the kernel sees it: inodes, names and handles. Shaped like the kernel's own calls
 * so that a transport only translates, and tested without any kernel.
 *
 * <p><b>Inodes.</b> {@link #ROOT} always exists. Every {@link Entry} handed out counts one look-up;
 * an inode lives until {@link #forget} has taken all of them back and no handle is open on it. A
 * number is never used again for another file.
 *
 * <p><b>Names</b> are single path components as {@link FileNames} decodes them: never empty, {@code
 * .}, {@code ..} or with a slash; at most 255 bytes, else {@link Errno#ENAMETOOLONG}.
 *
 * <p><b>Errors.</b> Methods fail with an {@link FsException} that carries the errno, or with a {@link
 * dev.cove.storage.StorageException} that the transport maps. Permission bits are the kernel's to
 * check (default_permissions).
 *
 * <p>Implementations are safe for use by many threads. Calls may block on the network for as long
 * as the backend's time-outs allow.
 */
public interface VirtualFileSystem {

  /** The inode number of the top directory. */
  long ROOT = 1;

  /** Where a call goes to an inode without an open handle. */
  long NO_HANDLE = -1;

  /**
   * Called once before any other call.
   *
   * @param cache how to make the kernel forget what it remembers
   */
  void start(KernelCache cache);

  /** Finds a name. {@code ENOENT} where there is none. */
  Entry lookup(long parent, String name) throws IOException;

  /** Takes back {@code lookups} look-ups. */
  void forget(long inode, long lookups);

  /** How long the kernel may remember that a name does not exist, in nanoseconds; 0 for not at all. */
  long negativeTimeoutNanos();

  Attributes getattr(long inode, long handle) throws IOException;

  /**
   * How long the kernel may remember what {@link #getattr} and {@link #setattr} answer for this
   * inode, in nanoseconds; look-ups carry their own in {@link Entry}.
   */
  long attributeTimeoutNanos(long inode);

  /** Changes what {@code change} names, all of it or nothing visible. */
  Attributes setattr(long inode, long handle, AttributeChange change, Caller caller)
      throws IOException;

  String readlink(long inode) throws IOException;

  /** Makes a regular file; other types are refused with {@code EPERM} where they cannot be kept. */
  Entry mknod(long parent, String name, int mode, Caller caller) throws IOException;

  Entry mkdir(long parent, String name, int mode, Caller caller) throws IOException;

  Entry symlink(long parent, String name, String target, Caller caller) throws IOException;

  Entry link(long inode, long newParent, String newName) throws IOException;

  void unlink(long parent, String name) throws IOException;

  /** {@code ENOTEMPTY} unless the directory has no entries. */
  void rmdir(long parent, String name) throws IOException;

  void rename(long parent, String name, long newParent, String newName, RenameMode mode)
      throws IOException;

  /**
   * Opens a file.
   *
   * @throws FsException {@code ESTALE} when the name leads to another file by now: the kernel looks
   *     the name up again and retries by itself
   */
  Opened open(long inode, OpenFlags flags, Caller caller) throws IOException;

  /** Creates and opens in one step; opens what is there unless {@link OpenFlags#exclusive()}. */
  Created create(long parent, String name, int mode, OpenFlags flags, Caller caller)
      throws IOException;

  /**
   * Reads up to {@code size} bytes and hands them to {@code reply} in exactly one call, as pieces
   * that are valid only during that call. Fewer bytes than asked for only at the end of the file;
   * no piece at or past it.
   */
  void read(long handle, long offset, int size, ReadReply reply) throws IOException;

  /**
   * Writes all of {@code source}, which is valid only during the call.
   *
   * @return bytes written: all
   */
  int write(long handle, long offset, ByteBuffer source) throws IOException;

  /** A descriptor of the handle was closed: dirty bytes are published, the handle stays usable. */
  void flush(long handle) throws IOException;

  /** Returns when what was written is durable. */
  void fsync(long handle) throws IOException;

  /** The last descriptor is gone. No error reaches any program: report them from flush. */
  void release(long handle);

  /** {@code EOPNOTSUPP} for a mode that is not supported. */
  void fallocate(long handle, int mode, long offset, long length) throws IOException;

  long opendir(long inode) throws IOException;

  /**
   * Delivers entries from a place on, {@code .} and {@code ..} not among them, until the sink is
   * full or the directory ends. Entries that exist from opendir to the end are delivered exactly
   * once; entries made or removed meanwhile, at most once.
   *
   * @param cookie 0 for the start, else the cookie of the last entry taken
   */
  void readdir(long handle, long cookie, DirectorySink sink) throws IOException;

  void fsyncdir(long handle) throws IOException;

  void releasedir(long handle);

  FsStatistics statfs() throws IOException;

  /** {@code ENODATA} where the file has no such attribute, {@code ENOTSUP} for other name spaces. */
  byte[] getxattr(long inode, String name) throws IOException;

  List<String> listxattr(long inode) throws IOException;

  void setxattr(long inode, String name, byte[] value, XattrMode mode) throws IOException;

  void removexattr(long inode, String name) throws IOException;

  /** Takes one directory entry after another. */
  interface DirectorySink {

    /**
     * Whether each entry is to be what lookup would answer (readdirplus): each entry taken then
     * counts one look-up. Otherwise only its type is used, which may be {@link FileType#UNKNOWN},
     * its inode number may be {@link #UNKNOWN_INODE}, and no look-up is counted.
     */
    boolean wantsAttributes();

    /** The number of an entry that has no inode yet; as libfuse has it. */
    long UNKNOWN_INODE = 0xffff_ffffL;

    /**
     * Takes an entry.
     *
     * @param cookie where reading goes on after this entry; positive
     * @return false when there was no room: the entry was not taken and counts no look-up
     */
    boolean add(String name, Entry entry, long cookie);
  }

  /** Takes the bytes of one read. */
  interface ReadReply {
    void send(ByteBuffer... pieces) throws IOException;
  }
}
