package dev.cove.storage.testkit;

import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_COPY;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_DELETE;
import static dev.cove.storage.Capabilities.Feature.CONDITIONAL_PUT;
import static dev.cove.storage.Capabilities.Feature.METADATA_IN_LISTS;
import static dev.cove.storage.Capabilities.Feature.ORDERED_PARTS;
import static dev.cove.storage.Capabilities.Feature.PART_COPY;
import static dev.cove.storage.Capabilities.Feature.TAGS;

import dev.cove.storage.ObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore.VersionScheme;
import java.time.Clock;

/** The contract holds where a backend can do little: it refuses instead of going ahead. */
final class WeakMemoryObjectStoreContractTest extends ObjectStoreContract {
  private final ObjectStore store = new MemoryObjectStore(
      "memory://weak",
      MemoryObjectStore.S3_LIKE.toBuilder()
          .cannot(PART_COPY, CONDITIONAL_PUT, CONDITIONAL_COPY, CONDITIONAL_DELETE, TAGS)
          .can(METADATA_IN_LISTS, ORDERED_PARTS)
          .partSize(3_000, 1 << 20)
          .maxParts(100)
          .build(),
      Clock.systemUTC(),
      VersionScheme.BY_CONTENT);

  @Override
  protected ObjectStore store() {
    return store;
  }
}
