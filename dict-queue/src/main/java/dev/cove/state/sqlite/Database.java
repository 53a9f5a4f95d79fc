package dev.cove.state.sqlite;

import dev.cove.state.Durability;
import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.sqlite.SQLiteConfig;

/**
 * The database of one store, as one process has it open: a connection that writes, used inside the {@link WriterLock}, and a
 * few that read at any time.
 */
final class Database implements AutoCloseable {
  private static final int READERS = 4;
  // Of each connection.
  private static final int CACHE_KIB = 4096;
  // Read in place: a page that another process has made stale in the cache costs no call to the
  // kernel.
  private static final long MAPPED_BYTES = 1L << 30;
  // The write-ahead log is cut back to this when it starts over.
  private static final int LOG_BYTES = 16 << 20;

  /** One step in a transaction. */
  interface Work<T> {
    T run(Db db) throws SQLException;
  }

  private final Path file;
  private final Duration timeout;
  private final Clock clock;
  private final WriterLock lock;
  private final Db writer;
  private final Sweeper sweeper;
  private final Semaphore readerPermits = new Semaphore(READERS, true);
  private final ConcurrentLinkedDeque<Db> idleReaders = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  private Database(Path file, Duration timeout, Clock clock, WriterLock lock) throws SQLException {
    this.file = file;
    this.timeout = timeout;
    this.clock = clock;
    this.lock = lock;
    this.writer = connect();
    this.sweeper = new Sweeper(SqliteFiles.log(file));
  }

  static Database open(Path file, Duration timeout, Clock clock) {
    try {
      WriterLock lock = new WriterLock(SqliteFiles.lock(file), timeout);
      try {
        OwnerOnly.open(file).close();
        Database database = new Database(file, timeout, clock, lock);
        try {
          database.prepareSchema();
          return database;
        } catch (SQLException | RuntimeException e) {
          database.writer.close();
          throw e;
        }
      } catch (SQLException | IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (SQLException e) {
      throw Failures.of(e, file);
    } catch (IOException e) {
      throw Failures.of(e, file);
    }
  }

  private void prepareSchema() throws SQLException {
    if (!Schema.exists(writer, file)) {
      exclusively(() -> {
        if (!Schema.exists(writer, file)) {
          Schema.create(writer);
        }
        return true;
      });
    }
  }

  private Db connect() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    // Behind the writer lock nobody waits for SQLite's own but during recovery after a crash.
    config.setBusyTimeout((int) Math.min(timeout.toMillis(), Integer.MAX_VALUE));
    Db db = new Db(config.createConnection("jdbc:sqlite:" + file));
    try {
      db.run("PRAGMA synchronous=NORMAL");
      db.run("PRAGMA cache_size=-" + CACHE_KIB);
      db.run("PRAGMA mmap_size=" + MAPPED_BYTES);
      db.run("PRAGMA journal_size_limit=" + LOG_BYTES);
      db.run("PRAGMA trusted_schema=OFF");
      return db;
    } catch (SQLException | RuntimeException e) {
      db.close();
      throw e;
    }
  }

  /** Makes writes as durable as that from now on; never less than asked before. */
  void require(Durability durability) {
    if (durability == Durability.DISK) {
      exclusively(() -> {
        writer.run("PRAGMA synchronous=FULL");
        return durability;
      });
    }
  }

  /** Milliseconds since the epoch, by which everything expires. */
  long now() {
    return clock.millis();
  }

  /** Runs it in one transaction; what it did is there as a whole when this returns, and not at all when this throws. */
  <T> T write(Work<T> work) {
    return exclusively(() -> {
      ensureOpen();
      writer.update("BEGIN IMMEDIATE");
      T result;
      try {
        result = work.run(writer);
        sweeper.step(writer, now());
        writer.update("COMMIT");
      } catch (SQLException | RuntimeException e) {
        rollBack(e);
        throw e;
      }
      sweeper.tidy(writer);
      return result;
    });
  }

  private interface Exclusive<T> {
    T run() throws SQLException, IOException;
  }

  private <T> T exclusively(Exclusive<T> action) {
    try {
      lock.acquire();
      try {
        return action.run();
      } finally {
        lock.release();
      }
    } catch (SQLException e) {
      throw Failures.of(e, file);
    } catch (IOException e) {
      throw Failures.of(e, file);
    }
  }

  private void rollBack(Exception cause) {
    try {
      writer.update("ROLLBACK");
    } catch (SQLException e) {
      // SQLite rolls back by itself after the worst errors; then there is nothing left to roll
      // back.
      cause.addSuppressed(e);
    }
  }

  /** Runs one statement, or several that need not see the same state. */
  <T> T read(Work<T> work) {
    readerPermits.acquireUninterruptibly();
    try {
      ensureOpen();
      Db db = idleReaders.pollFirst();
      if (db == null) {
        db = connect();
      }
      try {
        return work.run(db);
      } finally {
        idleReaders.addFirst(db);
      }
    } catch (SQLException e) {
      throw Failures.of(e, file);
    } finally {
      readerPermits.release();
    }
  }

  private void ensureOpen() {
    if (closed) {
      throw new StateException(Reason.CLOSED, "the store " + file + " was closed");
    }
  }

  @Override
  public void close() {
    exclusively(() -> {
      closed = true;
      readerPermits.acquireUninterruptibly(READERS);
      try {
        for (Db db = idleReaders.poll(); db != null; db = idleReaders.poll()) {
          db.close();
        }
      } finally {
        readerPermits.release(READERS);
      }
      // The last of all processes to close copies the log into the database: inside the lock, lest
      // two try.
      writer.close();
      return closed;
    });
    try {
      lock.close();
    } catch (IOException e) {
      throw Failures.of(e, file);
    }
  }
}
