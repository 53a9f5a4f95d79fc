package dev.cove.namespace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cove.disk.AttributeLog;
import dev.cove.disk.AttributeLog.State;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.Version;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Headers and metadata of objects, which most lists do not carry: one HEAD for each state of an
 * object, then remembered for as long as there is room, since a state never changes.
 */
public final class MetadataCache {
  // 200,000: the longest keys and a few metadata entries each stay under some 100 MB.
  private static final int MAX_STATES = 200_000;
  // Reading what was kept takes less than a request for a few of it; a broken disk is not waited
  // for.
  private static final long LOADING_SECONDS = 5;

  private final ObjectStore store;
  private final @Nullable AttributeLog kept;
  private final CompletableFuture<?> loaded;
  private final Cache<State, ObjectAttributes> known =
      Caffeine.newBuilder().maximumSize(MAX_STATES).executor(Runnable::run).build();

  /** @param kept what earlier processes heard, and what the next one shall know; null for neither */
  public MetadataCache(ObjectStore store, @Nullable AttributeLog kept) {
    this.store = store;
    this.kept = kept;
    this.loaded = kept == null
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.runAsync(() -> known.putAll(kept.load()), MetadataCache::start);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "cove-attributes");
    thread.setDaemon(true);
    thread.start();
  }

  private @Nullable ObjectAttributes recall(String key, Version version) {
    if (!loaded.isDone()) {
      try {
        loaded.get(LOADING_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException e) {
        // The store knows.
      }
    }
    return known.getIfPresent(new State(key, version));
  }

  /** What is known of a state without a request. */
  public @Nullable ObjectAttributes peek(String key, Child.File state) {
    return state.attributes() != null ? state.attributes() : recall(key, state.version());
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

  /** Remembers what a HEAD or the mount's own write said. */
  public void put(String key, Version version, ObjectAttributes attributes) {
    State state = new State(key, version);
    known.put(state, attributes);
    if (kept != null) {
      kept.add(state, attributes);
    }
  }

  /**
   * Asks for the object as it is now, which may be another state than the one a list told of.
   *
   * @throws StorageException {@code NOT_FOUND} when it is gone
   */
  public ObjectInfo head(String key) throws StorageException {
    ObjectInfo info = store.head(key);
    if (info.attributes() != null) {
      put(key, info.version(), info.attributes());
    }
    return info;
  }
}
