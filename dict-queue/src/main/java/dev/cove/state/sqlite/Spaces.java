package dev.cove.state.sqlite;

import java.sql.SQLException;

/** What happens to spaces as wholes; each call is part of the caller's transaction. */
final class Spaces {
  static final byte[] MAIN = new byte[0];

  private Spaces() {}

  /** Makes the main space of an object that has none, and returns its number. */
  static long createMain(Db db, long object) throws SQLException {
    long space = create(db, object, MAIN);
    db.update("UPDATE object SET main=? WHERE id=?", space, object);
    return space;
  }

  static long create(Db db, long object, byte[] part) throws SQLException {
    db.update(
        "INSERT INTO space(object, part, live, leased, tail) VALUES(?, ?, 0, 0, 0)", object, part);
    return db.number("SELECT last_insert_rowid()");
  }

  /** Cuts the main space off and makes an empty one. */
  static void replaceMain(Db db, long object) throws SQLException {
    db.update("UPDATE space SET object=NULL WHERE id=(SELECT main FROM object WHERE id=?)", object);
    createMain(db, object);
  }

  static void cutPartition(Db db, long object, long space) throws SQLException {
    db.update("UPDATE space SET object=NULL WHERE id=?", space);
    db.update("UPDATE object SET parts=parts-1 WHERE id=?", object);
  }

  static void cutAll(Db db, long object) throws SQLException {
    db.update("UPDATE space SET object=NULL WHERE object=?", object);
    db.update("UPDATE object SET parts=0 WHERE id=?", object);
  }
}
