package dev.cove.fuse;

/**
 * Numbers of the kernel's FUSE protocol (include/uapi/linux/fuse.h) that Cove speaks: opcodes, flags
 * and the layouts of requests and replies, as offsets from the start of the struct they belong to.
 * All integers are in the machine's byte order.
 */
final class FuseProtocol {
  static final int MAJOR = 7;

  /** Of this minor every struct below has its present size; Linux 3.15 has it. */
  static final int OLDEST_MINOR = 23;

  /** Flags from 32 up, and with them mapped files that bypass the page cache, exist from here on. */
  static final int NEWEST_MINOR = 39;

  // Opcodes.
  static final int LOOKUP = 1;
  static final int FORGET = 2;
  static final int GETATTR = 3;
  static final int SETATTR = 4;
  static final int READLINK = 5;
  static final int SYMLINK = 6;
  static final int MKNOD = 8;
  static final int MKDIR = 9;
  static final int UNLINK = 10;
  static final int RMDIR = 11;
  static final int RENAME = 12;
  static final int LINK = 13;
  static final int OPEN = 14;
  static final int READ = 15;
  static final int WRITE = 16;
  static final int STATFS = 17;
  static final int RELEASE = 18;
  static final int FSYNC = 20;
  static final int SETXATTR = 21;
  static final int GETXATTR = 22;
  static final int LISTXATTR = 23;
  static final int REMOVEXATTR = 24;
  static final int FLUSH = 25;
  static final int INIT = 26;
  static final int OPENDIR = 27;
  static final int READDIR = 28;
  static final int RELEASEDIR = 29;
  static final int FSYNCDIR = 30;
  static final int GETLK = 31;
  static final int SETLK = 32;
  static final int SETLKW = 33;
  static final int ACCESS = 34;
  static final int CREATE = 35;
  static final int INTERRUPT = 36;
  static final int BMAP = 37;
  static final int DESTROY = 38;
  static final int IOCTL = 39;
  static final int POLL = 40;
  static final int NOTIFY_REPLY = 41;
  static final int BATCH_FORGET = 42;
  static final int FALLOCATE = 43;
  static final int READDIRPLUS = 44;
  static final int RENAME2 = 45;
  static final int LSEEK = 46;
  static final int COPY_FILE_RANGE = 47;
  static final int SETUPMAPPING = 48;
  static final int REMOVEMAPPING = 49;
  static final int SYNCFS = 50;
  static final int TMPFILE = 51;
  static final int STATX = 52;
  static final int COPY_FILE_RANGE_64 = 53;

  private static final String[] OPCODE_NAMES = {
    "0",
    "LOOKUP",
    "FORGET",
    "GETATTR",
    "SETATTR",
    "READLINK",
    "SYMLINK",
    "7",
    "MKNOD",
    "MKDIR",
    "UNLINK",
    "RMDIR",
    "RENAME",
    "LINK",
    "OPEN",
    "READ",
    "WRITE",
    "STATFS",
    "RELEASE",
    "19",
    "FSYNC",
    "SETXATTR",
    "GETXATTR",
    "LISTXATTR",
    "REMOVEXATTR",
    "FLUSH",
    "INIT",
    "OPENDIR",
    "READDIR",
    "RELEASEDIR",
    "FSYNCDIR",
    "GETLK",
    "SETLK",
    "SETLKW",
    "ACCESS",
    "CREATE",
    "INTERRUPT",
    "BMAP",
    "DESTROY",
    "IOCTL",
    "POLL",
    "NOTIFY_REPLY",
    "BATCH_FORGET",
    "FALLOCATE",
    "READDIRPLUS",
    "RENAME2",
    "LSEEK",
    "COPY_FILE_RANGE",
    "SETUPMAPPING",
    "REMOVEMAPPING",
    "SYNCFS",
    "TMPFILE",
    "STATX",
    "COPY_FILE_RANGE_64"
  };

  static String opcodeName(int opcode) {
    return opcode >= 0 && opcode < OPCODE_NAMES.length
        ? OPCODE_NAMES[opcode]
        : Integer.toUnsignedString(opcode);
  }

  // INIT flags; from bit 32 on they travel in flags2.
  static final long ASYNC_READ = 1;
  static final long ATOMIC_O_TRUNC = 1 << 3;
  static final long BIG_WRITES = 1 << 5;
  static final long DO_READDIRPLUS = 1 << 13;
  static final long READDIRPLUS_AUTO = 1 << 14;
  static final long ASYNC_DIO = 1 << 15;
  static final long PARALLEL_DIROPS = 1 << 18;
  static final long MAX_PAGES = 1 << 22;
  static final long HANDLE_KILLPRIV_V2 = 1 << 28;
  static final long INIT_EXT = 1 << 30;
  static final long HAS_EXPIRE_ONLY = 1L << 35;
  static final long DIRECT_IO_ALLOW_MMAP = 1L << 36;

  // struct fuse_in_header
  static final int IN_HEADER = 40;
  static final int IN_LENGTH = 0;
  static final int IN_OPCODE = 4;
  static final int IN_UNIQUE = 8;
  static final int IN_NODE = 16;
  static final int IN_UID = 24;
  static final int IN_GID = 28;
  static final int IN_PID = 32;

