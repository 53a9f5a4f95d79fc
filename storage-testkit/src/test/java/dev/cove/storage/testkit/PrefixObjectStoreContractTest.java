package dev.cove.storage.testkit;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.PrefixObjectStore;
import java.util.Map;

/** The part below a prefix is a store like any other. */
final class PrefixObjectStoreContractTest extends ObjectStoreContract {
  private static final String PREFIX = "data/ü 2024/";

  private final MemoryObjectStore memory = new MemoryObjectStore();
  private final ObjectStore store = new PrefixObjectStore(memory, PREFIX);

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Override
  protected String otherStorageClass() {
    return "COLD";
  }

  @Override
  protected Archiving archiving() {
    return key -> memory.archive(PREFIX + key);
  }

  @Override
  protected Map<String, String> deviations() {
    return Map.of("keysHaveOneTo1024BytesOfUtf8", "the prefix takes its share of the 1,024 bytes");
  }
}
