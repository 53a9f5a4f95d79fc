package dev.cove.volume;

import dev.cove.volume.VolumeException.Reason;
import dev.cove.volume.snapshot.FileType;
import dev.cove.volume.snapshot.Inode;
import java.io.IOException;
import java.util.List;

/** Reads local files that others may be writing to: what is read is one state of the file, never a mix of two. */
final class SteadyRead {
  private static final int TRIES = 3;

  /** Reads a file from its beginning to its end. */
  interface Once {
    Inode read(LocalFile file) throws IOException;
  }

  private SteadyRead() {}

  /**
   * Reads until the file is after it what it was before.
   *
   * @param file as it was seen before the first try
   * @throws VolumeException with the file's name when it changes each time
   */
  static Inode of(LocalFile file, Once once) throws IOException {
    LocalFile before = file;
    for (int tries = 0; tries < TRIES && before.inode().type() == FileType.FILE; tries++) {
      Inode read = once.read(before);
      LocalFile after = LocalFile.of(file.path());
      if (after.isUnchangedSince(before)) {
        return read;
      }
      before = after;
    }
    throw new VolumeException(
        Reason.FAILED,
        file.path() + " changes while it is read: try again when nothing writes to it",
        List.of(file.path().toString()),
        null);
  }
}
