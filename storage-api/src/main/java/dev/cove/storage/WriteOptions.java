package dev.cove.storage;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an object is stored.
 *
 * @param condition what must hold; ignored by {@link ObjectStore#createUpload}
 * @param attributes headers, metadata and encryption; no encryption means the store's default
 * @param tags empty for none
 * @param storageClass null for the store's default
 */
public record WriteOptions(
    WriteCondition condition,
    ObjectAttributes attributes,
    Map<String, String> tags,
    @Nullable String storageClass) {

  public static final WriteOptions DEFAULT =
      new WriteOptions(WriteCondition.none(), ObjectAttributes.NONE, Map.of(), null);

  public WriteOptions {
    tags = Map.copyOf(tags);
  }

  public WriteOptions with(WriteCondition replacement) {
    return new WriteOptions(replacement, attributes, tags, storageClass);
  }

  public WriteOptions with(ObjectAttributes replacement) {
    return new WriteOptions(condition, replacement, tags, storageClass);
  }
}
