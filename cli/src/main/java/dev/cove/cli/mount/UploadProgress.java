package dev.cove.cli.mount;

import dev.cove.cli.command.ByteSize;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says how much is left to upload while a mount ends, once a second and only when there is something. */
final class UploadProgress implements AutoCloseable {
  private static final long MEBIBYTE = 1 << 20;

  private final CountDownLatch over = new CountDownLatch(1);

  static UploadProgress show(MountEntry entry, PrintWriter err) {
    UploadProgress progress = new UploadProgress();
    Thread thread = new Thread(() -> progress.run(entry, err), "progress");
    thread.setDaemon(true);
    thread.start();
    return progress;
  }

  private void run(MountEntry entry, PrintWriter err) {
    try {
      while (!over.await(1, TimeUnit.SECONDS)) {
        long left = MountsCommand.pendingBytes(entry).values().stream()
            .mapToLong(bytes -> (long) bytes)
            .sum();
        if (left > 0 && over.getCount() > 0) {
          ByteSize rounded = new ByteSize(left < MEBIBYTE ? left : left / MEBIBYTE * MEBIBYTE);
          err.println("uploading, " + rounded + " left");
          err.flush();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
  }
}
