package dev.cove.fuse;

import dev.cove.vfs.VirtualFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** The way in: mounts a {@link VirtualFileSystem} on a directory. */
public final class JnrFuse {

  private JnrFuse() {}

  /**
   * Mounts {@code vfs} on an empty directory and serves it with threads of this process. This
   * process must not use files below {@code directory} itself.
   *
   * @throws MountException with one line that says what to put right; nothing is left mounted
   */
  public static FuseMount mount(VirtualFileSystem vfs, Path directory, MountOptions options)
      throws MountException {
    return mount(vfs, directory, options, Clock.systemUTC());
  }

  static FuseMount mount(VirtualFileSystem vfs, Path directory, MountOptions options, Clock clock)
      throws MountException {
    Path path = withoutLinks(directory);
    NativeMount mounted = NativeMount.mount(path, options);
    FuseSession session = new FuseSession(
        path.toString(), new KernelDevice(mounted.fd()), mounted::close, vfs, options, clock);
    try {
      FuseMount mount = new FuseMount(path, options, session);
      session.start();
      return mount;
    } catch (IOException | RuntimeException | Error e) {
      mounted.close();
      detachQuietly(path, e);
      throw new MountException(
          MountException.Reason.FAILED, path + " could not be mounted: " + e.getMessage(), e);
    }
  }

  /**
   * What {@link #mount} asks of a directory, before anything else is done for a mount there.
   *
   * @throws MountException it is not there, no directory, not empty, or mounted already
   */
  public static void requireMountPoint(Path directory) throws MountException {
    NativeMount.requireMountPoint(withoutLinks(directory.toAbsolutePath().normalize()));
  }

  private static void detachQuietly(Path path, Throwable reason) {
    try {
      Unmounting.detach(path);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** As mount tables have it. A directory that cannot be looked at is refused later, with a reason. */
  private static Path withoutLinks(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      return directory.toAbsolutePath().normalize();
    }
  }
}
