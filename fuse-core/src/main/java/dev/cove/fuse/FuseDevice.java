package dev.cove.fuse;

/** The kernel's side of a session: requests come in, replies and notifications go out. */
interface FuseDevice {

  /**
   * Waits for the next request and puts it into {@code buffer}.
   *
   * @return its length, or -1 when the mount is gone
   */
  int receive(NativeBuffer buffer);

  /**
   * Sends one message.
   *
   * @return 0, or the errno; {@code ENOENT} when nobody waits for this reply any more
   */
  int send(long address, int length);

  /** As {@link #send(long, int)}, gathered from {@code count} iovecs. */
  int sendGathered(long iovec, int count);
}
