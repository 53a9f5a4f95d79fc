package dev.cove.state.sqlite;

import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/**
 * The tables. What a dict holds, and what each partition of a queue holds, hangs on a space; clearing or deleting cuts the
 * space off and leaves its rows to the {@link Sweeper}, so that it takes no longer for many than for few.
 */
final class Schema {
  static final int VERSION = 1;
  /** "Cove" in ASCII. */
  static final int APPLICATION = 0x436f7665;

  private static final List<String> TABLES = List.of(
      // main: the space of a dict, or of a queue's main partition. parts: how many other partitions
      // there are.
      """
            CREATE TABLE object(
              id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
              capacity INTEGER NOT NULL, main INTEGER NOT NULL, parts INTEGER NOT NULL, UNIQUE(kind, name))""",
      // object: null once cut off. live: entries, or items that wait. tail: the number of the
      // newest item.
      """
            CREATE TABLE space(
              id INTEGER PRIMARY KEY AUTOINCREMENT, object INTEGER, part BLOB NOT NULL, live INTEGER NOT NULL,
              leased INTEGER NOT NULL, tail INTEGER NOT NULL, expires INTEGER, UNIQUE(object, part))""",
      "CREATE INDEX space_expires ON space(expires) WHERE expires IS NOT NULL",
      """
            CREATE TABLE entry(
              id INTEGER PRIMARY KEY, space INTEGER NOT NULL, key BLOB NOT NULL, expires INTEGER, value BLOB,
              UNIQUE(space, key))""",
      "CREATE INDEX entry_expires ON entry(expires, space) WHERE expires IS NOT NULL",
      """
            CREATE TABLE item(
              id INTEGER PRIMARY KEY, space INTEGER NOT NULL, seq INTEGER NOT NULL, delivery INTEGER NOT NULL, value BLOB,
              UNIQUE(space, seq))""",
      """
            CREATE TABLE lease(
              id INTEGER PRIMARY KEY, space INTEGER NOT NULL, seq INTEGER NOT NULL, delivery INTEGER NOT NULL,
              token INTEGER NOT NULL, until INTEGER NOT NULL, value BLOB, UNIQUE(space, seq))""",
      "CREATE INDEX lease_until ON lease(space, until)");

  private Schema() {}

  /** Whether the database is one of this version; false if it is new and empty. */
  static boolean exists(Db db, Path file) throws SQLException {
    long version = db.number("PRAGMA user_version");
    long application = db.number("PRAGMA application_id");
    if (version == 0 && application == 0 && db.number("SELECT count(*) FROM sqlite_master") == 0) {
      return false;
    }
    if (application != APPLICATION) {
      throw new StateException(
          Reason.CORRUPT,
          file + " is a database, but none of Cove's: move it away, or name another folder");
    }
    if (version > VERSION) {
      throw new StateException(
          Reason.NEWER_VERSION,
          file + " was written by a newer Cove (format " + version + ", this one knows up to "
              + VERSION + "): use that Cove, or name another folder");
    }
    return true;
  }

  /** Makes the tables in a new database; the caller holds the writer lock. */
  static void create(Db db) throws SQLException {
    // Freed pages can then be given back to the disk a few at a time; only possible before the
    // first table.
    db.run("PRAGMA auto_vacuum=INCREMENTAL");
    db.run("PRAGMA journal_mode=WAL");
    db.run("BEGIN IMMEDIATE");
    for (String table : TABLES) {
      db.run(table);
    }
    db.run("PRAGMA application_id=" + APPLICATION);
    db.run("PRAGMA user_version=" + VERSION);
    db.run("COMMIT");
  }
}
