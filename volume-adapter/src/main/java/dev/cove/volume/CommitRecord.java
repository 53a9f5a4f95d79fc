package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.Sealed;
import dev.cove.volume.snapshot.NodeStore;
import dev.cove.volume.snapshot.Snapshot;
import dev.cove.volume.snapshot.Tree;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/**
 * A commit as it is stored.
 *
 * @param write made up by who writes it, and the same in each try: by it a writer knows its own commit
 * @param merging whether commits on top of this one may merge
 * @param origin what the volume was cloned from, {@code name@number}; empty otherwise
 */
record CommitRecord(
    long number,
    Kind kind,
    Id write,
    long base,
    Instant time,
    String author,
    String message,
    long files,
    long bytes,
    Merging merging,
    String origin,
    Tree inodes,
    Tree entries) {

  /** What a commit does; the numbers are part of the format. */
  enum Kind {
    /** Number 0: the state the volume begins with. */
    BEGIN(0),
    /** The next state. */
    CHANGE(1),
    /** The volume was deleted; nothing follows. */
    END(2);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    static Kind read(ByteReader in) throws StorageException {
      int code = in.octet();
      return switch (code) {
        case 0 -> BEGIN;
        case 1 -> CHANGE;
        case 2 -> END;
        default -> throw in.damaged("an unknown kind of commit " + code);
      };
    }
  }

  Snapshot snapshot() {
    return new Snapshot(inodes, entries);
  }

  /** Whether both show the same files. */
  boolean hasStateOf(CommitRecord other) {
    return inodes.isSameAs(other.inodes) && entries.isSameAs(other.entries);
  }

  Commit toCommit() {
    return new Commit(
        number,
        number == 0 ? List.of() : List.of(number - 1),
        base,
        time,
        author,
        message,
        files,
        bytes);
  }

  boolean shownInHistory() {
    return kind == Kind.CHANGE || (kind == Kind.BEGIN && !origin.isEmpty());
  }

  byte[] encode(BlobWriter blobs) throws StorageException {
    ByteWriter out = new ByteWriter(1 << 10);
    out.varint(number).octet(kind.code).fixedLong(write.high()).fixedLong(write.low());
    out.varint(base).signed(time.getEpochSecond()).varint(time.getNano());
    out.text(author)
        .text(message)
        .varint(files)
        .varint(bytes)
        .octet(merging == Merging.REFUSED ? 1 : 0);
    out.text(origin);
    inodes.writeRoot(out, blobs);
    entries.writeRoot(out, blobs);
    return Sealed.seal(Sealed.Kind.COMMIT, out);
  }

  static CommitRecord decode(byte[] sealed, String key, NodeStore nodes, BlobWriter blobs)
      throws StorageException {
    ByteReader in = Sealed.open(Sealed.Kind.COMMIT, sealed, key);
    long number = in.varint();
    Kind kind = Kind.read(in);
    Id write = new Id(in.fixedLong(), in.fixedLong());
    long base = in.varint();
    Instant time;
    try {
      time = Instant.ofEpochSecond(in.signed(), in.size());
    } catch (DateTimeException | ArithmeticException e) {
      throw in.damaged("a time out of range");
    }
    CommitRecord record = new CommitRecord(
        number,
        kind,
        write,
        base,
        time,
        in.text(),
        in.text(),
        in.varint(),
        in.varint(),
        in.octet() == 0 ? Merging.ALLOWED : Merging.REFUSED,
        in.text(),
        Tree.readRoot(in, nodes, blobs),
        Tree.readRoot(in, nodes, blobs));
    in.end();
    return record;
  }
}
