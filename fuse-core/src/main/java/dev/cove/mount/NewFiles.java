package dev.cove.mount;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps new files in the journal that a program has closed without a byte, until their last close
 * has stored them: programs were told that they are there. The caller holds the lock of their key.
 */
final class NewFiles {
  /** The kind of such work in the journal. */
  static final String CREATE = "create";

  private static final Logger LOG = LoggerFactory.getLogger(NewFiles.class);

  private final Journal journal;
  private final Map<FileInode, Journal.Entry> entries = new ConcurrentHashMap<>();

  NewFiles(Journal journal) {
    this.journal = journal;
  }

  /** From now on the file outlives this process as it is, without a byte. */
  void closed(FileInode file) throws IOException {
    if (!entries.containsKey(file)) {
      entries.put(file, journal.begin(CREATE, fields(file)));
    }
  }

  /** It has another name now. */
  void moved(FileInode file) {
    Journal.Entry entry = entries.get(file);
    if (entry == null) {
      return;
    }
    try {
      entry.becomes(CREATE, fields(file));
    } catch (IOException e) {
      // It was moved all the same, and its last close is about to store it.
      LOG.warn("{} is lost if this process is killed now: {}", file.lastKey(), e.getMessage());
    }
  }

  /** It is stored, or removed, or has bytes, which outlive this process by themselves. */
  void settled(FileInode file) {
    Journal.Entry entry = entries.remove(file);
    if (entry != null) {
      entry.done();
    }
  }

  private static Map<String, String> fields(FileInode file) throws IOException {
    return Recovery.describe(file.key(), file.pending());
  }
}
