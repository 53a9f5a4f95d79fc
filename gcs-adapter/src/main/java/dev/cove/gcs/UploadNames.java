package dev.cove.gcs;

/**
 * Where the parts of uploads under way are. GCS has no uploads of parts that are invisible until they
 * are completed, so they are objects of their own, which no list shows.
 */
final class UploadNames {

  /** One component of a key; everything below it is of an upload under way. */
  private static final String FOLDER = ".cove-uploads/";

  /** What an upload is begun with, and the only object that every upload has. */
  static final String BEGUN = "begun";

  private UploadNames() {}

  static String folder(GcsConfig config) {
    return config.uploadsBelow() + FOLDER;
  }

  /** Whether the key, or the prefix that ends in a slash, is one of uploads. */
  static boolean isHidden(String key) {
    return key.startsWith(FOLDER) || key.contains("/" + FOLDER);
  }

  /** Parts sort by their number. */
  static String part(int number) {
    return String.format("%05d", number);
  }
}
