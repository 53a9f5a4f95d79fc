package dev.cove.write;

import dev.cove.storage.Capabilities;
import dev.cove.storage.PartSizes;
import java.util.ArrayList;
import java.util.List;

/**
 * How a file becomes the parts of an upload: what did not change is copied by the store, what did is
 * sent, with as little beside it as the least size of a part allows.
 */
final class PartPlan {
  // Larger ranges are copied in pieces, so that each is done well within a request's time.
  private static final long COPY_PIECE = 1L << 30;

  private final Capabilities limits;
  private final PartSizes sizes;
  private final long size;
  private final List<Piece> pieces = new ArrayList<>();

  /** Where a part's bytes come from. */
  enum Kind {
    COPY,
    DATA
  }

  /** One part. */
  record Piece(int number, long start, long length, Kind kind) {
    long end() {
      return start + length;
    }
  }

  private record Region(long start, long end, Kind kind) {}

  private PartPlan(Capabilities limits, PartSizes sizes, long size) {
    this.limits = limits;
    this.sizes = sizes;
    this.size = size;
  }

  /**
   * The parts in order. All but the last stay the same when the file grows at its end.
   *
   * @param size bytes of the file, at least 1
   * @param kept bytes of the base if the file begins with all of it, else 0
   * @param changed what the base does not have
   */
  static List<Piece> of(
      long size, long kept, Extents changed, Capabilities limits, PartSizes sizes) {
    Extents sent = changed;
    if (!limits.partCopy()) {
      if (limits.compose() && kept > 0 && !changed.intersects(0, kept)) {
        return appended(size, kept, limits, sizes);
      }
      sent = new Extents();
      sent.add(0, size);
    }
    // Small gaps between changes cannot be parts; many changes are drawn together until they fit.
    for (long gap = Math.max(1, limits.minPartSize()); ; gap *= 2) {
      PartPlan plan = new PartPlan(limits, sizes, size);
      if (plan.fill(plan.regions(sent, gap)) || gap > size) {
        return plan.pieces;
      }
    }
  }

  /** The whole base as the first part, which is all that can be copied where objects are composed. */
  private static List<Piece> appended(long size, long kept, Capabilities limits, PartSizes sizes) {
    PartPlan plan = new PartPlan(limits, sizes, size);
    plan.add(0, kept, Kind.COPY);
    if (plan.send(new Region(kept, size, Kind.DATA))) {
      return plan.pieces;
    }
    throw new IllegalStateException(
        size + " bytes do not fit into " + limits.maxParts() + " parts");
  }

  private List<Region> regions(Extents changed, long gap) {
    List<Region> regions = new ArrayList<>();
    changed.forEach((start, end) -> {
      Region last = regions.isEmpty() ? null : regions.get(regions.size() - 1);
      long planned = last == null ? 0 : last.end();
      if (end <= planned) {
        return;
      }
      if (start - planned >= gap) {
        regions.add(new Region(planned, start, Kind.COPY));
        regions.add(new Region(start, Math.min(size, Math.max(end, start + gap)), Kind.DATA));
      } else if (last == null) {
        regions.add(new Region(0, Math.min(size, Math.max(end, gap)), Kind.DATA));
      } else {
        regions.set(regions.size() - 1, new Region(last.start(), end, Kind.DATA));
      }
    });
    long planned = regions.isEmpty() ? 0 : regions.get(regions.size() - 1).end();
    if (planned < size) {
      regions.add(new Region(planned, size, Kind.COPY));
    }
    return regions;
  }

  private boolean fill(List<Region> regions) {
    for (Region region : regions) {
      boolean fits = region.kind() == Kind.COPY ? copy(region) : send(region);
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private boolean copy(Region region) {
    long length = region.end() - region.start();
    long most = Math.min(limits.maxPartSize(), Math.max(COPY_PIECE, limits.minPartSize()));
    long count = (length + most - 1) / most;
    for (long i = 0; i < count; i++) {
      long from = region.start() + length / count * i;
      long to = i == count - 1 ? region.end() : from + length / count;
      if (!add(from, to, Kind.COPY)) {
        return false;
      }
    }
    return true;
  }

  private boolean send(Region region) {
    long at = region.start();
    while (at < region.end()) {
      if (pieces.size() >= limits.maxParts()) {
        return false;
      }
      long part = sizes.sizeOf(pieces.size() + 1);
      long left = region.end() - at;
      long length;
      if (left <= part) {
        length = left;
      } else if (region.end() == size || left >= 2 * part) {
        length = part;
      } else {
        // A rest too small for a part of its own goes with this one.
        length = left <= limits.maxPartSize() ? left : left / 2;
      }
      if (!add(at, at + length, Kind.DATA)) {
        return false;
      }
      at += length;
    }
    return true;
  }

  private boolean add(long start, long end, Kind kind) {
    if (pieces.size() >= limits.maxParts()) {
      return false;
    }
    pieces.add(new Piece(pieces.size() + 1, start, end - start, kind));
    return true;
  }
}
