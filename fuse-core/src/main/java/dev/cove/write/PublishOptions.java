package dev.cove.write;

/**
 * How files are sent.
 *
 * @param partSize bytes of the first parts of an upload; files up to this size are one request
 * @param partsPerFile parts of one file under way at once
 * @param parts parts of all files under way at once
 */
public record PublishOptions(long partSize, int partsPerFile, int parts) {

  public static final PublishOptions DEFAULT = new PublishOptions(8L << 20, 4, 8);

  public PublishOptions {
    if (partSize < 1 || partsPerFile < 1 || parts < 1) {
      throw new IllegalArgumentException("parts have bytes and one is under way at least");
    }
  }
}
