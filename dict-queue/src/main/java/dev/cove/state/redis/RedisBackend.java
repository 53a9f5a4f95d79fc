package dev.cove.state.redis;

import dev.cove.state.DictBackend;
import dev.cove.state.IfMissing;
import dev.cove.state.ObjectInfo;
import dev.cove.state.ObjectKind;
import dev.cove.state.QueueBackend;
import dev.cove.state.StateBackend;
import dev.cove.state.StoreOptions;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The distributed store: processes of many machines share one Redis server. */
final class RedisBackend implements StateBackend {
  private final Server server;
  private final int maxPartitions;

  RedisBackend(StoreOptions options, LongSupplier shiftMillis) {
    this.server = new Server(uri(options), options, shiftMillis);
    this.maxPartitions = options.limits().maxPartitions();
  }

  /** The parts of a URL that a message may show are what is left when its password is out. */
  private static RedisURI uri(StoreOptions options) {
    RedisURI uri;
    try {
      uri = RedisURI.create(String.valueOf(options.url()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the store's URL is malformed: use redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]");
    }
    if (uri.getHost() == null || uri.getHost().isEmpty()) {
      throw new IllegalArgumentException(
          "the store's URL names no host: use redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]");
    }
    StoreOptions.Login login = options.login();
    if (login != null) {
      uri.setCredentialsProvider(io.lettuce.core.RedisCredentialsProvider.from(
          () -> RedisCredentials.just(login.user(), login.password())));
    }
    uri.setTimeout(options.timeout());
    return uri;
  }

  @Override
  public List<ObjectInfo> list(ObjectKind kind) {
    Set<byte[]> names = server.command(redis -> redis.smembers(RedisObject.index(kind)));
    List<ObjectInfo> all = new ArrayList<>();
    for (byte[] name : names) {
      ObjectInfo info = info(kind, new String(name, StandardCharsets.US_ASCII));
      if (info != null) {
        all.add(info);
      }
    }
    all.sort(Comparator.comparing(ObjectInfo::name));
    return all;
  }

  private @Nullable ObjectInfo info(ObjectKind kind, String name) {
    long created = 0;
    int capacity = 0;
    Map<byte[], byte[]> fields = RedisObject.describe(server, kind, name);
    if (fields == null) {
      return null;
    }
    for (Map.Entry<byte[], byte[]> field : fields.entrySet()) {
      String value = new String(field.getValue(), StandardCharsets.US_ASCII);
      switch (new String(field.getKey(), StandardCharsets.US_ASCII)) {
        case "created" -> created = Long.parseLong(value);
        case "capacity" -> capacity = Integer.parseInt(value);
        default -> {
          // a newer Cove may say more
        }
      }
    }
    return new ObjectInfo(name, Instant.ofEpochMilli(created), capacity);
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
