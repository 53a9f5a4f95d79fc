package dev.cove.state.sqlite;

import dev.cove.state.Bytes;
import dev.cove.state.IfMissing;
import dev.cove.state.ObjectKind;
import dev.cove.state.QueueBackend;
import dev.cove.state.StateException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A queue in the tables of {@link Schema}. */
final class SqliteQueue implements QueueBackend {
  private final Session session;
  private final String name;
  private final int wantedCapacity;
  private final int maxPartitions;
  private final RandomGenerator tokens;
  private final Steps steps;

  /** Whether the queue had a capacity when it was last looked at: only then does somebody wait for room. */
  private volatile boolean bounded;

  /** @param wantedCapacity -1 to take any */
  SqliteQueue(
      Session session,
      String name,
      IfMissing ifMissing,
      int wantedCapacity,
      int maxPartitions,
      RandomGenerator tokens) {
    this.session = session;
    this.name = name;
    this.wantedCapacity = wantedCapacity;
    this.maxPartitions = maxPartitions;
    this.tokens = tokens;
    this.steps = new Steps(session, ObjectKind.QUEUE, name, ifMissing, Math.max(wantedCapacity, 0));
  }

  /** Null if the queue is missing. A partition whose time is over is found missing too. */
  private @Nullable Place find(Db db, Bytes partition) throws SQLException {
    Place place = Place.find(db, name, partition, steps.now());
    if (place != null) {
      bounded = place.capacity() > 0;
    }
    return place;
  }

  @Override
  public boolean offer(Bytes partition, List<Bytes> items, long ttlMillis) {
    boolean added = steps.write(db -> {
      Place place = find(db, partition);
      if (place == null) {
        return null;
      }
      if (wantedCapacity >= 0 && place.capacity() != wantedCapacity) {
        throw StateException.otherCapacity(name, place.capacity(), wantedCapacity);
      }
      if (place.capacity() > 0 && place.live() + place.leased() + items.size() > place.capacity()) {
        return false;
      }
      long space = place.space() != 0 ? place.space() : makeSpace(db, place, partition);
      long seq = place.tail();
      for (Bytes item : items) {
        db.update(
            "INSERT INTO item(space, seq, delivery, value) VALUES(?, ?, 0, ?)",
            space,
            ++seq,
            item.arrayOrNull());
      }
      db.update("UPDATE space SET live=live+?, tail=? WHERE id=?", items.size(), seq, space);
      if (ttlMillis != KEEP) {
        db.update("UPDATE space SET expires=? WHERE id=?", steps.now() + ttlMillis, space);
      }
      return true;
    });
    if (added) {
      ring(partition);
    }
    return added;
  }

  /** Makes room for the partition's first item; one of the same key whose time is over is cut off first. */
  private long makeSpace(Db db, Place place, Bytes partition) throws SQLException {
    Sweeper.cutExpiredPartition(db, place.object(), partition.array(), steps.now());
    if (place.main()) {
      return db.number("SELECT main FROM object WHERE id=?", place.object());
    }
    long parts = db.number("SELECT parts FROM object WHERE id=?", place.object());
    if (parts >= maxPartitions) {
      Sweeper.cutExpiredPartitions(db, steps.now(), Integer.MAX_VALUE);
      parts = db.number("SELECT parts FROM object WHERE id=?", place.object());
    }
    if (parts >= maxPartitions) {
      throw StateException.tooManyPartitions(name, maxPartitions);
    }
    db.update("UPDATE object SET parts=parts+1 WHERE id=?", place.object());
    return Spaces.create(db, place.object(), partition.array());
  }

  @Override
  public Taken take(Bytes partition, int max, long maxBytes) {
    long wait = emptyFor(partition);
    if (wait != 0) {
      return new Taken(List.of(), wait);
    }
    List<Bytes> taken = steps.write(db -> {
      Place place = find(db, partition);
      if (place == null) {
        return null;
      }
      place = Leases.restoreEnded(db, place, steps.now());
      List<Bytes> items = new ArrayList<>();
      long[] last = {0};
      if (place.live() > 0) {
        readItems(db, place, max, maxBytes, items, last);
        db.update("DELETE FROM item WHERE space=? AND seq<=?", place.space(), last[0]);
        place.left(db, items.size(), 0);
      }
      return items;
    });
    if (!taken.isEmpty()) {
      ringForRoom(partition);
    }
    return new Taken(taken, NOTHING_TO_WAIT_FOR);
  }

  private static void readItems(
      Db db, Place place, int max, long maxBytes, List<Bytes> items, long[] last)
      throws SQLException {
    long[] bytes = {0};
    db.each(
        "SELECT seq, value FROM item WHERE space=? ORDER BY seq LIMIT ?",
        row -> {
          last[0] = row.getLong(1);
          Bytes item = Bytes.ofNullable(row.getBytes(2));
          items.add(item);
          bytes[0] += item.size();
          return bytes[0] < maxBytes;
        },
        place.space(),
        max);
  }

  /** 0 if the partition has an item; else how long until a lease ends. Looks without keeping writers waiting. */
  private long emptyFor(Bytes partition) {
    return steps.read(db -> {
      Place place = find(db, partition);
      if (place == null) {
        return null;
      }
      if (place.live() > 0) {
        return 0L;
      }
      Long until = Leases.firstEnd(db, place);
      return until == null ? NOTHING_TO_WAIT_FOR : Math.max(0, until - steps.now());
    });
  }

