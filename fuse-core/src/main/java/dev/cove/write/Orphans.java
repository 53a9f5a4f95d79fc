package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.Upload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Uploads that are of no use any more but could not be ended yet; tried again until they are. */
final class Orphans {
  private final ObjectStore store;
  private final Spool spool;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final List<Upload> waiting = new ArrayList<>();

  Orphans(ObjectStore store, Spool spool) throws IOException {
    this.store = store;
    this.spool = spool;
    this.waiting.addAll(spool.orphans());
  }

  /** Ends an upload that the spool remembers, now or later; never fails. */
  void abort(Upload upload) {
    try {
      store.abort(upload);
      spool.forgetOrphan(upload);
    } catch (StorageException e) {
      synchronized (lock) {
        waiting.add(upload);
      }
    }
  }

  /** Tries all that wait once more. */
  void sweep() {
    List<Upload> tried;
    synchronized (lock) {
      tried = new ArrayList<>(waiting);
      waiting.clear();
    }
    tried.forEach(this::abort);
  }
}
