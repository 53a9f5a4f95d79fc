package dev.cove.state.sqlite;

import dev.cove.state.QueueBackend.Bell;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import dev.cove.state.sqlite.Database.Work;
import dev.cove.state.sqlite.OpenStores.Shared;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** One opening of a store. Closing it ends what was opened here, while other openings in the process go on. */
final class Session implements AutoCloseable {
  private final Shared shared;
  private final AtomicBoolean closed = new AtomicBoolean();

  Session(Shared shared) {
    this.shared = shared;
  }

  /** Milliseconds since the epoch, by which everything expires. */
  long now() {
    return shared.database.now();
  }

  /** As {@link Database#read}. */
  <T> T read(Work<T> work) {
    ensureOpen();
    return shared.database.read(work);
  }

  /** As {@link Database#write}. */
  <T> T write(Work<T> work) {
    ensureOpen();
    return shared.database.write(work);
  }

  void ring(int bell) {
    shared.bells.ring(bell);
  }

  /** The bell of that number; a wait on it ends when the session is closed, and the look that follows fails. */
  Bell listen(int bell) {
    ensureOpen();
    return shared.bells.listen(bell);
  }

  private void ensureOpen() {
    if (closed.get()) {
      throw new StateException(Reason.CLOSED, "the store in " + shared.folder + " was closed");
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      shared.bells.strikeAll();
      try {
        shared.leave();
      } catch (IOException e) {
        throw Failures.of(e, SqliteFiles.database(shared.folder));
      }
    }
  }
}
