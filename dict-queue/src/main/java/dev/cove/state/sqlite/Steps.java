package dev.cove.state.sqlite;

import dev.cove.state.IfMissing;
import dev.cove.state.ObjectKind;
import dev.cove.state.StateException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes steps on one dict or queue, and supplies it where it is missing and may be created. */
final class Steps {
  /** Gives null if it has found the object missing; else it must have done all it does. */
  interface Step<T> {
    @Nullable
    T run(Db db) throws SQLException;
  }

  private final Session session;
  private final SqliteObjects objects;
  private final ObjectKind kind;
  private final String name;
  private final IfMissing ifMissing;
  private final int capacity;

  Steps(Session session, ObjectKind kind, String name, IfMissing ifMissing, int capacity) {
    this.session = session;
    this.objects = new SqliteObjects(session);
    this.kind = kind;
    this.name = name;
    this.ifMissing = ifMissing;
    this.capacity = capacity;
  }

  long now() {
    return session.now();
  }

  <T> T read(Step<T> step) {
    while (true) {
      Optional<T> result = session.read(db -> Optional.ofNullable(step.run(db)));
      if (result.isPresent()) {
        return result.get();
      }
      supply();
    }
  }

  <T> T write(Step<T> step) {
    while (true) {
      Optional<T> result = session.write(db -> Optional.ofNullable(step.run(db)));
      if (result.isPresent()) {
        return result.get();
      }
      supply();
    }
  }

  private void supply() {
    switch (ifMissing) {
      case CREATE_IF_MISSING -> objects.create(kind, name, capacity);
      case FAIL -> throw StateException.unknownName(kind, name, objects.exists(kind.other(), name));
    }
  }
}
