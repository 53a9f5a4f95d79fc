package dev.cove.volume;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.Sealed;
import java.time.Instant;

/** One state of a name; the octet it begins with is part of the format. */
sealed interface NameRecord {

  /** No volume has the name. */
  record Free() implements NameRecord {}

  /** The volume that has it, and when that was created. */
  record Holds(Id line, Instant created) implements NameRecord {}

  /** The volume that had it is called otherwise: what the record of that number under the other name says has come true. */
  record Moved(String to, long number) implements NameRecord {}

  /** The volume has this name if the record of that number under its name before says {@link Moved} to this very record. */
  record Tentative(Holds volume, String from, long number) implements NameRecord {}

  Free FREE = new Free();

  default byte[] encode() {
    ByteWriter out = new ByteWriter();
    if (this instanceof Holds holds) {
      write(out.octet(1), holds);
    } else if (this instanceof Moved moved) {
      out.octet(2).text(moved.to()).varint(moved.number());
    } else if (this instanceof Tentative tentative) {
      write(out.octet(3), tentative.volume());
      out.text(tentative.from()).varint(tentative.number());
    } else {
      out.octet(0);
    }
    return Sealed.seal(Sealed.Kind.NAME, out);
  }

  private static void write(ByteWriter out, Holds holds) {
    out.fixedLong(holds.line().high()).fixedLong(holds.line().low());
    out.signed(holds.created().getEpochSecond());
  }

  static NameRecord decode(byte[] sealed, String key) throws StorageException {
    ByteReader in = Sealed.open(Sealed.Kind.NAME, sealed, key);
    int state = in.octet();
    NameRecord record = switch (state) {
      case 0 -> FREE;
      case 1 -> readHolds(in);
      case 2 -> new Moved(in.text(), in.varint());
      case 3 -> new Tentative(readHolds(in), in.text(), in.varint());
      default -> throw in.damaged("an unknown state of a name " + state);
    };
    in.end();
    return record;
  }

  private static Holds readHolds(ByteReader in) throws StorageException {
    return new Holds(new Id(in.fixedLong(), in.fixedLong()), Instant.ofEpochSecond(in.signed()));
  }
}
