package dev.cove.fuse;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.ErrorCodes;

/** An open descriptor of /dev/fuse that is bound to a mount. */
final class KernelDevice implements FuseDevice {
  private static final Logger log = LoggerFactory.getLogger(KernelDevice.class);
  private static final LibC LIBC = LibC.INSTANCE;
  private static final int EINTR = ErrorCodes.EINTR();
  private static final int EAGAIN = ErrorCodes.EAGAIN();
  private static final int ENOENT = ErrorCodes.ENOENT();
  private static final int ENODEV = ErrorCodes.ENODEV();
  private static final int ECONNABORTED = ErrorCodes.ECONNABORTED();

  private final int fd;

  KernelDevice(int fd) {
    this.fd = fd;
  }

  @Override
  public int receive(NativeBuffer buffer) {
    while (true) {
      long length = LIBC.read(fd, buffer.address(), buffer.size());
      if (length > 0) {
        return (int) length;
      }
      int errno = length == 0 ? ENODEV : LibC.errno();
      // ENOENT: the request was taken back while it was being handed over.
      if (errno == EINTR || errno == EAGAIN || errno == ENOENT) {
        continue;
      }
      if (errno != ENODEV && errno != ECONNABORTED) {
        log.error("reading requests from /dev/fuse failed with errno {}", errno);
      }
      return -1;
    }
  }

  @Override
  public int send(long address, int length) {
    return LIBC.write(fd, address, length) < 0 ? LibC.errno() : 0;
  }

  @Override
  public int sendGathered(long iovec, int count) {
    return LIBC.writev(fd, iovec, count) < 0 ? LibC.errno() : 0;
  }
}
