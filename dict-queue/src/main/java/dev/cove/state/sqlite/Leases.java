package dev.cove.state.sqlite;

import dev.cove.state.Bytes;
import dev.cove.state.QueueBackend.Ticket;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The items of a partition that are on lease: they leave its items for a table of their own, and come back from there. */
final class Leases {
  // Those that ended are put back this many at a time.
  private static final int RESTORED_AT_ONCE = 1000;

  private Leases() {}

  /** Leases the oldest item, of which there is one. */
  static Ticket first(Db db, Place place, long token, long until) throws SQLException {
    db.update("""
                INSERT INTO lease(space, seq, delivery, token, until, value)
                SELECT space, seq, delivery+1, ?, ?, value FROM item WHERE space=? ORDER BY seq LIMIT 1""", token, until, place.space());
    long id = db.number("SELECT last_insert_rowid()");
    Ticket ticket = db.first(
        "SELECT seq, delivery, value FROM lease WHERE id=?",
        row -> new Ticket(
            Bytes.ofNullable(row.getBytes(3)), row.getInt(2), Tickets.write(row.getLong(1), token)),
        id);
    db.update(
        "DELETE FROM item WHERE space=? AND seq=(SELECT seq FROM lease WHERE id=?)",
        place.space(),
        id);
    db.update("UPDATE space SET live=live-1, leased=leased+1 WHERE id=?", place.space());
    return Objects.requireNonNull(ticket);
  }

  /** The lease of that ticket; null if it has ended. */
  static @Nullable Long of(Db db, Place place, Bytes ticket, long now) throws SQLException {
    return db.first(
        "SELECT id FROM lease WHERE space=? AND seq=? AND token=? AND until>?",
        row -> row.getLong(1),
        place.space(),
        Tickets.seq(ticket),
        Tickets.token(ticket),
        now);
  }

  /** When the first of them ends; null if there is none. */
  static @Nullable Long firstEnd(Db db, Place place) throws SQLException {
    return place.leased() == 0
        ? null
        : db.first(
            "SELECT until FROM lease WHERE space=? ORDER BY until LIMIT 1",
            row -> row.getLong(1),
            place.space());
  }

  static boolean haveEnded(Db db, Place place, long now) throws SQLException {
    Long end = firstEnd(db, place);
    return end != null && end <= now;
  }

  /** Puts items back whose lease has ended; returns the place as it is then. */
  static Place restoreEnded(Db db, Place place, long now) throws SQLException {
    if (place.leased() == 0) {
      return place;
    }
    List<Long> ended = new ArrayList<>();
    db.each(
        "SELECT id FROM lease WHERE space=? AND until<=? ORDER BY until LIMIT " + RESTORED_AT_ONCE,
        row -> ended.add(row.getLong(1)),
        place.space(),
        now);
    for (long lease : ended) {
      restore(db, lease, place.space());
    }
    return place.restored(ended.size());
  }

  /** Puts the item back at its old place. */
  static void restore(Db db, long lease, long space) throws SQLException {
    db.update(
        "INSERT INTO item(space, seq, delivery, value) SELECT space, seq, delivery, value FROM lease WHERE id=?",
        lease);
    db.update("DELETE FROM lease WHERE id=?", lease);
    db.update("UPDATE space SET live=live+1, leased=leased-1 WHERE id=?", space);
  }
}
