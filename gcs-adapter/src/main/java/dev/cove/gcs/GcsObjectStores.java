package dev.cove.gcs;

import dev.cove.storage.ObjectStore;
import java.time.Clock;

/** Opens buckets of Google Cloud Storage. */
public final class GcsObjectStores {

  private GcsObjectStores() {}

  /** A bucket as configured. Sends nothing: whether the bucket is there shows at the first call. */
  public static ObjectStore open(GcsConfig config) {
    return new GcsObjectStore(config, Clock.systemUTC());
  }
}
