package dev.cove.fuse;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Arrays;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.IgnoreError;

/**
 * The system calls of the session loop. Buffers are plain addresses: a struct or pointer object per
 * call would cost as much as the call. Public because jnr-ffi implements it from another package.
 */
public interface LibC {
  LibC INSTANCE = LibraryLoader.create(LibC.class).load("c");
  Runtime RUNTIME = Runtime.getRuntime(INSTANCE);

  /** How this runtime turns paths into bytes, which its locale decides. */
  Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  int MADV_DONTNEED = 4;
  int F_SETFD = 2;
  int FD_CLOEXEC = 1;
  int O_WRONLY = 1;
  int O_APPEND = 0x400;
  int O_NOFOLLOW = noFollow();
  int O_CLOEXEC = 0x80000;
  int MNT_FORCE = 1;
  int MNT_DETACH = 2;
  int UMOUNT_NOFOLLOW = 8;
  int AT_FDCWD = -100;
  int AT_STATX_FORCE_SYNC = 0x2000;
  int STATX_BASIC_STATS = 0x7ff;
  int STATX_SIZE = 256;

  long read(int fd, long address, long length);

  long write(int fd, long address, long length);

  long writev(int fd, long iovec, int count);

  int open(byte[] path, int flags);

  int dup2(int fd, int other);

  int close(int fd);

  int fcntl(int fd, int command, int argument);

  /** Not mmap: jnr-ffi 2.3.4 passes a sixth argument wrongly on x86-64. */
  long aligned_alloc(long alignment, long size);

  void free(long address);

  int madvise(long address, long length, int advice);

  int umount2(byte[] target, int flags);

  int statx(int directory, byte[] path, int flags, int mask, byte[] result);

  @IgnoreError
  int getpagesize();

  @IgnoreError
  int geteuid();

  /** The path as C has it: in the encoding of file names, ended by a zero byte. */
  static byte[] path(Path path) {
    byte[] bytes = path.toString().getBytes(FILE_NAMES);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  private static int noFollow() {
    // One of the few flags that the kernel numbers by processor.
    return System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;
  }

  /** errno of this thread's last call. */
  static int errno() {
    return RUNTIME.getLastError();
  }
}
