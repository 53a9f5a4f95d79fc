package dev.cove.write;

import dev.cove.write.Shape.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/** What is staged of a file, as those see it who send or save it; takes the file's lock itself. */
final class StagedBytes {
  private final StagedFile file;

  StagedBytes(StagedFile file) {
    this.file = file;
  }

  /**
   * Copies staged bytes for an upload: the target is cleared and filled from {@code offset} on, up to
   * {@code end} at most.
   *
   * @return the bytes, checked
   * @throws IllegalStateException when some of them are the base's
   */
  ByteBuffer load(long offset, long end, ByteBuffer area) throws IOException {
    int blockSize = file.spool().options().blockSize();
    long origin = offset / blockSize * blockSize;
    long stop = Math.min(end, origin + area.capacity() / blockSize * blockSize);
    for (; ; ) {
      LocalRuns runs;
      file.lock.lock();
      try {
        file.turns().requireOpen();
        // Cut off meanwhile: the part is of no use any more, but has a length.
        file.draft().requireHere(offset, stop);
        runs = file.draft().resolve(offset, stop);
      } finally {
        file.lock.unlock();
      }
      if (runs.has(Source.BASE)) {
        throw new IllegalStateException("bytes of the base are not in the spool");
      }
      if (runs.load(area)) {
        return area;
      }
    }
  }

  /** The CRC32C of staged bytes, where it is known without reading them. */
  OptionalInt crc32c(long start, long end) {
    LocalRuns runs;
    file.lock.lock();
    try {
      runs = file.draft().resolve(start, end);
    } finally {
      file.lock.unlock();
    }
    return runs.crc32c();
  }

  /** The bytes of this range that the spool cannot give. */
  Extents absent(long start, long end) {
    file.lock.lock();
    try {
      LocalRuns runs =
          file.draft().resolve(start, Math.min(end, file.draft().shape().size()));
      Extents absent = runs.from(Source.BASE);
      absent.addAll(runs.from(Source.GONE));
      return absent;
    } finally {
      file.lock.unlock();
    }
  }

  /** The bytes of this range that only the base has, in as few ranges as can be. */
  Extents missingFromBase(long start, long end) {
    file.lock.lock();
    try {
      return file.draft()
          .resolve(start, Math.min(end, file.draft().shape().size()))
          .from(Source.BASE);
    } finally {
      file.lock.unlock();
    }
  }

  /** Whether every byte is in the spool or zero. */
  boolean isHere() {
    return missingFromBase(0, Long.MAX_VALUE).isEmpty();
  }

  /** See {@link Draft#fill}. */
  void fill(long offset, ByteBuffer bytes) throws IOException {
    file.lock.lock();
    try {
      file.turns().requireOpen();
      file.draft().fill(offset, bytes);
    } finally {
      file.lock.unlock();
    }
  }
}
