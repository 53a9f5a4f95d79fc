package dev.cove.s3;

import dev.cove.storage.Content;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Finds out which conditions on writes an endpoint honours: servers that do not know one ignore it
 * without a word. Tries them on an object of its own, which is gone afterwards, in at most eight
 * small requests. In a bucket that keeps versions, that object's versions stay in its history.
 */
public final class S3Probe {

  private static final Content BYTES = Content.of("probe".getBytes(StandardCharsets.UTF_8));
  // A well-formed ETag that no object has: that of 16 zero bytes is another one.
  private static final WriteCondition NEVER =
      WriteCondition.ifVersion(new Version("00000000000000000000000000000000"));

  private S3Probe() {}

  /**
   * What the endpoint honours.
   *
   * @param prefix where objects may be made: empty, or ends in a slash
   * @throws StorageException when an object cannot be made there, looked at or removed again
   */
  public static S3Support run(S3Config config, String prefix) throws StorageException {
    // Asks for everything, so that nothing is held back.
    S3Config daring = config.toBuilder().support(S3Support.AMAZON).build();
    try (ObjectStore store = S3ObjectStores.open(daring)) {
      String name = ".cove-probe-" + UUID.randomUUID();
      try {
        return run(store, prefix + name);
      } catch (StorageException e) {
        // Of an object that they did not name users need not hear.
        String told = String.valueOf(e.getMessage()).replace("/" + name, "");
        throw new StorageException(e.kind(), told, e);
      }
    }
  }

  private static S3Support run(ObjectStore store, String key) throws StorageException {
    WriteOptions create = WriteOptions.DEFAULT.with(WriteCondition.ifAbsent());
    store.put(key, BYTES, WriteOptions.DEFAULT);
    try {
      boolean put = refuses(() -> store.put(key, BYTES, create))
          && refuses(() -> store.put(key, BYTES, WriteOptions.DEFAULT.with(NEVER)));
      boolean copy =
          refuses(() -> store.copy(new CopyRequest(key, null, key, NEVER, ObjectAttributes.NONE)));
      boolean delete = refuses(() -> store.delete(key, NEVER));
      return new S3Support(put, copy, delete);
    } finally {
      store.delete(key, WriteCondition.none());
    }
  }

  /** A call whose condition cannot hold. */
  private interface Call {
    void run() throws StorageException;
  }

  private static boolean refuses(Call call) throws StorageException {
    try {
      call.run();
      return false;
    } catch (StorageException e) {
      // Of an attempt whose answer was lost before it: none makes these conditions hold or fail.
      StorageException told =
          e.getCause() instanceof StorageException last && last.kind() == Kind.PRECONDITION_FAILED
              ? last
              : e;
      switch (told.kind()) {
        case PRECONDITION_FAILED:
          return true;
        case UNSUPPORTED, INVALID:
          // It knows the condition and does not take it: to callers the same as none.
          return false;
        default:
          throw e;
      }
    }
  }
}
