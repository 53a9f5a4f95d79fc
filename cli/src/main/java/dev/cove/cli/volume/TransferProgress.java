package dev.cove.cli.volume;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on standard error while files are moved; nothing where that is no terminal. */
final class TransferProgress implements AutoCloseable {
  private static final int UPDATE_MILLIS = 200;
  private static final int WIDTH = 79;
  private static final long MEBIBYTE = 1 << 20;

  private final CountDownLatch over = new CountDownLatch(1);
  private final @Nullable Thread thread;

  private TransferProgress() {
    thread = null;
  }

  private TransferProgress(ProgressBar bar, LongSupplier files, LongSupplier bytes) {
    thread = new Thread(() -> show(bar, files, bytes), "progress");
    thread.setDaemon(true);
    thread.start();
  }

  /** Shows how many of so many bytes are done; fewer than none stand for a number nobody knows. */
  static TransferProgress of(String task, long size, LongSupplier files, LongSupplier bytes) {
    if (!isTerminal()) {
      return new TransferProgress();
    }
    ProgressBar bar = new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(size)
        .setStyle(ProgressBarStyle.ASCII)
        .setUnit(" MiB", MEBIBYTE)
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
        .build();
    return new TransferProgress(bar, files, bytes);
  }

  private void show(ProgressBar bar, LongSupplier files, LongSupplier bytes) {
    try (bar) {
      boolean last;
      do {
        last = over.await(UPDATE_MILLIS, TimeUnit.MILLISECONDS);
        bar.stepTo(bytes.getAsLong());
        bar.setExtraMessage(files.getAsLong() + " files");
      } while (!last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Of the files below a path; not looked for where no bar is shown. */
  static long size(@Nullable Path source) throws IOException {
    if (source == null || !isTerminal()) {
      return -1;
    }
    long[] size = {0};
    Files.walkFileTree(source, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        size[0] += attributes.isRegularFile() ? attributes.size() : 0;
        return FileVisitResult.CONTINUE;
      }
    });
    return size[0];
  }

  // The runtime's own console says from 22 on that there is one even where there is none.
  private static boolean isTerminal() {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/2"))
          .toString()
          .matches("/dev/(pts/|tty|console).*");
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    over.countDown();
    if (thread != null) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
