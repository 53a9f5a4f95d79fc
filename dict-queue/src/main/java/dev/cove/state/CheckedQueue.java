package dev.cove.state;

import dev.cove.state.QueueBackend.Bell;
import dev.cove.state.QueueBackend.Leased;
import dev.cove.state.QueueBackend.Taken;
import dev.cove.state.QueueBackend.Ticket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Holds the arguments to the limits, waits where a method waits, and hands each step to the backend. */
final class CheckedQueue implements NamedQueue {
  private static final Bytes MAIN = Bytes.EMPTY;
  // A bell that did not ring costs a getter at most this.
  private static final long SLOW_POLL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long TAKE_BYTES = 64L << 20;

  private final String name;
  private final QueueBackend backend;
  private final Limits limits;
  private final Bytes partition;
  private final long ttlMillis;

  CheckedQueue(String name, QueueBackend backend, Limits limits) {
    this(name, backend, limits, MAIN, QueueBackend.KEEP);
  }

  private CheckedQueue(
      String name, QueueBackend backend, Limits limits, Bytes partition, long ttlMillis) {
    this.name = name;
    this.backend = backend;
    this.limits = limits;
    this.partition = partition;
    this.ttlMillis = ttlMillis;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public NamedQueue partition(Bytes key) {
    return new CheckedQueue(name, backend, limits, Checks.partition(key), ttlMillis);
  }

  @Override
  public NamedQueue expiring(Duration ttl) {
    return new CheckedQueue(
        name, backend, limits, partition, Checks.millis("the time to live", ttl));
  }

  @Override
  public void put(Bytes item) throws InterruptedException {
    putAll(List.of(item(item)));
  }

  @Override
  public void put(Bytes item, Duration timeout) throws InterruptedException, TimeoutException {
    List<Bytes> one = List.of(item(item));
    await(() -> offered(one), Checks.waitNanos(timeout), "no room");
  }

  @Override
  public boolean offer(Bytes item) {
    return backend.offer(partition, List.of(item(item)), ttlMillis);
  }

  @Override
  public void putMany(List<Bytes> items) throws InterruptedException {
    List<Bytes> copy = items(items);
    if (!copy.isEmpty()) {
      checkCapacity(copy);
      putAll(copy);
    }
  }

  @Override
  public void putMany(List<Bytes> items, Duration timeout)
      throws InterruptedException, TimeoutException {
    List<Bytes> copy = items(items);
    long nanos = Checks.waitNanos(timeout);
    if (!copy.isEmpty()) {
      checkCapacity(copy);
      await(() -> offered(copy), nanos, "no room");
    }
  }

  @Override
  public boolean offerMany(List<Bytes> items) {
    List<Bytes> copy = items(items);
    if (copy.isEmpty()) {
      return true;
    }
    checkCapacity(copy);
    return backend.offer(partition, copy, ttlMillis);
  }

  private void putAll(List<Bytes> items) throws InterruptedException {
    forever(() -> offered(items));
  }

  private Attempt<Boolean> offered(List<Bytes> items) {
    return new Attempt<>(
        backend.offer(partition, items, ttlMillis) ? Boolean.TRUE : null,
        QueueBackend.NOTHING_TO_WAIT_FOR);
  }

  /** Waiting for room that can never be would be for ever. */
  private void checkCapacity(List<Bytes> items) {
    int capacity = items.size() == 1 ? 0 : backend.capacity();
    if (capacity > 0 && items.size() > capacity) {
      throw new IllegalArgumentException(
          items.size() + " items at once do not fit: queue '" + name + "' holds " + capacity);
    }
  }

  private List<Bytes> items(List<Bytes> items) {
    List<Bytes> copy = List.copyOf(items);
    if (copy.size() > Limits.MAX_BATCH) {
      throw new IllegalArgumentException(
          copy.size() + " items at once are too many: the limit is " + Limits.MAX_BATCH);
    }
    long total = 0;
    for (Bytes item : copy) {
      total += item(item).size();
    }
    if (total > Limits.MAX_BATCH_ITEM_BYTES) {
      throw new IllegalArgumentException("the items have " + Checks.size(total)
          + " together: the limit is " + Checks.size(Limits.MAX_BATCH_ITEM_BYTES));
    }
    return copy;
  }

  private Bytes item(Bytes item) {
    return Checks.atMost("the item", item, limits.maxItemBytes());
  }

  @Override
  public Bytes get() throws InterruptedException {
    return getMany(1).get(0);
  }

  @Override
  public Bytes get(Duration timeout) throws InterruptedException, TimeoutException {
    return getMany(1, timeout).get(0);
  }

  @Override
  public Optional<Bytes> poll() {
    return pollMany(1).stream().findFirst();
  }

  @Override
  public List<Bytes> getMany(int max) throws InterruptedException {
    Checks.atLeastOne("max", max);
    return forever(() -> taken(max));
  }

  @Override
  public List<Bytes> getMany(int max, Duration timeout)
      throws InterruptedException, TimeoutException {
    Checks.atLeastOne("max", max);
    return await(() -> taken(max), Checks.waitNanos(timeout), "no item");
  }

  @Override
  public List<Bytes> pollMany(int max) {
    return backend.take(partition, Checks.atLeastOne("max", max), TAKE_BYTES).items();
  }

  private Attempt<List<Bytes>> taken(int max) {
    Taken taken = backend.take(partition, max, TAKE_BYTES);
    return new Attempt<>(taken.items().isEmpty() ? null : taken.items(), taken.retryMillis());
  }

  @Override
  public Optional<Lease> lease(Duration lease) {
    return Optional.ofNullable(leased(leaseMillis(lease)).result);
  }

  @Override
  public Lease lease(Duration lease, Duration timeout)
      throws InterruptedException, TimeoutException {
    long leaseMillis = leaseMillis(lease);
    return await(() -> leased(leaseMillis), Checks.waitNanos(timeout), "no item");
  }

  private static long leaseMillis(Duration lease) {
    return Checks.millis("the lease", lease);
  }

  private Attempt<Lease> leased(long leaseMillis) {
    Leased leased = backend.lease(partition, leaseMillis);
    return new Attempt<>(leased.ticket().map(Held::new).orElse(null), leased.retryMillis());
  }

  @Override
  public Optional<Bytes> peek() {
    return peekMany(1).stream().findFirst();
  }

  @Override
  public List<Bytes> peekMany(int max) {
    return backend.peek(partition, Checks.atLeastOne("max", max), TAKE_BYTES);
  }

  @Override
  public long size() {
    return backend.size(partition);
  }

  @Override
  public long totalSize() {
    return backend.totalSize();
  }

  @Override
  public List<Bytes> partitions() {
    return backend.partitions();
  }

  @Override
  public void clear() {
    backend.clear(partition);
  }

  @Override
  public void clearAll() {
    backend.clearAll();
  }

  /** What one step gave: a result, or null and the time after which another step may give one unasked. */
  private record Attempt<T>(@Nullable T result, long retryMillis) {}

  private interface Step<T> {
    Attempt<T> attempt();
  }

  private <T> T forever(Step<T> step) throws InterruptedException {
    try {
      return await(step, Long.MAX_VALUE, "nothing");
    } catch (TimeoutException e) {
      throw new AssertionError("300 years have passed", e);
    }
  }

  private <T> T await(Step<T> step, long timeoutNanos, String lack)
      throws InterruptedException, TimeoutException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long start = System.nanoTime();
    T result = step.attempt().result;
    if (result != null) {
      return result;
    }
    try (Bell bell = backend.listen(partition)) {
      while (true) {
        long heard = bell.strokes();
        Attempt<T> attempt = step.attempt();
        if (attempt.result != null) {
          return attempt.result;
        }
        long left = timeoutNanos - (System.nanoTime() - start);
        if (left <= 0) {
          throw new TimeoutException(
              lack + " in queue '" + name + "' within " + timeoutNanos / 1e9 + " s");
        }
        long retry = TimeUnit.MILLISECONDS.toNanos(Math.max(1, attempt.retryMillis));
        bell.await(heard, Math.min(left, Math.min(retry, SLOW_POLL_NANOS)));
      }
    }
  }

  private final class Held implements Lease {
    private final Ticket ticket;

    Held(Ticket ticket) {
      this.ticket = ticket;
    }

    @Override
    public Bytes item() {
      return ticket.item();
    }

    @Override
    public int delivery() {
      return ticket.delivery();
    }

    @Override
    public boolean acknowledge() {
      return backend.acknowledge(partition, ticket.ticket());
    }

    @Override
    public boolean extend(Duration lease) {
      return backend.extend(partition, ticket.ticket(), leaseMillis(lease));
    }

    @Override
    public boolean giveBack() {
      return backend.giveBack(partition, ticket.ticket());
    }
  }
}
