package dev.cove.state.sqlite;

import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** The files of an embedded store, for who has to look after them. */
public final class SqliteFiles {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

  private SqliteFiles() {}

  static Path database(Path folder) {
    return folder.resolve("state.db");
  }

  static Path log(Path database) {
    return beside(database, "-wal");
  }

  static Path lock(Path database) {
    return beside(database, ".lock");
  }

  private static Path beside(Path database, String suffix) {
    return database.resolveSibling(database.getFileName() + suffix);
  }

  /**
   * Moves the database out of the way, with its log, under a name that tells the time; nothing is deleted, and the next use
   * of the store begins with an empty one.
   *
   * @return where it is now, or empty if there was none
   * @throws StateException {@link Reason#BUSY} while any process has the store open
   */
  public static Optional<Path> setAside(Path folder, Clock clock) {
    Path database = database(folder);
    if (!Files.exists(database)) {
      return Optional.empty();
    }
    try {
      if (OpenStores.isOpen(folder)) {
        throw inUse(database);
      }
      FileChannel alone = WriterLock.alone(lock(database));
      if (alone == null) {
        throw inUse(database);
      }
      try (alone) {
        Path to = folder.resolve("state.db.aside-" + STAMP.format(clock.instant()));
        // The log first: a database without its log would be older than it was, a log without its
        // database is kept.
        for (String suffix : List.of("-wal", "-shm", "")) {
          Path from = beside(database, suffix);
          if (Files.exists(from)) {
            Files.move(from, beside(to, suffix));
          }
        }
        return Optional.of(to);
      }
    } catch (IOException e) {
      throw Failures.of(e, database);
    }
  }

  private static StateException inUse(Path database) {
    return new StateException(
        Reason.BUSY, database + " is in use: end the programs that have it open, then try again");
  }
}
