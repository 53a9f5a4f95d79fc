package dev.cove.fuse;

import java.time.Duration;

/**
 * How a mount is made and served. Start from {@link #DEFAULTS} and change what differs.
 *
 * @param fsName what mount tables show as the source
 * @param access whether the kernel refuses changes before anybody is asked
 * @param visibility who besides the one who mounts may enter
 * @param permissions who checks mode bits
 * @param onExit what is left of the mount when the process dies
 * @param maxThreads requests served at a time; twice {@code maxBackground} at least, so that reads
 *     ahead never keep a look-up waiting
 * @param maxBackground reads and writes that the kernel has under way without a program waiting
 * @param maxReadahead bytes the kernel reads ahead of a sequential reader. Above 128 KiB only root can
 *     have it; for others it stays there
 * @param maxWrite bytes of one write or read request, a multiple of the page size
 * @param slowAfter a request that takes longer is logged
 */
public record MountOptions(
    String fsName,
    Access access,
    Visibility visibility,
    Permissions permissions,
    OnExit onExit,
    int maxThreads,
    int maxBackground,
    int maxReadahead,
    int maxWrite,
    Duration slowAfter) {

  public enum Access {
    READ_WRITE,
    READ_ONLY
  }

  public enum Visibility {
    OWNER,
    /** Needs {@code user_allow_other} in /etc/fuse.conf, unless root mounts. */
    EVERYBODY
  }

  public enum Permissions {
    /** The kernel, by mode, owner and group. */
    KERNEL,
    /** Nobody: who can enter can do everything. */
    NOBODY
  }

  public enum OnExit {
    /** The mount point stays and answers ENOTCONN until it is cleared: {@link StaleMounts}. */
    KEEP,
    /** The setuid helper stays behind as a process and unmounts. */
    UNMOUNT
  }

  private static final int MIB = 1 << 20;

  public static final MountOptions DEFAULTS = new MountOptions(
      "cove",
      Access.READ_WRITE,
      Visibility.OWNER,
      Permissions.KERNEL,
      OnExit.KEEP,
      128,
      64,
      4 * MIB,
      MIB,
      Duration.ofSeconds(30));

  public MountOptions {
    requireRange("maxBackground", maxBackground, 1, 1024);
    requireRange("maxThreads", maxThreads, 2 * maxBackground, 4096);
    requireRange("maxReadahead", maxReadahead, 0, 1 << 30);
    requireRange("maxWrite", maxWrite, 1 << 16, MIB);
    if (maxWrite % (1 << 16) != 0) {
      throw new IllegalArgumentException("maxWrite must be a multiple of 65536: " + maxWrite);
    }
    if (slowAfter.isNegative() || slowAfter.isZero()) {
      throw new IllegalArgumentException("slowAfter must be positive: " + slowAfter);
    }
  }

  private static void requireRange(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          what + " must be from " + least + " to " + most + ": " + value);
    }
  }

  public MountOptions withFsName(String name) {
    return new MountOptions(
        name,
        access,
        visibility,
        permissions,
        onExit,
        maxThreads,
        maxBackground,
        maxReadahead,
        maxWrite,
        slowAfter);
  }

  public MountOptions withAccess(Access value) {
    return new MountOptions(
        fsName,
        value,
        visibility,
        permissions,
        onExit,
        maxThreads,
        maxBackground,
        maxReadahead,
        maxWrite,
        slowAfter);
  }

  public MountOptions withVisibility(Visibility value) {
    return new MountOptions(
        fsName,
        access,
        value,
        permissions,
        onExit,
        maxThreads,
        maxBackground,
        maxReadahead,
        maxWrite,
        slowAfter);
  }

  public MountOptions withPermissions(Permissions value) {
    return new MountOptions(
        fsName,
        access,
        visibility,
        value,
        onExit,
        maxThreads,
        maxBackground,
        maxReadahead,
        maxWrite,
        slowAfter);
  }

  public MountOptions withOnExit(OnExit value) {
    return new MountOptions(
        fsName,
        access,
        visibility,
        permissions,
        value,
        maxThreads,
        maxBackground,
        maxReadahead,
        maxWrite,
        slowAfter);
  }

  /** Both at once, as one bounds the other. */
  public MountOptions withConcurrency(int threads, int background) {
    return new MountOptions(
        fsName,
        access,
        visibility,
        permissions,
        onExit,
        threads,
        background,
        maxReadahead,
        maxWrite,
        slowAfter);
  }

  public MountOptions withMaxReadahead(int bytes) {
    return new MountOptions(
        fsName,
        access,
        visibility,
        permissions,
        onExit,
        maxThreads,
        maxBackground,
        bytes,
        maxWrite,
        slowAfter);
  }

  public MountOptions withMaxWrite(int bytes) {
    return new MountOptions(
        fsName,
        access,
        visibility,
        permissions,
        onExit,
        maxThreads,
        maxBackground,
        maxReadahead,
        bytes,
        slowAfter);
  }

  public MountOptions withSlowAfter(Duration time) {
    return new MountOptions(
        fsName,
        access,
        visibility,
        permissions,
        onExit,
        maxThreads,
        maxBackground,
        maxReadahead,
        maxWrite,
        time);
  }
}
