package dev.cove.write;

import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import java.util.HashMap;
import java.util.Map;

/**
 * What a staged file is to become.
 *
 * @param options the condition on what is there now, and all that travels with the bytes
 */
public record Target(String key, WriteOptions options) {

  /** The user metadata that tells one's own write from another's. */
  public static final String WRITE_ID = "cove-write-id";

  public WriteOptions stamped(String writeId) {
    Map<String, String> metadata = new HashMap<>(options.attributes().metadata());
    metadata.put(WRITE_ID, writeId);
    return options.with(options.attributes().withMetadata(metadata));
  }

  Target with(WriteCondition condition) {
    return new Target(key, options.with(condition));
  }
}
