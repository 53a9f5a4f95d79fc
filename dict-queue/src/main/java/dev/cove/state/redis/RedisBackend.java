package dev.cove.state.redis;

import static dev.cove.state.redis.Server.ascii;

import dev.cove.state.DictBackend;
import dev.cove.state.IfMissing;
import dev.cove.state.ObjectInfo;
import dev.cove.state.ObjectKind;
import dev.cove.state.QueueBackend;
import dev.cove.state.StateBackend;
import dev.cove.state.StoreOptions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** The distributed store: processes of many machines share one Redis server. */
final class RedisBackend implements StateBackend {
  private final Server server;
  private final int maxPartitions;

  RedisBackend(StoreOptions options, LongSupplier shiftMillis) {
    Address address = Address.of(String.valueOf(options.url()));
    StoreOptions.Login login = options.login();
    this.server = new Server(login == null ? address : address.with(login), options, shiftMillis);
    this.maxPartitions = options.limits().maxPartitions();
  }

  @Override
  public List<ObjectInfo> list(ObjectKind kind) {
    List<ObjectInfo> all = new ArrayList<>();
    for (Object name :
        RedisObject.list(server.command(Command.SMEMBERS, RedisObject.index(kind)))) {
      ObjectInfo info = info(kind, new String((byte[]) name, StandardCharsets.US_ASCII));
      if (info != null) {
        all.add(info);
      }
    }
    all.sort(Comparator.comparing(ObjectInfo::name));
    return all;
  }

  /** Null if it is not there: a name may outlast what it named. */
  private @Nullable ObjectInfo info(ObjectKind kind, String name) {
    List<Object> values = RedisObject.list(server.command(
        Command.HMGET, RedisObject.meta(kind, name), ascii("created"), ascii("capacity")));
    if (values.get(0) instanceof byte[] created && values.get(1) instanceof byte[] capacity) {
      return new ObjectInfo(name, Instant.ofEpochMilli(number(created)), (int) number(capacity));
    }
    return null;
  }

  private static long number(byte[] digits) {
    return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
  }

  @Override
  public boolean create(ObjectKind kind, String name, int capacity) {
    return RedisObject.create(server, kind, name, capacity, Clock.systemUTC().millis());
  }

  @Override
  public boolean delete(ObjectKind kind, String name) {
    return new RedisObject(server, kind, name, IfMissing.FAIL, 0).delete();
  }

  @Override
  public DictBackend dict(String name, IfMissing ifMissing) {
    return new RedisDict(new RedisObject(server, ObjectKind.DICT, name, ifMissing, 0));
  }

  @Override
  public QueueBackend queue(String name, IfMissing ifMissing, int capacity) {
    RedisObject object =
        new RedisObject(server, ObjectKind.QUEUE, name, ifMissing, Math.max(capacity, 0));
    return new RedisQueue(server, object, capacity, maxPartitions);
  }

  @Override
  public void close() {
    server.close();
  }
}
