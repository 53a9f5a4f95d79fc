package dev.cove.namespace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cove.disk.AttributeLog;
import dev.cove.disk.AttributeLog.State;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Headers and metadata of objects, which most lists do not carry: one HEAD for each state of an
 * object, then remembered for as long as there is room.
 *
 * <p>A change of metadata alone leaves an object's version as it was on S3 and moves LastModified on,
 * which is told in seconds. What is heard within the second of a change may be followed by another
 * change in the same second, and so counts for no longer than names do.
 */
public final class MetadataCache {
  // 200,000: the longest keys and a few metadata entries each stay under some 100 MB.
  private static final int MAX_STATES = 200_000;
  // Reading what was kept takes less than a request for a few of it; a broken disk is not waited
  // for.
  private static final long LOADING_SECONDS = 5;
  private static final long SECOND = 1_000_000_000L;
  // 5 s: the second of the change is over, by the store's clock too if it is a little behind.
  private static final long SETTLED_NANOS = 5 * SECOND;
  // 2 s: how far LastModified of a mount's own write lies from when the answer came.
  private static final long OWN_NANOS = 2 * SECOND;

  private final ObjectStore store;
  private final long ttlNanos;
  private final @Nullable AttributeLog kept;
  private final LongSupplier ticker;
  private final Clock clock;
  private final CompletableFuture<?> loaded;
  private final Cache<State, Heard> known = newCache();
  private final Cache<Written, Own> own = newCache();

  /** What a HEAD said. */
  private record Heard(ObjectAttributes attributes, boolean settled, long nanos) {}

  private record Written(String key, String version) {}

  /** What a write of this mount stored, some time about then. */
  private record Own(ObjectAttributes attributes, long modifiedNanos) {}

  /**
   * @param ttl how long names count as known
   * @param kept what earlier processes heard, and what the next one shall know; null for neither
   * @param ticker nanoseconds of a clock that only moves forward
   */
  public MetadataCache(
      ObjectStore store,
      Duration ttl,
      @Nullable AttributeLog kept,
      LongSupplier ticker,
      Clock clock) {
    this.store = store;
    this.ttlNanos = ttl.toNanos();
    this.kept = kept;
    this.ticker = ticker;
    this.clock = clock;
    this.loaded = kept == null
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.runAsync(() -> load(kept), MetadataCache::start);
  }

  private static <K, V> Cache<K, V> newCache() {
    return Caffeine.newBuilder().maximumSize(MAX_STATES).executor(Runnable::run).build();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "cove-attributes");
    thread.setDaemon(true);
    thread.start();
  }

  private void load(AttributeLog from) {
    from.load().forEach((state, attributes) -> known.put(state, new Heard(attributes, true, 0)));
  }

  private @Nullable ObjectAttributes recall(String key, Child.File state) {
    if (!loaded.isDone()) {
      try {
        loaded.get(LOADING_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        // The store knows.
      }
    }
    // Own first: what was heard may be of earlier in the same second.
    ObjectAttributes written = recallOwn(key, state);
    if (written != null) {
      return written;
    }
    Heard heard = known.getIfPresent(stateOf(key, state));
    if (heard == null || !(heard.settled() || ticker.getAsLong() - heard.nanos() < ttlNanos)) {
      return null;
    }
    return heard.attributes();
  }

  private @Nullable ObjectAttributes recallOwn(String key, Child.File state) {
    Own written = own.getIfPresent(new Written(key, state.version().value()));
    if (written == null) {
      return null;
    }
    long apart = Math.abs(state.modifiedNanos() - written.modifiedNanos());
    if (apart == 0) {
      return written.attributes();
    }
    if (apart > OWN_NANOS || ttlNanos == 0) {
      return null;
    }
    if (isSettled(state, Nanos.of(clock.instant()))) {
      remember(stateOf(key, state), written.attributes());
    }
    return written.attributes();
  }

  /** Whether no other change can have the same LastModified. */
  private static boolean isSettled(Child.File state, long wallNanos) {
    return wallNanos - state.modifiedNanos() >= SETTLED_NANOS;
  }

  private static State stateOf(String key, Child.File state) {
    return new State(key, state.version(), Math.floorDiv(state.modifiedNanos(), SECOND));
  }

  private void remember(State state, ObjectAttributes attributes) {
    known.put(state, new Heard(attributes, true, 0));
    if (kept != null) {
      kept.add(state, attributes);
    }
  }

  /** What is known of a state without a request. */
  public @Nullable ObjectAttributes peek(String key, Child.File state) {
    return state.attributes() != null ? state.attributes() : recall(key, state);
  }

  /**
   * Headers and metadata of a state; asks where they are not known.
   *
   * @throws StorageException {@code PRECONDITION_FAILED} when the object has another state by now
   */
  public ObjectAttributes of(String key, Child.File state) throws StorageException {
    ObjectAttributes attributes = peek(key, state);
    if (attributes != null) {
      return attributes;
    }
    ObjectInfo info = head(key);
    if (!info.version().equals(state.version())) {
      throw new StorageException(
          StorageException.Kind.PRECONDITION_FAILED, key + " was replaced meanwhile");
    }
    return info.attributes() == null ? ObjectAttributes.NONE : info.attributes();
  }

  /** Remembers what the mount's own write stored. */
  public void written(String key, Child.File state, ObjectAttributes attributes) {
    own.put(new Written(key, state.version().value()), new Own(attributes, state.modifiedNanos()));
  }

  /**
   * Asks for the object as it is now, which may be another state than the one a list told of.
   *
   * @throws StorageException {@code NOT_FOUND} when it is gone
   */
  public ObjectInfo head(String key) throws StorageException {
    long asked = ticker.getAsLong();
    long askedAt = Nanos.of(clock.instant());
    ObjectInfo info = store.head(key);
    if (info.attributes() != null) {
      Child.File state = Child.File.of(info);
      own.invalidate(new Written(key, state.version().value()));
      if (isSettled(state, askedAt)) {
        remember(stateOf(key, state), info.attributes());
      } else {
        known.put(stateOf(key, state), new Heard(info.attributes(), false, asked));
      }
    }
    return info;
  }
}
