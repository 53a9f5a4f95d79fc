package dev.cove.namespace;

import dev.cove.vfs.FileNames;
import java.nio.charset.StandardCharsets;

/** Which names a key can show as, and which names a key can carry. */
public final class KeyNames {
  // 1,024: the longest key that S3 and GCS take, in bytes of UTF-8.
  private static final int MAX_KEY_BYTES = 1024;

  private KeyNames() {}

  /** Whether one component of a key can be a file's name on Linux. */
  static boolean isShowable(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.indexOf('\0') < 0
        && !isTooLong(name);
  }

  /** Whether a name is over the 255 bytes that Linux allows. */
  public static boolean isTooLong(String name) {
    // A char takes at most 3 bytes of UTF-8 (a surrogate pair 4 for 2).
    return name.length() > FileNames.MAX_BYTES / 3
        && FileNames.encode(name).length > FileNames.MAX_BYTES;
  }

  /** Whether a whole key is longer than a store takes. */
  public static boolean isKeyTooLong(String key) {
    return key.length() > MAX_KEY_BYTES / 3
        && key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES;
  }
}
