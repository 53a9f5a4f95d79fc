package dev.cove.storage;

import org.jspecify.annotations.Nullable;

/**
 * What to read.
 *
 * @param range null for the whole object; a range that reaches past the end is cut there
 * @param version null for whatever is there; else only that version
 */
public record GetRequest(
    String key, @Nullable ByteRange range, @Nullable Version version) {

  public static GetRequest whole(String key) {
    return new GetRequest(key, null, null);
  }

  public static GetRequest range(String key, Version version, ByteRange range) {
    return new GetRequest(key, range, version);
  }
}
