package dev.cove.volume;

/** What storing a file does where one is already. */
public enum IfExists {
  /** {@link VolumeException.Reason#FILE_EXISTS}. */
  FAIL,
  /** The file gets the new content and attributes; it stays the same inode, so that its other names show them, too. */
  REPLACE
}
