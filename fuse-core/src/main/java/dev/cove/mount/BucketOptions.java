package dev.cove.mount;

import dev.cove.namespace.NamespaceOptions;
import dev.cove.namespace.PosixMetadata;
import dev.cove.read.ReadOptions;
import java.time.Duration;

/**
 * How a bucket is shown.
 *
 * @param attributes where mode, owner and times come from
 * @param owner what files have that say nothing themselves
 * @param names how long names are remembered
 * @param onConflict what becomes of a write when another writer was first
 * @param style whose names the metadata has that is written
 * @param readTimeout the longest that one read waits for its bytes
 */
public record BucketOptions(
    AttributeMode attributes,
    Ownership owner,
    NamespaceOptions names,
    OnConflict onConflict,
    PosixMetadata.Style style,
    Duration readTimeout) {

  /** With the usual patience of reads. */
  public BucketOptions(
      AttributeMode attributes,
      Ownership owner,
      NamespaceOptions names,
      OnConflict onConflict,
      PosixMetadata.Style style) {
    this(attributes, owner, names, onConflict, style, ReadOptions.DEFAULT.timeout());
  }

  /** What becomes of a write when another writer has changed the object since. */
  public enum OnConflict {
    /** The write fails with ESTALE and its bytes are kept beside. */
    FAIL,
    /** The last writer wins. */
    OVERWRITE
  }

  /** Where a file's mode, owner and times come from. */
  public enum AttributeMode {
    /** From the list alone: owner and mode from the options, mtime is LastModified. No request. */
    LIST,
    /** From object metadata, with a HEAD for each object where lists do not carry it. */
    POSIX
  }

  /**
   * Mode and owner of what says nothing itself.
   *
   * @param fileMode permission bits of files
   * @param directoryMode permission bits of directories
   */
  public record Ownership(int uid, int gid, int fileMode, int directoryMode) {}
}
