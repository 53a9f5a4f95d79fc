package dev.cove.s3;

import dev.cove.storage.BucketAddress;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.ObjectStoreProvider;
import dev.cove.storage.StorageException;
import java.util.List;

/**
 * Opens {@code s3://BUCKET[/PREFIX]} with what the SDK's own chain finds for keys and region, on the server that {@code
 * AWS_ENDPOINT_URL_S3} or {@code AWS_ENDPOINT_URL} names, else on Amazon S3.
 */
public final class S3ObjectStoreProvider implements ObjectStoreProvider {
  private static final List<String> ENDPOINT = List.of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL");

  /** For {@link java.util.ServiceLoader}. */
  public S3ObjectStoreProvider() {}

  @Override
  public boolean serves(String scheme) {
    return scheme.equals("s3");
  }

  @Override
  public ObjectStore open(String url) throws StorageException {
    BucketAddress address = BucketAddress.parse(url);
    return address.of(S3ObjectStores.open(S3Config.bucket(address.bucket())
        .endpoint(BucketAddress.endpoint(System.getenv(), ENDPOINT))
        .credentials(S3Credentials.defaultChain())
        .build()));
  }
}
