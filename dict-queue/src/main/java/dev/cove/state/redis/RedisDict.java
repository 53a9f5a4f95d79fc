package dev.cove.state.redis;

import static dev.cove.state.redis.RedisObject.bytes;
import static dev.cove.state.redis.RedisObject.flag;
import static dev.cove.state.redis.Server.ascii;

import dev.cove.state.Bytes;
import dev.cove.state.Dict;
import dev.cove.state.DictBackend;
import dev.cove.state.StateException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A dict as a hash on the server; see {@code dict.lua} for its keys. */
final class RedisDict implements DictBackend {
  // The server reads so many values at once for a page, large ones too: it begins small and grows
  // with what it finds.
  private static final int FIRST_PAGE = 16;
  private static final int LARGEST_PAGE = 1000;
  private static final long PAGE_BYTES = 256 << 10;

  private final RedisObject object;

  RedisDict(RedisObject object) {
    this.object = object;
  }

  @Override
  public Optional<Bytes> get(Bytes key) {
    return value(object.read(Script.DICT_GET, key.array()));
  }

  /** A number stands for null. */
  private static Optional<Bytes> value(@Nullable Object reply) {
    if (reply == null) {
      return Optional.empty();
    }
    return Optional.of(reply instanceof byte[] array ? Bytes.wrap(array) : Bytes.NULL);
  }

  @Override
  public boolean contains(Bytes key) {
    return Long.valueOf(1).equals(object.read(Script.DICT_CONTAINS, key.array()));
  }

  @Override
  public boolean put(Bytes key, Bytes value, PutIf condition, long ttlMillis) {
    if (condition == PutIf.ALWAYS && ttlMillis == FOREVER && !value.isNull()) {
      return object.did(Script.DICT_PUT, key.array(), value.array());
    }
    return object.did(
        Script.DICT_PUT_ANY,
        ascii(condition.name()),
        ascii(ttlMillis),
        key.array(),
        flag(value),
        bytes(value));
  }

  @Override
  public boolean compareAndSet(Bytes key, Bytes expected, Bytes value, long ttlMillis) {
    return object.did(
        Script.DICT_COMPARE,
        ascii(ttlMillis),
        key.array(),
        flag(expected),
        bytes(expected),
        flag(value),
        bytes(value));
  }

  @Override
  public long increment(Bytes key, long delta, long ttlMillis) {
    try {
      Object sum =
          object.change(Script.DICT_INCREMENT, ascii(ttlMillis), key.array(), ascii(delta));
      if (sum instanceof byte[] digits) {
        return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
      }
      throw new IllegalStateException("a sum is text, not " + sum);
    } catch (StateException e) {
      if (RedisObject.isAnswer(e, "overflow")) {
        throw StateException.overflow(object.name());
      }
      if (RedisObject.isAnswer(e, "COVENUMBER") || RedisObject.isAnswer(e, "not an integer")) {
        throw StateException.notANumber(object.name());
      }
      throw e;
    }
  }

  @Override
  public boolean remove(Bytes key) {
    return object.did(Script.DICT_TAKE, key.array(), ascii("FLAG"));
  }

  @Override
  public Optional<Bytes> pop(Bytes key) {
    return value(falseIsNone(object.change(Script.DICT_TAKE, key.array(), ascii("VALUE"))));
  }

  private static @Nullable Object falseIsNone(@Nullable Object reply) {
    return Boolean.FALSE.equals(reply) ? null : reply;
  }

  @Override
  public void putAll(Map<Bytes, Bytes> entries, long ttlMillis) {
    List<byte[]> arguments = new ArrayList<>(1 + 3 * entries.size());
    arguments.add(ascii(ttlMillis));
    entries.forEach((key, value) -> {
      arguments.add(key.array());
      arguments.add(flag(value));
      arguments.add(bytes(value));
    });
    object.change(Script.DICT_PUT_ALL, arguments.toArray(byte[][]::new));
  }

  @Override
  public Page page(@Nullable Bytes cursor, Want want) {
    String[] at = cursor == null
        ? new String[] {"0", Integer.toString(FIRST_PAGE)}
        : cursor.utf8().split(":");
    int count = Integer.parseInt(at[1]);
    List<Object> reply = RedisObject.list(
        object.read(Script.DICT_PAGE, ascii(at[0]), ascii(count), ascii(want.name())));
    String next = new String((byte[]) reply.get(0), StandardCharsets.US_ASCII);
    int step = want == Want.KEYS ? 1 : 2;
    List<Dict.Entry> entries = new ArrayList<>((reply.size() - 1) / step);
    long bytes = 0;
    for (int i = 1; i < reply.size(); i += step) {
      Bytes key = Bytes.wrap((byte[]) reply.get(i));
      Bytes value = step == 1 ? Bytes.NULL : value(reply.get(i + 1)).orElseThrow();
      entries.add(new Dict.Entry(key, value));
      bytes += key.size() + (long) value.size();
    }
    int nextCount = bytes < PAGE_BYTES ? Math.min(2 * count, LARGEST_PAGE) : Math.max(1, count / 2);
    return new Page(entries, next.equals("0") ? null : Bytes.utf8(next + ":" + nextCount));
  }

  @Override
  public long size() {
    return ((Number) java.util.Objects.requireNonNull(object.read(Script.DICT_SIZE))).longValue();
  }

  @Override
  public void clear() {
    object.change(Script.DICT_CLEAR, ascii("KEEP"));
  }
}
