package dev.cove.mount;

import dev.cove.write.Kept;
import dev.cove.write.Publisher;
import dev.cove.write.StagedFile;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the local content of files away that have no more use for it. */
final class Unstaging {
  private static final Logger LOG = LoggerFactory.getLogger(Unstaging.class);
  private static final String CONFLICT = "another writer changed the object first";

  private final Publisher publisher;
  private final Map<String, String> beside = new ConcurrentHashMap<>();

  Unstaging(Publisher publisher) {
    this.publisher = publisher;
  }

  /**
   * To be called when a file was closed, published, removed or replaced. What another writer was
   * quicker than is kept beside; other content that is not stored and still has a name stays.
   */
  void whenDone(FileInode file) {
    StagedFile done = file.unstageIfDone();
    if (done == null) {
      return;
    }
    try {
      if (file.fate() == FileInode.Fate.LOST) {
        Kept kept = done.keep(CONFLICT);
        Object where = kept.plainFile() == null ? "the spool" : kept.plainFile();
        LOG.warn("what was written to {} and not stored is kept in {}", file.lastKey(), where);
        beside.put(file.lastKey(), CONFLICT);
      } else {
        publisher.discard(done);
      }
    } catch (IOException e) {
      LOG.error("{} could not be cleared away: {}", file.lastKey(), e.getMessage());
    }
  }

  /** By key why content is kept that was never stored under it. */
  Map<String, String> keptBeside() {
    return beside;
  }
}
