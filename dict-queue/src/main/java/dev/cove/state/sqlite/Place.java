package dev.cove.state.sqlite;

import dev.cove.state.Bytes;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A queue and one of its partitions as they stand; space 0 for a partition that is not there. */
record Place(
    long object, int capacity, long space, long live, long leased, long tail, boolean main) {
  private static final String FIND = """
            SELECT o.id, o.capacity, s.id, s.live, s.leased, s.tail, s.expires
            FROM object o LEFT JOIN space s ON s.object=o.id AND s.part=? WHERE o.kind=1 AND o.name=?""";

  /** Null if the queue is missing. A partition whose time is over is found missing too. */
  static @Nullable Place find(Db db, String name, Bytes partition, long now) throws SQLException {
    return db.first(FIND, row -> of(row, partition.size() == 0, now), partition.array(), name);
  }

  private static Place of(ResultSet row, boolean main, long now) throws SQLException {
    long object = row.getLong(1);
    int capacity = row.getInt(2);
    long expires = row.getLong(7);
    boolean over = !row.wasNull() && expires <= now;
    return over
        ? new Place(object, capacity, 0, 0, 0, 0, main)
        : new Place(
            object, capacity, row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6), main);
  }

  /** As it is when so many leases have ended. */
  Place restored(int leases) {
    return new Place(object, capacity, space, live + leases, leased - leases, tail, main);
  }

  /** Books that items went; a partition goes with its last, and of the main one its expiry. */
  void left(Db db, long ofLive, long ofLeased) throws SQLException {
    boolean last = live == ofLive && leased == ofLeased;
    if (last && !main) {
      db.update("DELETE FROM space WHERE id=?", space);
      db.update("UPDATE object SET parts=parts-1 WHERE id=?", object);
    } else if (last) {
      db.update("UPDATE space SET live=0, leased=0, expires=NULL WHERE id=?", space);
    } else {
      db.update(
          "UPDATE space SET live=live-?, leased=leased-? WHERE id=?", ofLive, ofLeased, space);
    }
  }
}
