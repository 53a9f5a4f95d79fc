package dev.cove.mount;

import dev.cove.namespace.PosixMetadata;
import dev.cove.namespace.UserXattrs;
import dev.cove.storage.Content;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.vfs.FileType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes or undoes what a killed process had begun: half-done renames, unlinked files that were
 * still open, attributes that were not stored yet. What others have changed since is left as it is.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Core core;
  private final ServerCopies copies;
  private final DirectoryMoves moves;
  private final Journal journal;

  Recovery(Core core, ServerCopies copies, DirectoryMoves moves, Journal journal) {
    this.core = core;
    this.copies = copies;
    this.moves = moves;
    this.journal = journal;
  }

  /** Attributes as the journal keeps them; absent ones are not to be changed. */
  static Map<String, String> describe(String key, Version version, FileInode.Pending pending) {
    Map<String, String> fields = describe(key, pending);
    fields.put("version", version.value());
    return fields;
  }

  /** As {@link #describe(String, Version, FileInode.Pending)} for a file that is not stored yet. */
  static Map<String, String> describe(String key, FileInode.Pending pending) {
    Map<String, String> fields = new HashMap<>();
    PosixMetadata posix = pending.posix();
    fields.put("key", key);
    put(fields, "mode", posix.permissions());
    put(fields, "uid", posix.uid());
    put(fields, "gid", posix.gid());
    put(fields, "mtime", posix.modifiedNanos());
    Map<String, byte[]> xattrs = pending.xattrs();
    if (xattrs != null) {
      fields.put("xattr", UserXattrs.store(Map.of(), xattrs).getOrDefault("xattr", ""));
    }
    return fields;
  }

  private static void put(Map<String, String> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value.toString());
    }
  }

  /**
   * Does what is left to do, oldest first; what fails stays in the journal for the next time.
   *
   * @return by the number of a piece of work why it failed
   */
  Map<Long, String> run(Predicate<Journal.Work> wanted) {
    Map<Long, String> failures = new HashMap<>();
    for (Journal.Work work : journal.open().stream().filter(wanted).toList()) {
      try {
        finish(work);
        journal.resume(work).done();
        LOG.info("finished what an earlier process had begun: {} {}", work.kind(), work.fields());
      } catch (IOException | RuntimeException e) {
        LOG.error(
            "cannot finish what an earlier process had begun, {} {}: {}",
            work.kind(),
            work.fields(),
            e.getMessage());
        failures.put(work.id(), String.valueOf(e.getMessage()));
      }
    }
    return failures;
  }

  private void finish(Journal.Work work) throws IOException {
    switch (work.kind()) {
      case DirectoryMoves.COPYING -> moves.undo(work.fields());
      case DirectoryMoves.DELETING -> moves.finish(work.fields());
      case "move" -> {
        if (copies.findOwn(work.field("to"), work.field("writeId")) != null) {
          delete(work.field("from"), new Version(work.field("version")));
        }
      }
      case "delete" -> delete(work.field("key"), new Version(work.field("version")));
      case "attributes" -> attributes(work);
      case NewFiles.CREATE -> create(work);
      default -> LOG.warn("the journal tells of work this version does not know: {}", work.kind());
    }
  }

  private void delete(String key, Version version) throws IOException {
    ObjectInfo present = core.head(key);
    if (present != null && present.version().equals(version)) {
      core.deleteVersion(key, version);
    }
  }

  private void attributes(Journal.Work work) throws IOException {
    String key = work.field("key");
    ObjectInfo present = core.head(key);
    if (present == null || !present.version().value().equals(work.field("version"))) {
      return; // replaced since, with attributes of its own
    }
    ObjectAttributes before =
        present.attributes() == null ? ObjectAttributes.NONE : present.attributes();
    PosixMetadata stored = PosixMetadata.parse(before.metadata(), false);
    FileType type = stored.type() == FileType.SYMLINK ? FileType.SYMLINK : FileType.FILE;
    ObjectAttributes after =
        withXattrs(core.descriptions().from(before, type, stored.with(posix(work))), work);
    var unused = copies.copy(
        new ServerCopies.Source(
            key, present.version(), present.size(), present.storageClass(), after),
        key,
        WriteCondition.ifVersion(present.version()));
  }

  /** A new file that was closed without a byte, unless there is another by now. */
  private void create(Journal.Work work) throws IOException {
    String key = work.field("key");
    ObjectAttributes attributes = withXattrs(
        core.descriptions()
            .fresh(key.substring(key.lastIndexOf('/') + 1), FileType.FILE, posix(work)),
        work);
    try {
      var unused = core.put(
          key,
          Content.EMPTY,
          WriteOptions.DEFAULT.with(attributes).with(WriteCondition.ifAbsent()));
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.PRECONDITION_FAILED) {
        throw e;
      }
    }
  }

  private static PosixMetadata posix(Journal.Work work) {
    return new PosixMetadata(
        null,
        number(work, "mode"),
        number(work, "uid"),
        number(work, "gid"),
        work.fields().containsKey("mtime") ? Long.valueOf(work.field("mtime")) : null);
  }

  private static ObjectAttributes withXattrs(ObjectAttributes attributes, Journal.Work work) {
    String xattr = work.fields().get("xattr");
    if (xattr == null) {
      return attributes;
    }
    Map<String, String> metadata = new HashMap<>(attributes.metadata());
    metadata.put("xattr", xattr);
    metadata.values().removeIf(String::isEmpty);
    return attributes.withMetadata(metadata);
  }

  private static @Nullable Integer number(Journal.Work work, String name) {
    return work.fields().containsKey(name) ? Integer.valueOf(work.field(name)) : null;
  }
}
