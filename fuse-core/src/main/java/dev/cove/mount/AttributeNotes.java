package dev.cove.mount;

import dev.cove.namespace.Child;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keeps attributes that were set and are not stored yet in the journal, so that they outlive this process. */
final class AttributeNotes implements AutoCloseable {
  private final Journal journal;
  private final Map<FileInode, Journal.Entry> entries = new ConcurrentHashMap<>();

  AttributeNotes(Journal journal) {
    this.journal = journal;
  }

  /**
   * Notes what is pending for the state of the file that the bucket has. One that it has not is left out:
   * whoever stores it notes what was set meanwhile.
   */
  void note(FileInode file) throws IOException {
    Child.File base = file.base();
    if (base == null) {
      return;
    }
    Journal.Entry entry =
        journal.begin("attributes", Recovery.describe(file.key(), base.version(), file.pending()));
    Journal.Entry before = entries.put(file, entry);
    if (before != null) {
      before.done();
    }
  }

  Journal.@Nullable Entry of(FileInode file) {
    return entries.get(file);
  }

  /** What this entry says is stored; a newer one stays. */
  void stored(FileInode file, Journal.Entry entry) {
    if (entries.remove(file, entry)) {
      entry.done();
    }
  }

  @Override
  public void close() {
    entries.forEach((file, entry) -> {
      if (!file.isDirty()) {
        entry.done();
      }
    });
  }
}
