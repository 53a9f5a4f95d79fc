package dev.cove.vfs;

/** The kinds of file that Cove shows. */
public enum FileType {
  FILE,
  DIRECTORY,
  SYMLINK,
  /** Known only after a look-up; in directory entries alone. */
  UNKNOWN
}
