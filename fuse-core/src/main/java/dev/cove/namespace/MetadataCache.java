package dev.cove.namespace;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.Version;
import org.jspecify.annotations.Nullable;

/**
 * Headers and metadata of objects, which most lists do not carry: one HEAD for each state of an
 * object, then remembered for as long as there is room, since a state never changes.
 */
public final class MetadataCache {
  // 200,000: the longest keys and a few metadata entries each stay under some 100 MB.
  private static final int MAX_STATES = 200_000;

  private record State(String key, Version version) {}

  private final ObjectStore store;
  private final Cache<State, ObjectAttributes> known =
      Caffeine.newBuilder().maximumSize(MAX_STATES).executor(Runnable::run).build();

  public MetadataCache(ObjectStore store) {
    this.store = store;
  }

  /** What is known of a state without a request. */
  public @Nullable ObjectAttributes peek(String key, Child.File state) {
    return state.attributes() != null
        ? state.attributes()
        : known.getIfPresent(new State(key, state.version()));
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
    known.put(new State(key, version), attributes);
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
