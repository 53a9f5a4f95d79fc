package dev.cove.fuse;

/**
 * What Cove uses of libfuse2: opening the device and mounting, by mount(2) or the setuid helper.
 * Public because jnr-ffi implements it from another package.
 */
public interface LibFuse {

  /** @return the address of a fuse_chan, 0 on failure */
  long fuse_mount(byte[] directory, long arguments);

  int fuse_chan_fd(long channel);

  /** Frees the channel and closes its descriptor. */
  void fuse_chan_destroy(long channel);
}
