package dev.cove.fuse;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import ru.serce.jnrfuse.ErrorCodes;

/** Mount points whose process was killed: every access there fails with ENOTCONN. */
public final class StaleMounts {
  /** A mount whose process lives but does not answer is not stale. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private StaleMounts() {}

  /** Whether a mount of Cove's is on {@code directory} that nobody serves any more. */
  public static boolean isStale(Path directory) throws IOException {
    Path path = directory.toAbsolutePath().normalize();
    return isMounted(path) && answersNotConnected(path);
  }

  /** Whether a mount of Cove's is on {@code directory}, served or not. Does not touch it. */
  public static boolean isMounted(Path directory) throws IOException {
    return MountTable.on(directory)
        .filter(m -> m.type().equals(NativeMount.TYPE))
        .isPresent();
  }

  /**
   * Unmounts {@code directory} if a mount of Cove's is there that nobody serves any more.
   *
   * @return whether there was one
   */
  public static boolean clearIfStale(Path directory) throws IOException {
    Path path = directory.toAbsolutePath().normalize();
    boolean found = false;
    while (isStale(path)) {
      Unmounting.detach(path);
      found = true;
    }
    return found;
  }

  private static boolean answersNotConnected(Path path) throws IOException {
    CompletableFuture<Integer> errno = new CompletableFuture<>();
    Thread probe = new Thread(() -> errno.complete(forcedStat(path)), "fuse-probe " + path);
    probe.setDaemon(true);
    probe.start();
    try {
      int answer = errno.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return answer == ErrorCodes.ENOTCONN();
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("cannot look at " + path, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Asks the file system itself: attributes that the kernel remembers outlive their server. */
  private static int forcedStat(Path path) {
    int result = LibC.INSTANCE.statx(
        LibC.AT_FDCWD,
        LibC.path(path),
        LibC.AT_STATX_FORCE_SYNC,
        LibC.STATX_BASIC_STATS,
        new byte[LibC.STATX_SIZE]);
    return result == 0 ? 0 : LibC.errno();
  }
}
