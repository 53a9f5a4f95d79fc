package dev.cove.state.sqlite;

import dev.cove.state.DictBackend;
import dev.cove.state.IfMissing;
import dev.cove.state.ObjectInfo;
import dev.cove.state.ObjectKind;
import dev.cove.state.QueueBackend;
import dev.cove.state.StateBackend;
import dev.cove.state.StoreOptions;
import dev.cove.state.sqlite.OpenStores.Shared;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.random.RandomGenerator;

/** The embedded store: many processes of one machine share the files of one folder. */
final class SqliteBackend implements StateBackend {
  private final Session session;
  private final SqliteObjects objects;
  private final int maxPartitions;
  private final RandomGenerator tokens = new SecureRandom();

  private SqliteBackend(Shared shared, int maxPartitions) {
    this.session = new Session(shared);
    this.objects = new SqliteObjects(session);
    this.maxPartitions = maxPartitions;
  }

  static SqliteBackend open(StoreOptions options, Clock clock) {
    try {
      return new SqliteBackend(OpenStores.join(options, clock), options.limits().maxPartitions());
    } catch (IOException e) {
      throw Failures.of(e, options.folder());
    }
  }

  @Override
  public List<ObjectInfo> list(ObjectKind kind) {
    return objects.list(kind);
  }

  @Override
  public boolean create(ObjectKind kind, String name, int capacity) {
    return objects.create(kind, name, capacity);
  }

  @Override
  public boolean delete(ObjectKind kind, String name) {
    return objects.delete(kind, name);
  }

  @Override
  public DictBackend dict(String name, IfMissing ifMissing) {
    return new SqliteDict(session, name, ifMissing);
  }

  @Override
  public QueueBackend queue(String name, IfMissing ifMissing, int capacity) {
    return new SqliteQueue(session, name, ifMissing, capacity, maxPartitions, tokens);
  }

  @Override
  public void close() {
    session.close();
  }
}
