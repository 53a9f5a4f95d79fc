package dev.cove.s3;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
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

  /**
   * A bucket to be written to: as {@link #open}, but where the endpoint is not Amazon's and the
   * configuration does not say what it honours, {@link S3Probe} is asked first.
   *
   * @param prefix where objects may be made: empty, or ends in a slash
   */
  public static ObjectStore openProbed(S3Config config, String prefix) throws StorageException {
    return config.support() != null || config.isAmazon()
        ? open(config)
        : open(config.toBuilder().support(S3Probe.run(config, prefix)).build());
  }
}
