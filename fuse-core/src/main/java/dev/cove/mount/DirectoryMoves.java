package dev.cove.mount;

import static java.util.Objects.requireNonNull;

import dev.cove.namespace.Child;
import dev.cove.namespace.PosixMetadata;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.Stored;
import dev.cove.storage.WriteCondition;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Moves all objects below a prefix: copies every one, then deletes the sources. Until the last copy
 * is made the move is undone by whatever fails, the end of the process included; from then on it is
 * finished, by a later process too. Copies carry the move's id, and neither a copy nor a source is
 * ever deleted unless the other one is there.
 */
final class DirectoryMoves {
  /** Kind of a journal entry: copies are being made, so undo. */
  static final String COPYING = "copying";
  /** Kind of a journal entry: every copy is made, so finish. */
  static final String DELETING = "deleting";

  private static final String FROM = "from";
  private static final String TO = "to";
  private static final String WRITE_ID = "writeId";
  private static final String ONTO = "onto";
  // Before the rest of a key in the names of fields: those above have none.
  private static final String OBJECT = "/";

  private final Core core;
  private final ServerCopies copies;
  private final Removals removals;
  private final Parallel parallel;
  private final Journal journal;

  /** What stands at the target. */
  enum Onto {
    NOTHING,
    /** Its marker stays when the move is undone. */
    EMPTY_DIRECTORY
  }

  /** What else has to succeed before the sources are deleted. */
  interface Preparation {
    void run() throws IOException;
  }

  DirectoryMoves(
      Core core, ServerCopies copies, Removals removals, Parallel parallel, Journal journal) {
    this.core = core;
    this.copies = copies;
    this.removals = removals;
    this.parallel = parallel;
    this.journal = journal;
  }

  /**
   * Moves everything but hidden objects; both prefixes are locked.
   *
   * @return the copies by the keys of their sources
   * @throws IOException when a copy failed, and those made were taken back; or when all were made
   *     and a source could not be deleted: both stay then
   */
  Map<String, Child.File> move(String from, String to, Onto onto, Preparation preparation)
      throws IOException {
    String writeId = ServerCopies.newWriteId();
    Map<String, String> fields = Map.of(FROM, from, TO, to, WRITE_ID, writeId, ONTO, onto.name());
    Journal.Entry entry = journal.begin(COPYING, fields);
    Map<String, Child.File> moved = new ConcurrentHashMap<>();
    Map<String, String> sources = new ConcurrentHashMap<>(fields);
    try {
      everyObject(from, object -> {
        if (removals.hiddenVersion(object.key()) == null) {
          sources.put(
              OBJECT + object.key().substring(from.length()), object.version().value());
          moved.put(object.key(), copy(object, from, to, writeId));
        }
      });
      preparation.run();
      entry.becomes(DELETING, sources);
    } catch (IOException | RuntimeException e) {
      undo(fields);
      entry.done();
      throw e;
    }
    try {
      delete(moved.keySet(), from, to);
    } finally {
      // Who was told of a failure finds both, and no later process decides otherwise.
      entry.done();
    }
    return moved;
  }

  private void everyObject(String prefix, Parallel.Task<ObjectInfo> task) throws IOException {
    ListRequest request = ListRequest.all(prefix);
    while (true) {
      ListPage page = core.store().list(request);
      parallel.forEach(page.objects(), task);
      if (page.nextToken() == null) {
        return;
      }
      request = request.page(page.nextToken());
    }
  }

  private Child.File copy(ObjectInfo object, String from, String to, String writeId)
      throws StorageException {
    Child.File base = Child.File.of(object);
    String target = to + object.key().substring(from.length());
    ObjectAttributes attributes = core.metadata().of(object.key(), base);
    FileType type = object.key().endsWith("/") ? FileType.DIRECTORY : FileType.FILE;
    PosixMetadata posix = PosixMetadata.parse(attributes.metadata(), type == FileType.DIRECTORY);
    ObjectAttributes kept = core.descriptions()
        .from(
            attributes,
            posix.type() == FileType.SYMLINK ? FileType.SYMLINK : type,
            posix.orModified(base.modifiedNanos()));
    Stored stored = copies.copy(
        new ServerCopies.Source(
            object.key(), base.version(), base.size(), base.storageClass(), kept),
        target,
        WriteCondition.none(),
        writeId);
    Child.File copied = core.stored(base.size(), stored, base.storageClass());
    core.metadata().written(target, copied, kept);
    return copied;
  }

  private void delete(Collection<String> keys, String from, String to) throws IOException {
    require(core.store().deleteAll(keys), from, to);
  }

  private static void require(Map<String, StorageException> left, String from, String to)
      throws IOException {
    for (Map.Entry<String, StorageException> entry : left.entrySet()) {
      if (entry.getValue().kind() != StorageException.Kind.NOT_FOUND) {
        throw new FsException(
            Errno.EIO,
            "half of " + from + " may be at " + to + " too: cannot delete " + entry.getKey() + ": "
                + entry.getValue().getMessage());
      }
    }
  }

  /** Takes back the copies that were made, by this process or by one that has ended. */
  void undo(Map<String, String> work) throws IOException {
    String from = field(work, FROM);
    String to = field(work, TO);
    String writeId = field(work, WRITE_ID);
    boolean keepsMarker = Onto.EMPTY_DIRECTORY.name().equals(work.get(ONTO));
    List<String> made = Collections.synchronizedList(new ArrayList<>());
    everyObject(to, object -> {
      String rest = object.key().substring(to.length());
      if (!(keepsMarker && rest.isEmpty())
          && copies.findOwn(object.key(), writeId) != null
          && core.head(from + rest) != null) {
        made.add(object.key());
      }
    });
    delete(made, from, to);
  }

  /** Deletes the sources that a process had copied all before it ended. */
  void finish(Map<String, String> work) throws IOException {
    String from = field(work, FROM);
    String to = field(work, TO);
    String writeId = field(work, WRITE_ID);
    List<String> gone = Collections.synchronizedList(new ArrayList<>());
    everyObject(from, object -> {
      String rest = object.key().substring(from.length());
      if (object.version().value().equals(work.get(OBJECT + rest))
          && copies.findOwn(to + rest, writeId) != null) {
        gone.add(object.key());
      }
    });
    delete(gone, from, to);
  }

  private static String field(Map<String, String> work, String name) {
    return requireNonNull(work.get(name), name);
  }
}
