package dev.cove.state.redis;

import dev.cove.state.Bytes;
import dev.cove.state.IfMissing;
import dev.cove.state.ObjectKind;
import dev.cove.state.StateException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** One dict or queue on the server: its keys, its steps, and its creation where it is missing and may be created. */
final class RedisObject {
  static final byte[] NOT_NULL = {'0'};
  static final byte[] IS_NULL = {'1'};
  private static final byte[] NOTHING = new byte[0];

  private final Server server;
  private final ObjectKind kind;
  private final String name;
  private final byte[] meta;
  private final IfMissing ifMissing;
  private final int capacity;

  RedisObject(Server server, ObjectKind kind, String name, IfMissing ifMissing, int capacity) {
    this.server = server;
    this.kind = kind;
    this.name = name;
    this.meta = meta(kind, name);
    this.ifMissing = ifMissing;
    this.capacity = capacity;
  }

  /** The braces make a cluster keep all keys of an object in one place. */
  static byte[] meta(ObjectKind kind, String name) {
    return Server.ascii(
        switch (kind) {
          case DICT -> "cove:{d:" + name + "}";
          case QUEUE -> "cove:{q:" + name + "}";
        });
  }

  /** The set of all names. */
  static byte[] index(ObjectKind kind) {
    return switch (kind) {
      case DICT -> Server.ascii("cove:dicts");
      case QUEUE -> Server.ascii("cove:queues");
    };
  }

  String name() {
    return name;
  }

  String channel() {
    return new String(meta, StandardCharsets.US_ASCII) + ":bell";
  }

  @Nullable
  Object read(Script script, byte[]... arguments) {
    return supplied(() -> server.read(script, meta, arguments));
  }

  @Nullable
  Object change(Script script, byte[]... arguments) {
    return supplied(() -> server.change(script, meta, arguments));
  }

  /** As {@link #change} of something whose reply is 1 or 0. */
  boolean did(Script script, byte[]... arguments) {
    return Long.valueOf(1).equals(change(script, arguments));
  }

  private @Nullable Object supplied(Supplier<@Nullable Object> step) {
    while (true) {
      try {
        return step.get();
      } catch (StateException e) {
        if (!isAnswer(e, "COVEUNKNOWN")) {
          throw e;
        }
        switch (ifMissing) {
          case CREATE_IF_MISSING ->
            create(server, kind, name, capacity, Clock.systemUTC().millis());
          case FAIL ->
            throw StateException.unknownName(kind, name, exists(server, kind.other(), name));
        }
      }
    }
  }

  /** Whether a script answered with that word. */
  static boolean isAnswer(StateException e, String word) {
    return e.getMessage() != null && e.getMessage().contains(word);
  }

  static boolean exists(Server server, ObjectKind kind, String name) {
    return !Long.valueOf(0).equals(server.command(Command.EXISTS, meta(kind, name)));
  }

  static boolean create(Server server, ObjectKind kind, String name, int capacity, long created) {
    Object made =
        server.read(Script.CREATE, meta(kind, name), Server.ascii(created), Server.ascii(capacity));
    // Again if it was there: who made it may have died before this.
    server.command(Command.SADD, index(kind), Server.ascii(name));
    return Long.valueOf(1).equals(made);
  }

  boolean delete() {
    Script clear = switch (kind) {
      case DICT -> Script.DICT_CLEAR;
      case QUEUE -> Script.QUEUE_CLEAR;
    };
    try {
      server.change(clear, meta, Server.ascii("DELETE"), NOTHING);
    } catch (StateException e) {
      if (isAnswer(e, "COVEUNKNOWN")) {
        return false;
      }
      throw e;
    }
    server.command(Command.SREM, index(kind), Server.ascii(name));
    if (exists(server, kind, name)) {
      // Somebody has created it anew meanwhile, and may have entered the name before it was struck
      // out.
      server.command(Command.SADD, index(kind), Server.ascii(name));
    }
    return true;
  }

  static byte[] flag(Bytes value) {
    return value.isNull() ? IS_NULL : NOT_NULL;
  }

  static byte[] bytes(Bytes value) {
    return value.isNull() ? NOTHING : value.array();
  }

  /** A list in a reply. */
  @SuppressWarnings("unchecked")
  static List<Object> list(@Nullable Object reply) {
    return (List<Object>) java.util.Objects.requireNonNull(reply);
  }
}
