package dev.cove.volume.chunk;

import dev.cove.storage.StorageException;
import java.util.Collection;
import java.util.Map;

/** Where blobs are read from; safe for use by many threads. */
public interface BlobSource {

  /**
   * The bytes, compared with their hash. The caller does not change them.
   *
   * @throws StorageException {@code NOT_FOUND} when the pack is gone, {@code CORRUPT} when the bytes are others
   */
  byte[] read(BlobRef ref) throws StorageException;

  /**
   * Many blobs at once, those that lie close together with one request, several requests at a time. Keeps all of them in memory.
   *
   * @throws StorageException the first failure
   */
  Map<BlobRef, byte[]> readAll(Collection<BlobRef> refs) throws StorageException;
}
