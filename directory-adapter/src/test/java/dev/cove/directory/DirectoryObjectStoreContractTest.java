package dev.cove.directory;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.ObjectStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryObjectStoreContractTest extends ObjectStoreContract {
  @TempDir
  Path folder;

  private ObjectStore store;

  @BeforeEach
  void open() {
    store = new DirectoryObjectStore(folder);
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected ObjectStore missingBucket() {
    return new DirectoryObjectStore(folder.resolve("none"));
  }
}
