package dev.cove.storage;

import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param prefix only keys that begin so; empty for all
 * @param delimiter keys that contain it after the prefix are rolled up into {@link
 *     ListPage#prefixes()}; null for every key
 * @param startAfter only keys after this one; null from the beginning. Ignored with a page token.
 * @param pageToken where the page before ended; null for the first
 * @param maxKeys entries (objects and prefixes together) at most, 1 to 1,000
 */
public record ListRequest(
    String prefix,
    @Nullable String delimiter,
    @Nullable String startAfter,
    @Nullable String pageToken,
    int maxKeys) {

  // 1,000: the most one S3 list answers with; GCS takes the same.
  public static final int MAX_KEYS = 1_000;

  public ListRequest {
    if (maxKeys < 1 || maxKeys > MAX_KEYS) {
      throw new IllegalArgumentException("a page has 1 to 1,000 entries, not " + maxKeys);
    }
    if (delimiter != null && delimiter.isEmpty()) {
      throw new IllegalArgumentException("a delimiter is not empty; null stands for none");
    }
  }

  /** The entries right below a prefix, as a directory listing wants them. */
  public static ListRequest children(String prefix) {
    return new ListRequest(prefix, "/", null, null, MAX_KEYS);
  }

  /** Every key below a prefix. */
  public static ListRequest all(String prefix) {
    return new ListRequest(prefix, null, null, null, MAX_KEYS);
  }

  public ListRequest after(String key) {
    return new ListRequest(prefix, delimiter, key, null, maxKeys);
  }

  public ListRequest page(String token) {
    return new ListRequest(prefix, delimiter, startAfter, token, maxKeys);
  }

  public ListRequest limit(int keys) {
    return new ListRequest(prefix, delimiter, startAfter, pageToken, keys);
  }
}
