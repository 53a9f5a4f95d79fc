package dev.cove.s3;

import dev.cove.storage.ObjectStore;
import java.time.Clock;

/** Opens S3 buckets. */
public final class S3ObjectStores {

  private S3ObjectStores() {}

  /**
   * A bucket as configured. Sends nothing: whether the bucket is there shows at the first call. Of
   * conditions on writes it claims what is known of the endpoint; {@link S3Probe} finds out more.
   */
  public static ObjectStore open(S3Config config) {
    return new S3ObjectStore(config, Clock.systemUTC());
  }
}
