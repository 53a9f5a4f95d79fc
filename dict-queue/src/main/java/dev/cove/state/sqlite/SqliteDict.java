package dev.cove.state.sqlite;

import dev.cove.state.Bytes;
import dev.cove.state.Dict;
import dev.cove.state.DictBackend;
import dev.cove.state.IfMissing;
import dev.cove.state.ObjectKind;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dict in the tables of {@link Schema}. */
final class SqliteDict implements DictBackend {
  private static final int PAGE_ROWS = 1000;
  private static final long PAGE_BYTES = 1 << 20;

  private final String name;
  private final Steps steps;

  SqliteDict(Session session, String name, IfMissing ifMissing) {
    this.name = name;
    this.steps = new Steps(session, ObjectKind.DICT, name, ifMissing, 0);
  }

  /** What a look-up found; id 0 for no entry. */
  private record Found(long space, long id, @Nullable Long expires, byte @Nullable [] value) {
    boolean live(long now) {
      return id != 0 && (expires == null || expires > now);
    }
  }

  private static final String FIND = """
            SELECT o.main, e.id, e.expires, e.value FROM object o LEFT JOIN entry e ON e.space=o.main AND e.key=?
            WHERE o.kind=0 AND o.name=?""";
  // A large value is not read where nobody asks for it.
  private static final String FIND_NO_VALUE = """
            SELECT o.main, e.id, e.expires, NULL FROM object o LEFT JOIN entry e ON e.space=o.main AND e.key=?
            WHERE o.kind=0 AND o.name=?""";

  private @Nullable Found find(Db db, String sql, Bytes key) throws SQLException {
    return db.first(sql, SqliteDict::found, key.array(), name);
  }

  private static Found found(ResultSet row) throws SQLException {
    long expires = row.getLong(3);
    Long orNever = row.wasNull() ? null : expires;
    return new Found(row.getLong(1), row.getLong(2), orNever, row.getBytes(4));
  }

  @Override
  public Optional<Bytes> get(Bytes key) {
    return steps.read(db -> {
      Found found = find(db, FIND, key);
      return found == null
          ? null
          : found.live(steps.now()) ? Optional.of(Bytes.ofNullable(found.value)) : Optional.empty();
    });
  }

  @Override
  public boolean contains(Bytes key) {
    return steps.read(db -> {
      Found found = find(db, FIND_NO_VALUE, key);
      return found == null ? null : found.live(steps.now());
    });
  }

  @Override
  public boolean put(Bytes key, Bytes value, PutIf condition, long ttlMillis) {
    return steps.write(db -> {
      Found found = find(db, FIND_NO_VALUE, key);
      if (found == null) {
        return null;
      }
      long now = steps.now();
      boolean allowed = switch (condition) {
        case ALWAYS -> true;
        case ABSENT -> !found.live(now);
        case PRESENT -> found.live(now);
      };
      if (allowed) {
        store(db, found, key, value, expiry(now, ttlMillis));
      }
      return allowed;
    });
  }

  private static @Nullable Long expiry(long now, long ttlMillis) {
    return ttlMillis == FOREVER ? null : Long.valueOf(now + ttlMillis);
  }

  private static void store(Db db, Found found, Bytes key, Bytes value, @Nullable Long expires)
      throws SQLException {
    if (found.id != 0) {
      db.update(
          "UPDATE entry SET value=?, expires=? WHERE id=?", value.arrayOrNull(), expires, found.id);
    } else {
      db.update(
          "INSERT INTO entry(space, key, expires, value) VALUES(?, ?, ?, ?)",
          found.space,
          key.array(),
          expires,
          value.arrayOrNull());
      db.update("UPDATE space SET live=live+1 WHERE id=?", found.space);
    }
  }

  private static void erase(Db db, Found found) throws SQLException {
    db.update("DELETE FROM entry WHERE id=?", found.id);
    db.update("UPDATE space SET live=live-1 WHERE id=?", found.space);
  }

