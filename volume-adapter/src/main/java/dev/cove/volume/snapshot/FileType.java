package dev.cove.volume.snapshot;

/** What an inode is; the numbers are part of the format. */
public enum FileType {
  DIRECTORY(1),
  FILE(2),
  SYMLINK(3);

  private final int code;

  FileType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
