package dev.cove.storage.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.InterceptingObjectStore;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StoreCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers every call in the order in which they began, each as the line {@link StoreCall} makes of
 * it, so that a test can count requests: {@code
 * assertThat(store.take()).containsExactly("HEAD a", "GET a 0-1023")}.
 */
public final class RecordingObjectStore extends InterceptingObjectStore {
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final List<String> requests = new ArrayList<>();

  public RecordingObjectStore(ObjectStore delegate) {
    super(delegate);
  }

  /** What has been asked so far. */
  public List<String> requests() {
    synchronized (lock) {
      return List.copyOf(requests);
    }
  }

  /** What has been asked since the last time, and begins anew. */
  public List<String> take() {
    synchronized (lock) {
      List<String> taken = List.copyOf(requests);
      requests.clear();
      return taken;
    }
  }

  @Override
  protected <T> T intercept(StoreCall call, Action<T> action) throws StorageException {
    String line = call.toString();
    synchronized (lock) {
      requests.add(line);
    }
    return action.run();
  }
}