  @Override
  public boolean compareAndSet(Bytes key, Bytes expected, Bytes value, long ttlMillis) {
    return steps.write(db -> {
      Found found = find(db, FIND, key);
      if (found == null) {
        return null;
      }
      long now = steps.now();
      boolean same = found.live(now) && Bytes.ofNullable(found.value).equals(expected);
      if (same) {
        store(db, found, key, value, expiry(now, ttlMillis));
      }
      return same;
    });
  }

  @Override
  public long increment(Bytes key, long delta, long ttlMillis) {
    return steps.write(db -> {
      Found found = find(db, FIND, key);
      if (found == null) {
        return null;
      }
      long now = steps.now();
      boolean live = found.live(now);
      long sum = Decimal.add(name, live ? Bytes.ofNullable(found.value) : Decimal.ZERO, delta);
      Bytes text = Bytes.wrap(Long.toString(sum).getBytes(StandardCharsets.US_ASCII));
      store(db, found, key, text, live ? found.expires : expiry(now, ttlMillis));
      return sum;
    });
  }

  @Override
  public boolean remove(Bytes key) {
    return steps.write(db -> {
      Found found = find(db, FIND_NO_VALUE, key);
      if (found == null) {
        return null;
      }
      if (found.id != 0) {
        erase(db, found);
      }
      return found.live(steps.now());
    });
  }

  @Override
  public Optional<Bytes> pop(Bytes key) {
    return steps.write(db -> {
      Found found = find(db, FIND, key);
      if (found == null) {
        return null;
      }
      if (found.id != 0) {
        erase(db, found);
      }
      return found.live(steps.now())
          ? Optional.of(Bytes.ofNullable(found.value))
          : Optional.empty();
    });
  }

  @Override
  public void putAll(Map<Bytes, Bytes> entries, long ttlMillis) {
    steps.write(db -> {
      long now = steps.now();
      for (Map.Entry<Bytes, Bytes> entry : entries.entrySet()) {
        Found found = find(db, FIND_NO_VALUE, entry.getKey());
        if (found == null) {
          return null;
        }
        store(db, found, entry.getKey(), entry.getValue(), expiry(now, ttlMillis));
      }
      return true;
    });
  }

  @Override
  public Page page(@Nullable Bytes cursor, Want want) {
    return steps.read(db -> {
      Long space =
          db.first("SELECT main FROM object WHERE kind=0 AND name=?", row -> row.getLong(1), name);
      if (space == null) {
        return null;
      }
      String column = want == Want.KEYS ? "NULL" : "value";
      String from = cursor == null ? "key>=?" : "key>?";
      List<Dict.Entry> entries = new ArrayList<>();
      long[] bytes = {0};
      db.each(
          "SELECT key, " + column + " FROM entry WHERE space=? AND " + from
              + " AND (expires IS NULL OR expires>?) ORDER BY key LIMIT " + PAGE_ROWS,
          row -> {
            Bytes key = Bytes.wrap(row.getBytes(1));
            Bytes value = Bytes.ofNullable(row.getBytes(2));
            entries.add(new Dict.Entry(key, value));
            bytes[0] += key.size() + (long) value.size();
            return bytes[0] < PAGE_BYTES;
          },
          space,
          cursor == null ? Spaces.MAIN : cursor.array(),
          steps.now());
      boolean more = entries.size() == PAGE_ROWS || bytes[0] >= PAGE_BYTES;
      return new Page(entries, more ? entries.get(entries.size() - 1).key() : null);
    });
  }

  @Override
  public long size() {
    return steps.read(db -> db.first("""
                SELECT s.live - (SELECT count(*) FROM entry e INDEXED BY entry_expires
              WHERE e.expires<=? AND e.space=s.id)
                FROM object o JOIN space s ON s.id=o.main WHERE o.kind=0 AND o.name=?""", row -> row.getLong(1), steps.now(), name));
  }

  @Override
  public void clear() {
    steps.write(db -> {
      Long id =
          db.first("SELECT id FROM object WHERE kind=0 AND name=?", row -> row.getLong(1), name);
      if (id == null) {
        return null;
      }
      Spaces.replaceMain(db, id);
      return true;
    });
  }
}
