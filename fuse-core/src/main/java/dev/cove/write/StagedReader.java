package dev.cove.write;

import dev.cove.storage.StorageException;
import java.io.IOException;

/** Reads a staged file: what is local, and what is not from the object that it began with. */
final class StagedReader {
  private final StagedFile file;
  private final BaseReader baseReader;
  private final StagedFile.Engine engine;

  StagedReader(StagedFile file, BaseReader baseReader, StagedFile.Engine engine) {
    this.file = file;
    this.baseReader = baseReader;
    this.engine = engine;
  }

  /** See {@link StagedFile#read}. */
  void read(long offset, int length, ByteSink sink) throws IOException {
    boolean[] delivered = {false};
    ByteSink once = pieces -> {
      delivered[0] = true;
      sink.send(pieces);
    };
    for (; ; ) {
      StagedRead read;
      file.lock.lock();
      try {
        file.turns().requireOpen();
        long end = Math.min(file.draft().shape().size(), offset + length);
        file.draft().requireHere(offset, end);
        read = new StagedRead(
            file.draft().resolve(offset, end),
            file.draft().shape().base(),
            file.draft().publications());
      } finally {
        file.lock.unlock();
      }
      try {
        if (read.deliver(file.spool().readBuffer(read.areaSize()), baseReader, once)) {
          return;
        }
      } catch (StorageException e) {
        // A publish of our own may have replaced the base between the look and the read, or before
        // that and nobody has heard of it.
        boolean retry = Settlement.isMoved(e)
            && !delivered[0]
            && (awaitOtherBase(read.publications()) || engine.settled(file));
        if (!retry) {
          throw e;
        }
      }
    }
  }

  private boolean awaitOtherBase(long seen) throws WriteException {
    file.lock.lock();
    try {
      while (file.turns().isPublishing()
          && file.draft().publications() == seen
          && !file.turns().isClosed()) {
        file.turns().awaitChange();
      }
      return file.draft().publications() != seen;
    } finally {
      file.lock.unlock();
    }
  }
}
