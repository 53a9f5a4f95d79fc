package dev.cove.gcs;

import dev.cove.storage.BucketAddress;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.ObjectStoreProvider;
import dev.cove.storage.StorageException;
import java.net.URI;
import java.util.List;

/**
 * Opens {@code gs://BUCKET[/PREFIX]} with application default credentials; on the emulator that {@code STORAGE_EMULATOR_HOST} names,
 * which asks for none.
 */
public final class GcsObjectStoreProvider implements ObjectStoreProvider {
  private static final List<String> ENDPOINT = List.of("STORAGE_EMULATOR_HOST");

  /** For {@link java.util.ServiceLoader}. */
  public GcsObjectStoreProvider() {}

  @Override
  public boolean serves(String scheme) {
    return scheme.equals("gs");
  }

  @Override
  public ObjectStore open(String url) throws StorageException {
    BucketAddress address = BucketAddress.parse(url);
    URI emulator = BucketAddress.endpoint(System.getenv(), ENDPOINT);
    return address.of(GcsObjectStores.open(GcsConfig.bucket(address.bucket())
        .endpoint(emulator)
        .credentials(
            emulator == null ? GcsCredentials.applicationDefault() : GcsCredentials.anonymous())
        .uploadsBelow(address.prefix())
        .build()));
  }
}
