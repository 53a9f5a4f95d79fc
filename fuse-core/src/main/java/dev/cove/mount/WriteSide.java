package dev.cove.mount;

import dev.cove.read.ObjectReaders;
import dev.cove.write.Publisher;
import dev.cove.write.Spool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything that changes a bucket, put together; a read-only mount has none of it. */
final class WriteSide implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WriteSide.class);

  private final Journal journal;
  private final Spool spool;
  private final Publisher publisher;
  private final Background background;
  final Creations creations;
  final Removals removals;
  final Renames renames;
  final Writes writes;
  final AttributeChanges attributes;
  final Draining draining;
  final Unstaging unstaging;
  private final Recovery recovery;

  WriteSide(
      Core core,
      Files files,
      ObjectReaders readers,
      Xattrs xattrs,
      Parallel parallel,
      WriteSettings settings)
      throws IOException {
    spool = Spool.open(settings.folder(), settings.spool());
    journal = Journal.at(journal(settings.folder()));
    publisher = new Publisher(core.store(), spool, settings.publish());
    DirectoryMarkers markers = new DirectoryMarkers(core);
    ServerCopies copies = new ServerCopies(core.store(), publisher.uploadNotes());
    unstaging = new Unstaging(publisher);
    NewFiles newFiles = new NewFiles(journal);
    removals = new Removals(core, markers, unstaging, newFiles, journal);
    AttributeNotes notes = new AttributeNotes(journal);
    Publishing publishing = new Publishing(core, publisher, copies, removals, notes, newFiles);
    background = new Background(publishing, notes);
    creations = new Creations(core, markers, publishing, files);
    writes = new Writes(core, files, readers, publisher, publishing, removals, unstaging, newFiles);
    DirectoryMoves moves = new DirectoryMoves(core, copies, removals, parallel, journal);
    renames = new Renames(
        core, markers, copies, publishing, removals, unstaging, newFiles, moves, journal);
    attributes = new AttributeChanges(core, markers, writes, xattrs, background);
    draining = new Draining(core.table(), publishing, parallel);
    recovery = new Recovery(core, copies, moves, journal);
  }

  /** Where the journal of a mount's folder is. */
  static Path journal(Path folder) {
    return folder.resolve("journal.jsonl");
  }

  /**
   * Finishes or undoes what an earlier process has begun.
   *
   * @return by the number of a piece of work why it failed
   */
  Map<Long, String> recover(Predicate<Journal.Work> wanted) {
    Map<Long, String> failures = recovery.run(wanted);
    publisher.uploadNotes().sweep();
    return failures;
  }

  Path folder() {
    return spool.folder();
  }

  /** Files that an earlier process could not store. */
  int leftovers() throws IOException {
    return spool.leftovers().size();
  }

  /** What was not published stays in the folder and is found there. */
  @Override
  public void close() {
    background.close();
    publisher.close();
    journal.close();
    try {
      spool.close();
    } catch (IOException e) {
      LOG.error("cannot close the spool {}: {}", spool.folder(), e.getMessage());
    }
  }
}
