package dev.cove.state.sqlite;

import java.io.File;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Removes what nobody can see any more and keeps the files small, a bounded piece at a time on the way of other writes. Used
 * inside the writer lock.
 */
final class Sweeper {
  // Every 16th write removes up to 64 rows: four for each that a write can add.
  private static final int EVERY = 16;
  private static final int ROWS = 64;
  // Freeing a large value costs by its size.
  private static final long BYTES = 8 << 20;
  private static final int TIDY_EVERY = 256;
  private static final long LOG_LIMIT = 32L << 20;
  private static final int FREE_PAGES = 2048;
  private static final int PAGES_BACK = 512;

  private static final String SPACE_DROPPED = "UPDATE space SET live=live-? WHERE id=?";

  private final File log;
  // Processes that write only a little, as commands do, take their part too.
  private int writes = ThreadLocalRandom.current().nextInt(TIDY_EVERY);

  Sweeper(Path log) {
    this.log = log.toFile();
  }

  /** Part of a write's own transaction. */
  void step(Db db, long now) throws SQLException {
    if (++writes % EVERY == 0) {
      sweepEntries(db, now);
      cutExpiredPartitions(db, now, ROWS);
      emptyCutSpaces(db);
    }
  }

  private void sweepEntries(Db db, long now) throws SQLException {
    List<long[]> expired = new ArrayList<>();
    long[] bytes = {0};
    db.each(
        "SELECT id, space, length(value) FROM entry WHERE expires<=? LIMIT " + ROWS,
        row -> {
          expired.add(new long[] {row.getLong(1), row.getLong(2)});
          bytes[0] += row.getLong(3);
          return bytes[0] < BYTES;
        },
        now);
    for (long[] entry : expired) {
      db.update("DELETE FROM entry WHERE id=?", entry[0]);
      db.update(SPACE_DROPPED, 1, entry[1]);
    }
  }

  /** Cuts off partitions whose time is over. */
  static void cutExpiredPartitions(Db db, long now, int most) throws SQLException {
    List<long[]> expired = new ArrayList<>();
    db.each(
        "SELECT s.id, s.object, length(s.part) FROM space s WHERE s.expires<=? AND s.object IS NOT NULL LIMIT "
            + most,
        row -> expired.add(new long[] {row.getLong(1), row.getLong(2), row.getLong(3)}),
        now);
    for (long[] space : expired) {
      cut(db, space[1], space[0], space[2] == 0);
    }
  }

  /** Cuts off that partition if its time is over. */
  static void cutExpiredPartition(Db db, long object, byte[] part, long now) throws SQLException {
    Long space = db.first(
        "SELECT id FROM space WHERE object=? AND part=? AND expires<=?",
        row -> row.getLong(1),
        object,
        part,
        now);
    if (space != null) {
      cut(db, object, space, part.length == 0);
    }
  }

  private static void cut(Db db, long object, long space, boolean main) throws SQLException {
    if (main) {
      Spaces.replaceMain(db, object);
    } else {
      Spaces.cutPartition(db, object, space);
    }
  }

  private void emptyCutSpaces(Db db) throws SQLException {
    Long space =
        db.first("SELECT id FROM space WHERE object IS NULL LIMIT 1", row -> row.getLong(1));
    if (space == null) {
      return;
    }
    boolean empty = true;
    for (String table : new String[] {"entry", "item", "lease"}) {
      List<Long> rows = new ArrayList<>();
      long[] bytes = {0};
      db.each(
          "SELECT id, length(value) FROM " + table + " WHERE space=? LIMIT " + ROWS,
          row -> remember(row, rows, bytes),
          space);
      for (long row : rows) {
        db.update("DELETE FROM " + table + " WHERE id=?", row);
      }
      empty &= rows.isEmpty();
    }
    if (empty) {
      db.update("DELETE FROM space WHERE id=?", space);
    }
  }

  private static boolean remember(ResultSet row, List<Long> rows, long[] bytes)
      throws SQLException {
    rows.add(row.getLong(1));
    bytes[0] += row.getLong(2);
    return bytes[0] < BYTES;
  }

  /** After a write's transaction: gives free pages back to the disk, and cuts a log that readers have kept from starting over. */
  void tidy(Db db) throws SQLException {
    if (writes % TIDY_EVERY != 0) {
      return;
    }
    long free = db.number("PRAGMA freelist_count");
    if (free > FREE_PAGES && free > db.number("PRAGMA page_count") / 4) {
      db.run("PRAGMA incremental_vacuum(" + PAGES_BACK + ")");
    }
    if (log.length() > LOG_LIMIT) {
      db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }
}
