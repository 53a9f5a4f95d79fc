package dev.cove.state.redis;

import static dev.cove.state.redis.Server.ascii;

import dev.cove.state.Bytes;
import dev.cove.state.QueueBackend;
import dev.cove.state.StateException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A queue as lists on the server; see {@code queue.lua} for its keys. */
final class RedisQueue implements QueueBackend {
  private static final byte ITEM = 'v';
  private static final byte[] NULL_ITEM = {'n'};
  private static final int TOKEN_BYTES = 8;

  private final Server server;
  private final RedisObject object;
  private final int wantedCapacity;
  private final byte[] maxPartitions;
  private final SecureRandom random = new SecureRandom();

  /** @param wantedCapacity -1 to take any */
  RedisQueue(Server server, RedisObject object, int wantedCapacity, int maxPartitions) {
    this.server = server;
    this.object = object;
    this.wantedCapacity = wantedCapacity;
    this.maxPartitions = ascii(maxPartitions);
  }

  /** A list cannot hold null, so each item carries a letter. */
  private static byte[] encode(Bytes item) {
    if (item.isNull()) {
      return NULL_ITEM;
    }
    byte[] array = item.array();
    byte[] encoded = new byte[array.length + 1];
    encoded[0] = ITEM;
    System.arraycopy(array, 0, encoded, 1, array.length);
    return encoded;
  }

  private static Bytes decode(Object encoded) {
    byte[] array = (byte[]) encoded;
    return array[0] == ITEM ? Bytes.wrap(Arrays.copyOfRange(array, 1, array.length)) : Bytes.NULL;
  }

  private static List<Bytes> decodeAll(List<Object> encoded) {
    List<Bytes> items = new ArrayList<>(encoded.size());
    encoded.forEach(item -> items.add(decode(item)));
    return items;
  }

  @Override
  public boolean offer(Bytes partition, List<Bytes> items, long ttlMillis) {
    if (partition.size() == 0 && items.size() == 1 && wantedCapacity < 0 && ttlMillis == KEEP) {
      return object.did(Script.QUEUE_PUT, encode(items.get(0)));
    }
    byte[][] arguments = new byte[4 + items.size()][];
    arguments[0] = partition.array();
    arguments[1] = ascii(wantedCapacity);
    arguments[2] = maxPartitions;
    arguments[3] = ascii(ttlMillis);
    for (int i = 0; i < items.size(); i++) {
      arguments[4 + i] = encode(items.get(i));
    }
    try {
      return object.did(Script.QUEUE_PUT_ANY, arguments);
    } catch (StateException e) {
      if (RedisObject.isAnswer(e, "COVEPARTITIONS")) {
        throw StateException.tooManyPartitions(
            object.name(), Integer.parseInt(new String(maxPartitions, StandardCharsets.US_ASCII)));
      }
      if (RedisObject.isAnswer(e, "COVECAPACITY")) {
        throw StateException.otherCapacity(object.name(), capacity(), wantedCapacity);
      }
      throw e;
    }
  }

  @Override
  public Taken take(Bytes partition, int max, long maxBytes) {
    Object reply = partition.size() == 0 && max == 1
        ? object.change(Script.QUEUE_POLL)
        : object.change(Script.QUEUE_TAKE_ANY, partition.array(), ascii(max), ascii(maxBytes));
    if (reply instanceof Number wait) {
      return new Taken(List.of(), retry(wait));
    }
    List<Bytes> items =
        reply instanceof byte[] item ? List.of(decode(item)) : decodeAll(RedisObject.list(reply));
    return new Taken(items, NOTHING_TO_WAIT_FOR);
  }

  private static long retry(Number wait) {
    return wait.longValue() < 0 ? NOTHING_TO_WAIT_FOR : wait.longValue();
  }

  @Override
  public Leased lease(Bytes partition, long leaseMillis) {
    byte[] random8 = new byte[TOKEN_BYTES];
    random.nextBytes(random8);
    String token = HexFormat.of().formatHex(random8);
    Object reply =
        object.change(Script.QUEUE_LEASE, partition.array(), ascii(leaseMillis), ascii(token));
    if (reply instanceof Number wait) {
      return new Leased(Optional.empty(), retry(wait));
    }
    List<Object> lease = RedisObject.list(reply);
    String number = new String((byte[]) lease.get(2), StandardCharsets.US_ASCII);
    int delivery = ((Number) lease.get(1)).intValue();
    return new Leased(
        Optional.of(new Ticket(decode(lease.get(0)), delivery, Bytes.utf8(number + " " + token))),
        NOTHING_TO_WAIT_FOR);
  }

  private boolean onLease(Bytes partition, Bytes ticket, String action, long leaseMillis) {
    String[] parts = ticket.utf8().split(" ");
    return object.did(
        Script.QUEUE_LEASED,
        partition.array(),
        ascii(parts[0]),
        ascii(parts[1]),
        ascii(action),
        ascii(leaseMillis));
  }

  @Override
  public boolean acknowledge(Bytes partition, Bytes ticket) {
    return onLease(partition, ticket, "ACKNOWLEDGE", 0);
  }

  @Override
  public boolean extend(Bytes partition, Bytes ticket, long leaseMillis) {
    return onLease(partition, ticket, "EXTEND", leaseMillis);
  }

  @Override
  public boolean giveBack(Bytes partition, Bytes ticket) {
    return onLease(partition, ticket, "GIVE_BACK", 0);
  }

  @Override
  public List<Bytes> peek(Bytes partition, int max, long maxBytes) {
    return decodeAll(RedisObject.list(
        object.read(Script.QUEUE_PEEK, partition.array(), ascii(max), ascii(maxBytes))));
  }

  @Override
  public long size(Bytes partition) {
    return number(object.read(Script.QUEUE_SIZE, partition.array()));
  }

  @Override
  public long totalSize() {
    return number(object.read(Script.QUEUE_TOTAL));
  }

  private static long number(@Nullable Object reply) {
    return ((Number) java.util.Objects.requireNonNull(reply)).longValue();
  }

  @Override
  public List<Bytes> partitions() {
    return RedisObject.list(object.read(Script.QUEUE_PARTITIONS)).stream()
        .map(key -> Bytes.wrap((byte[]) key))
        .filter(key -> key.size() > 0)
        .sorted()
        .toList();
  }

  @Override
  public void clear(Bytes partition) {
    object.change(Script.QUEUE_CLEAR, ascii("ONE"), partition.array());
  }

  @Override
  public void clearAll() {
    object.change(Script.QUEUE_CLEAR, ascii("ALL"), new byte[0]);
  }

  @Override
  public int capacity() {
    return (int) number(object.read(Script.QUEUE_CAPACITY));
  }

  @Override
  public Bell listen(Bytes partition) {
    return server.listen(object.channel());
  }
}
