package dev.cove.mount;

import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.vfs.FileNames;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where symbolic links lead: what their objects hold. */
final class LinkTargets {
  // The store has retried each request itself, but not what breaks a body off.
  private static final int TRIES = 3;

  private final ObjectStore store;

  LinkTargets(ObjectStore store) {
    this.store = store;
  }

  String target(String key) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try (ObjectBody body = store.get(GetRequest.whole(key))) {
        try {
          return target(key, body);
        } catch (StorageException e) {
          switch (e.kind()) {
            case UNAVAILABLE, TIMEOUT, CORRUPT -> {
              if (attempt == TRIES) {
                throw e;
              }
            }
            default -> throw e;
          }
        }
      }
    }
  }

  private String target(String key, ObjectBody body) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(Names.MAX_LINK_TARGET);
    while (target.hasRemaining() && body.read(target) >= 0) {
      // until it is full or the body ends
    }
    byte[] bytes = new byte[target.flip().remaining()];
    target.get(bytes);
    return bytes.length == 0 ? targetInMetadata(key) : FileNames.decode(bytes);
  }

  /** Links of older gcsfuse have no content. */
  private String targetInMetadata(String key) throws IOException {
    ObjectAttributes attributes = store.head(key).attributes();
    return attributes == null
        ? ""
        : attributes.metadata().getOrDefault(PosixMetadata.GCSFUSE_TARGET, "");
  }
}