  // struct fuse_out_header
  static final int OUT_HEADER = 16;
  static final int OUT_LENGTH = 0;
  static final int OUT_ERROR = 4;
  static final int OUT_UNIQUE = 8;

  // struct fuse_init_in, fuse_init_out
  static final int INIT_IN_MAJOR = 0;
  static final int INIT_IN_MINOR = 4;
  static final int INIT_IN_MAX_READAHEAD = 8;
  static final int INIT_IN_FLAGS = 12;
  static final int INIT_IN_FLAGS2 = 16;
  static final int INIT_OUT = 64;

  // struct fuse_getattr_in
  static final int GETATTR_IN_FLAGS = 0;
  static final int GETATTR_IN_FH = 8;
  static final int GETATTR_FH = 1;

  // struct fuse_setattr_in
  static final int SETATTR_IN_VALID = 0;
  static final int SETATTR_IN_FH = 8;
  static final int SETATTR_IN_SIZE = 16;
  static final int SETATTR_IN_ATIME = 32;
  static final int SETATTR_IN_MTIME = 40;
  static final int SETATTR_IN_ATIME_NANOS = 56;
  static final int SETATTR_IN_MTIME_NANOS = 60;
  static final int SETATTR_IN_MODE = 68;
  static final int SETATTR_IN_UID = 76;
  static final int SETATTR_IN_GID = 80;
  static final int SETATTR_IN = 88;

  static final int FATTR_MODE = 1;
  static final int FATTR_UID = 1 << 1;
  static final int FATTR_GID = 1 << 2;
  static final int FATTR_SIZE = 1 << 3;
  static final int FATTR_ATIME = 1 << 4;
  static final int FATTR_MTIME = 1 << 5;
  static final int FATTR_FH = 1 << 6;
  static final int FATTR_ATIME_NOW = 1 << 7;
  static final int FATTR_MTIME_NOW = 1 << 8;
  static final int FATTR_KILL_SUIDGID = 1 << 11;

  // struct fuse_open_in, fuse_create_in, fuse_mknod_in, fuse_mkdir_in: names follow the last three
  static final int OPEN_IN_FLAGS = 0;
  static final int OPEN_IN_OPEN_FLAGS = 4;
  static final int OPEN_KILL_SUIDGID = 1;
  static final int CREATE_IN_MODE = 4;
  static final int CREATE_IN_UMASK = 8;
  static final int CREATE_IN_OPEN_FLAGS = 12;
  static final int CREATE_IN = 16;
  static final int MKNOD_IN_MODE = 0;
  static final int MKNOD_IN_UMASK = 8;
  static final int MKNOD_IN = 16;
  static final int MKDIR_IN_MODE = 0;
  static final int MKDIR_IN_UMASK = 4;
  static final int MKDIR_IN = 8;

  // struct fuse_open_out
  static final int FOPEN_DIRECT_IO = 1;
  static final int FOPEN_KEEP_CACHE = 1 << 1;

  // struct fuse_read_in (READDIR too), fuse_write_in
  static final int READ_IN_FH = 0;
  static final int READ_IN_OFFSET = 8;
  static final int READ_IN_SIZE = 16;
  static final int WRITE_IN_FLAGS = 20;
  static final int WRITE_IN = 40;
  static final int WRITE_KILL_SUIDGID = 1 << 2;

  // The handle comes first in fuse_flush_in, fuse_release_in, fuse_fsync_in and fuse_fallocate_in.
  static final int FH = 0;
  static final int FALLOCATE_IN_OFFSET = 8;
  static final int FALLOCATE_IN_LENGTH = 16;
  static final int FALLOCATE_IN_MODE = 24;

  // struct fuse_rename_in, fuse_rename2_in, fuse_link_in
  static final int RENAME_IN = 8;
  static final int RENAME2_IN_FLAGS = 8;
  static final int RENAME2_IN = 16;
  static final int RENAME_NOREPLACE = 1;
  static final int RENAME_EXCHANGE = 2;
  static final int LINK_IN = 8;

  // struct fuse_setxattr_in (short form), fuse_getxattr_in
  static final int SETXATTR_IN_SIZE = 0;
  static final int SETXATTR_IN_FLAGS = 4;
  static final int SETXATTR_IN = 8;
  static final int XATTR_CREATE = 1;
  static final int XATTR_REPLACE = 2;
  static final int GETXATTR_IN_SIZE = 0;
  static final int GETXATTR_IN = 8;

  // struct fuse_batch_forget_in, followed by fuse_forget_one each
  static final int BATCH_FORGET_IN = 8;
  static final int FORGET_ONE = 16;

  // struct fuse_attr, fuse_entry_out, fuse_attr_out, fuse_dirent
  static final int ATTR = 88;
  static final int ENTRY_OUT = 40 + ATTR;
  static final int DIRENT = 24;

  // Notifications: the code stands where a reply has its error, and unique is 0.
  static final int NOTIFY_INVAL_INODE = 2;
  static final int NOTIFY_INVAL_ENTRY = 3;
  static final int NOTIFY_EXPIRE_ONLY = 1;

  private FuseProtocol() {}
}
