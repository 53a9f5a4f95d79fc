package dev.cove.write;

import dev.cove.storage.Crc32cSums;
import dev.cove.write.Shape.Run;
import dev.cove.write.Shape.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a range of a staged file consisted of at one instant. Its bytes are read later, without the
 * file's lock.
 */
final class LocalRuns {
  private final int blockSize;
  private final long start;
  private final long end;
  private final List<Piece> pieces;

  /** A run, cut at the borders of segments; the segment is there for local bytes only. */
  private record Piece(Run run, @Nullable Segment segment, int from) {}

  private LocalRuns(int blockSize, long start, long end, List<Piece> pieces) {
    this.blockSize = blockSize;
    this.start = start;
    this.end = end;
    this.pieces = pieces;
  }

  /** Called with the file's lock held. */
  static LocalRuns of(
      Shape shape, SegmentSet segments, SpoolOptions options, long start, long end) {
    List<Piece> pieces = new ArrayList<>(2);
    for (long at = start; at < end; ) {
      Run run = shape.runAt(at, end);
      if (run.source() == Source.LOCAL) {
        long base = segments.startOf(at);
        run = new Run(Source.LOCAL, at, Math.min(run.end(), base + options.segmentSize()));
        pieces.add(new Piece(run, segments.find(segments.indexOf(at)), (int) (at - base)));
      } else {
        pieces.add(new Piece(run, null, 0));
      }
      at = run.end();
    }
    return new LocalRuns(options.blockSize(), start, Math.max(start, end), pieces);
  }

  boolean has(Source source) {
    for (Piece piece : pieces) {
      if (piece.run().source() == source) {
        return true;
      }
    }
    return false;
  }

  /** The bytes of this source, if there are any. */
  Extents from(Source source) {
    Extents ranges = new Extents();
    for (Piece piece : pieces) {
      if (piece.run().source() == source) {
        ranges.add(piece.run().start(), piece.run().end());
      }
    }
    return ranges;
  }

  /** The CRC32C of it all, where that follows from the blocks' checksums. */
  OptionalInt crc32c() {
    int sum = 0;
    for (Piece piece : pieces) {
      long length = piece.run().length();
      OptionalInt next = OptionalInt.empty();
      if (piece.run().source() == Source.ZERO) {
        next = OptionalInt.of(Crc32cSums.zeros(length));
      } else if (piece.segment() != null) {
        next = piece.segment().crc32c(piece.from(), piece.from() + (int) length);
      }
      if (next.isEmpty()) {
        return next;
      }
      sum = Crc32cSums.append(sum, next.getAsInt(), Crc32cSums.shift(length));
    }
    return OptionalInt.of(sum);
  }

  /** Where {@link #load} begins to fill: at a block's border. */
  private long origin() {
    return start / blockSize * blockSize;
  }

  /** How many bytes {@link #load} needs; 0 when all is the base's. */
  int areaSize() {
    return has(Source.LOCAL) || has(Source.ZERO)
        ? (int) ((end - origin() + blockSize - 1) / blockSize * blockSize)
        : 0;
  }

  /**
   * Fills the area with the local bytes and zeros, checked, and makes it the range that was asked
   * for.
   *
   * @return false when a segment was given up meanwhile
   * @throws WriteException {@code CORRUPT}
   */
  boolean load(ByteBuffer area) throws IOException {
    long origin = origin();
    for (Piece piece : pieces) {
      if (piece.segment() != null) {
        area.clear();
        area.position((int) (piece.run().start() - origin) - piece.from() % blockSize);
        int to = piece.from() + (int) piece.run().length();
        if (!piece.segment().read(piece.from(), to, area)) {
          return false;
        }
      }
    }
    // Blocks were read whole, so what is not local in them is set last.
    for (Piece piece : pieces) {
      if (piece.run().source() == Source.ZERO) {
        zero(area, (int) (piece.run().start() - origin), (int) (piece.run().end() - origin));
      }
    }
    area.clear().limit((int) (end - origin)).position((int) (start - origin));
    return true;
  }

  private static void zero(ByteBuffer area, int from, int to) {
    int at = from;
    for (; at < to && (at & 7) != 0; at++) {
      area.put(at, (byte) 0);
    }
    for (; at + 8 <= to; at += 8) {
      area.putLong(at, 0);
    }
    for (; at < to; at++) {
      area.put(at, (byte) 0);
    }
  }

  /**
   * The range's bytes in order.
   *
   * @param loaded what {@link #load} filled
   * @param base the base's bytes from {@code baseStart} on, to the last that is needed at least
   */
  ByteBuffer[] pieces(ByteBuffer loaded, long baseStart, ByteBuffer[] base) {
    List<ByteBuffer> out = new ArrayList<>(pieces.size());
    long at = start;
    for (Piece piece : pieces) {
      Run run = piece.run();
      if (run.source() == Source.BASE) {
        addLocal(loaded, at, run.start(), out);
        cut(base, run.start() - baseStart, run.end() - baseStart, out);
        at = run.end();
      }
    }
    addLocal(loaded, at, end, out);
    return out.toArray(new ByteBuffer[0]);
  }

  private void addLocal(ByteBuffer loaded, long from, long to, List<ByteBuffer> out) {
    if (from < to) {
      out.add(cut(loaded, (int) (from - origin()), (int) (to - origin())));
    }
  }

  private static ByteBuffer cut(ByteBuffer bytes, int from, int to) {
    return bytes.duplicate().limit(to).position(from).slice();
  }

  private static void cut(ByteBuffer[] pieces, long start, long end, List<ByteBuffer> out) {
    long at = 0;
    for (ByteBuffer bytes : pieces) {
      long stop = at + bytes.remaining();
      if (stop > start && at < end) {
        int skip = (int) Math.max(0, start - at);
        int until = (int) (Math.min(end, stop) - at);
        out.add(cut(bytes, bytes.position() + skip, bytes.position() + until));
      }
      at = stop;
    }
  }
}
