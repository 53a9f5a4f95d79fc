package dev.cove.state.sqlite;

import dev.cove.state.ObjectInfo;
import dev.cove.state.ObjectKind;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The names of a store's dicts and queues. */
final class SqliteObjects {
  private final Session session;

  SqliteObjects(Session session) {
    this.session = session;
  }

  static int code(ObjectKind kind) {
    return switch (kind) {
      case DICT -> 0;
      case QUEUE -> 1;
    };
  }

  List<ObjectInfo> list(ObjectKind kind) {
    return session.read(db -> {
      List<ObjectInfo> all = new ArrayList<>();
      db.each(
          "SELECT name, created, capacity FROM object WHERE kind=? ORDER BY name",
          row -> all.add(new ObjectInfo(
              row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getInt(3))),
          code(kind));
      return all;
    });
  }

  boolean create(ObjectKind kind, String name, int capacity) {
    return session.write(db -> create(db, kind, name, capacity));
  }

  private boolean create(Db db, ObjectKind kind, String name, int capacity) throws SQLException {
    int created = db.update(
        "INSERT INTO object(kind, name, created, capacity, main, parts) VALUES(?, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING",
        code(kind),
        name,
        session.now(),
        capacity);
    if (created == 0) {
      return false;
    }
    Spaces.createMain(db, db.number("SELECT last_insert_rowid()"));
    return true;
  }

  boolean delete(ObjectKind kind, String name) {
    return session.write(db -> {
      Long id = db.first(
          "SELECT id FROM object WHERE kind=? AND name=?", row -> row.getLong(1), code(kind), name);
      if (id == null) {
        return false;
      }
      Spaces.cutAll(db, id);
      db.update("DELETE FROM object WHERE id=?", id);
      return true;
    });
  }

  boolean exists(ObjectKind kind, String name) {
    return session.read(db ->
        db.number("SELECT count(*) FROM object WHERE kind=? AND name=?", code(kind), name) > 0);
  }
}
