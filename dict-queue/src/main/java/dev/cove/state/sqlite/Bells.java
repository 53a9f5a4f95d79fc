package dev.cove.state.sqlite;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.state.QueueBackend.Bell;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes waiting threads of every process: who has changed a queue writes a byte to a file, and the kernel tells all who watch
 * the folder. Queues share {@value #COUNT} bells by their hash; a needless stroke costs its hearer one look.
 */
final class Bells implements AutoCloseable {
  static final int COUNT = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Bells.class);
  // Only where the kernel grants no more watches.
  private static final long UNWATCHED_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Condition[] rung = new Condition[COUNT];

  @GuardedBy("lock")
  private final long[] strokes = new long[COUNT];

  @GuardedBy("ropes")
  private final @Nullable RandomAccessFile[] ropes = new RandomAccessFile[COUNT];

  @GuardedBy("lock")
  private @Nullable WatchService watch;

  @GuardedBy("lock")
  private boolean unwatchable;

  @GuardedBy("lock")
  private boolean closed;

  Bells(Path folder) throws IOException {
    OwnerOnly.createFolder(folder);
    this.folder = folder;
    Arrays.setAll(rung, i -> lock.newCondition());
  }

  static int of(String queue, byte[] partition) {
    return Math.floorMod(31 * queue.hashCode() + Arrays.hashCode(partition), COUNT);
  }

  /** Failure to ring is not failure of what was done: who listens looks from time to time anyway. */
  void ring(int bell) {
    try {
      synchronized (ropes) {
        RandomAccessFile rope = ropes[bell];
        if (rope == null) {
          Path file = folder.resolve(Integer.toString(bell));
          OwnerOnly.open(file).close();
          // Unlike a channel it does not close when the thread is interrupted.
          rope = new RandomAccessFile(file.toFile(), "rw");
          ropes[bell] = rope;
        }
        rope.seek(0);
        rope.write(0);
      }
    } catch (IOException e) {
      LOG.debug("bell {} in {} does not ring", bell, folder, e);
      strike(bell);
    }
  }

  Bell listen(int bell) {
    lock.lock();
    try {
      ensureOpen();
      if (watch == null && !unwatchable) {
        startWatching();
      }
    } finally {
      lock.unlock();
    }
    return new Listener(bell);
  }

  @GuardedBy("lock")
  private void startWatching() {
    try {
      WatchService started = folder.getFileSystem().newWatchService();
      folder.register(started, StandardWatchEventKinds.ENTRY_MODIFY);
      Thread thread = new Thread(() -> hear(started), "cove-state-bells");
      thread.setDaemon(true);
      thread.start();
      watch = started;
    } catch (IOException e) {
      unwatchable = true;
      LOG.warn(
          "{} cannot be watched ({}): waiting getters look every 20 ms instead",
          folder,
          e.getMessage());
    }
  }

  private void hear(WatchService service) {
    try {
      while (true) {
        WatchKey key = service.take();
        for (WatchEvent<?> event : key.pollEvents()) {
          if (event.context() instanceof Path name) {
            strike(Integer.parseInt(name.toString()));
          } else {
            strikeAll(); // the kernel's queue overflowed: it cannot say which
          }
        }
        key.reset();
      }
    } catch (ClosedWatchServiceException | InterruptedException e) {
      LOG.debug("stopped listening in {}", folder);
    }
  }

  private void strike(int bell) {
    lock.lock();
    try {
      strokes[bell]++;
      rung[bell].signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everyone in this process. */
  void strikeAll() {
    for (int bell = 0; bell < COUNT; bell++) {
      strike(bell);
    }
  }

  @GuardedBy("lock")
  private void ensureOpen() {
    if (closed) {
      throw new StateException(Reason.CLOSED, "the store in " + folder.getParent() + " was closed");
    }
  }

  @Override
  public void close() throws IOException {
    WatchService stopped;
    lock.lock();
    try {
      closed = true;
      stopped = watch;
    } finally {
      lock.unlock();
    }
    strikeAll();
    if (stopped != null) {
      stopped.close();
    }
    synchronized (ropes) {
      for (RandomAccessFile rope : ropes) {
        if (rope != null) {
          rope.close();
        }
      }
    }
  }

  private final class Listener implements Bell {
    private final int bell;

    Listener(int bell) {
      this.bell = bell;
    }

    @Override
    public long strokes() {
      lock.lock();
      try {
        return strokes[bell];
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void await(long seen, long nanos) throws InterruptedException {
      lock.lockInterruptibly();
      try {
        long left = unwatchable ? Math.min(nanos, UNWATCHED_POLL_NANOS) : nanos;
        while (strokes[bell] == seen && left > 0) {
          ensureOpen();
          left = rung[bell].awaitNanos(left);
        }
        ensureOpen();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      // Nothing is kept for one listener.
    }
  }
}