  @Override
  public Leased lease(Bytes partition, long leaseMillis) {
    long wait = emptyFor(partition);
    if (wait != 0) {
      return new Leased(Optional.empty(), wait);
    }
    Optional<Ticket> ticket = steps.write(db -> {
      Place found = find(db, partition);
      if (found == null) {
        return null;
      }
      Place place = Leases.restoreEnded(db, found, steps.now());
      return Optional.ofNullable(
          place.live() == 0
              ? null
              : Leases.first(db, place, tokens.nextLong(), steps.now() + leaseMillis));
    });
    return new Leased(ticket, NOTHING_TO_WAIT_FOR);
  }

  private interface OnLease {
    void run(Db db, Place place, long lease) throws SQLException;
  }

  /** Does it to the lease of that ticket; false if that lease has ended. */
  private boolean onLease(Bytes partition, Bytes ticket, OnLease action) {
    return steps.write(db -> {
      Place place = find(db, partition);
      if (place == null) {
        return null;
      }
      Long lease = Leases.of(db, place, ticket, steps.now());
      if (lease == null) {
        return false;
      }
      action.run(db, place, lease);
      return true;
    });
  }

  @Override
  public boolean acknowledge(Bytes partition, Bytes ticket) {
    boolean done = onLease(partition, ticket, (db, place, lease) -> {
      db.update("DELETE FROM lease WHERE id=?", lease);
      place.left(db, 0, 1);
    });
    if (done) {
      ringForRoom(partition);
    }
    return done;
  }

  @Override
  public boolean extend(Bytes partition, Bytes ticket, long leaseMillis) {
    return onLease(
        partition,
        ticket,
        (db, place, lease) ->
            db.update("UPDATE lease SET until=? WHERE id=?", steps.now() + leaseMillis, lease));
  }

  @Override
  public boolean giveBack(Bytes partition, Bytes ticket) {
    boolean done =
        onLease(partition, ticket, (db, place, lease) -> Leases.restore(db, lease, place.space()));
    if (done) {
      ring(partition);
    }
    return done;
  }

  @Override
  public List<Bytes> peek(Bytes partition, int max, long maxBytes) {
    // Ended leases are put back first, so that what is shown is what a get would take.
    boolean ended = steps.read(db -> {
      Place place = find(db, partition);
      return place == null ? null : Leases.haveEnded(db, place, steps.now());
    });
    if (ended) {
      steps.write(db -> {
        Place place = find(db, partition);
        return place == null ? null : Leases.restoreEnded(db, place, steps.now());
      });
    }
    return steps.read(db -> {
      Place place = find(db, partition);
      if (place == null) {
        return null;
      }
      List<Bytes> items = new ArrayList<>();
      readItems(db, place, max, maxBytes, items, new long[1]);
      return items;
    });
  }

  private static final String WAITING = """
            SELECT sum(s.live + CASE WHEN s.leased=0 THEN 0
              ELSE (SELECT count(*) FROM lease l WHERE l.space=s.id AND l.until<=?1) END)
            FROM object o""";
  // Grouped, so that a missing queue gives no row and an empty one a row.
  private static final String OF_NAME = " WHERE o.kind=1 AND o.name=?2 GROUP BY o.id";

  @Override
  public long size(Bytes partition) {
    return steps.read(db -> db.first(
        WAITING
            + " LEFT JOIN space s ON s.object=o.id AND (s.expires IS NULL OR s.expires>?1) AND s.part=?3"
            + OF_NAME,
        row -> row.getLong(1),
        steps.now(),
        name,
        partition.array()));
  }

  @Override
  public long totalSize() {
    return steps.read(db -> db.first(
        WAITING + " LEFT JOIN space s ON s.object=o.id AND (s.expires IS NULL OR s.expires>?1)"
            + OF_NAME,
        row -> row.getLong(1),
        steps.now(),
        name));
  }

  @Override
  public List<Bytes> partitions() {
    return steps.read(db -> {
      if (find(db, Bytes.EMPTY) == null) {
        return null;
      }
      List<Bytes> keys = new ArrayList<>();
      db.each("""
                    SELECT s.part FROM object o JOIN space s ON s.object=o.id
                    WHERE o.kind=1 AND o.name=? AND s.part>x'' AND (s.expires IS NULL OR s.expires>?) ORDER BY s.part""", row -> keys.add(Bytes.wrap(row.getBytes(1))), name, steps.now());
      return keys;
    });
  }

  @Override
  public void clear(Bytes partition) {
    steps.write(db -> {
      Place place = find(db, partition);
      if (place == null) {
        return null;
      }
      if (place.main()) {
        Spaces.replaceMain(db, place.object());
      } else if (place.space() != 0) {
        Spaces.cutPartition(db, place.object(), place.space());
      }
      return true;
    });
    ringForRoom(partition);
  }

  @Override
  public void clearAll() {
    List<Bytes> cleared = steps.write(db -> {
      Place place = find(db, Bytes.EMPTY);
      if (place == null) {
        return null;
      }
      List<Bytes> keys = new ArrayList<>();
      if (place.capacity() > 0) {
        db.each(
            "SELECT part FROM space WHERE object=?",
            row -> keys.add(Bytes.wrap(row.getBytes(1))),
            place.object());
      }
      Spaces.cutAll(db, place.object());
      Spaces.createMain(db, place.object());
      return keys;
    });
    cleared.forEach(this::ring);
  }

  @Override
  public int capacity() {
    return steps.read(db -> {
      Place place = find(db, Bytes.EMPTY);
      return place == null ? null : Integer.valueOf(place.capacity());
    });
  }

  private void ring(Bytes partition) {
    session.ring(Bells.of(name, partition.array()));
  }

  private void ringForRoom(Bytes partition) {
    if (bounded) {
      ring(partition);
    }
  }

  @Override
  public Bell listen(Bytes partition) {
    return session.listen(Bells.of(name, partition.array()));
  }
}
