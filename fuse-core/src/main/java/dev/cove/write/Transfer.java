package dev.cove.write;

import dev.cove.storage.Part;
import dev.cove.storage.Upload;
import dev.cove.write.PartPlan.Kind;
import dev.cove.write.PartPlan.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A multipart upload of one staged file; guarded by that file's lock. */
final class Transfer {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  final Target target;
  final String writeId;

  private @Nullable Base base;

  private @Nullable Upload upload;
  private boolean beginning;
  private boolean retired;
  private long failedAt;
  // Why the upload could not be begun.
  private @Nullable Throwable failure;
  private final TreeMap<Integer, Slot> slots = new TreeMap<>();
  private int planned;
  private int inFlight;
  private int resends;
  // No slot reaches further: sequential writes need not look at any.
  private long reach;

  /** One part number: what it is to hold, and what the store has of it. */
  static final class Slot {
    final int number;
    private Piece piece;
    private @Nullable Part sent;
    private boolean inFlight;
    // What is on its way is not what is wanted any more.
    private boolean stale;
    private @Nullable Throwable failure;

    Slot(Piece piece) {
      this.number = piece.number();
      this.piece = piece;
    }

    Piece piece() {
      return piece;
    }

    @Nullable
    Part sent() {
      return sent;
    }

    boolean inFlight() {
      return inFlight;
    }

    @Nullable
    Throwable failure() {
      return failure;
    }

    private boolean overlaps(long start, long end) {
      return piece.start() < end && piece.end() > start;
    }
  }

  Transfer(Target target, String writeId, @Nullable Base base) {
    this.target = target;
    this.writeId = writeId;
    this.base = base;
  }

  /** What parts are copied from. */
  @Nullable
  Base base() {
    return base;
  }

  /** The bytes of the base are another object's now; parts that were copied stay what they are. */
  void rebased(@Nullable Base old, Base same) {
    if (base != null && base.equals(old)) {
      base = same;
    }
  }

  @Nullable
  Upload upload() {
    return upload;
  }

  /** From now on no part is sent any more. */
  void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  boolean isBeginning() {
    return beginning;
  }

  void beginning() {
    beginning = true;
  }

  void begun(@Nullable Upload begun, @Nullable Throwable why) {
    beginning = false;
    upload = begun;
    failure = why;
    failedAt = System.nanoTime();
  }

  /** Requests under way. */
  int inFlight() {
    return inFlight + (beginning ? 1 : 0);
  }

  /** How often a part had to be sent again because it was written to. */
  int resends() {
    return resends;
  }

  /** Takes a plan; parts that it leaves as they are keep what was sent of them. */
  void plan(List<Piece> pieces) {
    for (Piece piece : pieces) {
      reach = Math.max(reach, piece.end());
      Slot slot = slots.get(piece.number());
      if (slot == null) {
        slots.put(piece.number(), new Slot(piece));
      } else if (!slot.piece.equals(piece)) {
        invalidate(slot);
        slot.piece = piece;
      }
    }
    planned = pieces.size();
  }

  /** The parts of the plan in order. */
  Iterable<Slot> slots() {
    return slots.headMap(planned, true).values();
  }

  /** Bytes in this range changed. */
  void touched(long start, long end) {
    if (start >= reach) {
      return;
    }
    for (Slot slot : slots.values()) {
      if (slot.overlaps(start, end)) {
        invalidate(slot);
      }
    }
  }

  private void invalidate(Slot slot) {
    if (slot.sent != null || slot.inFlight) {
      resends++;
    }
    slot.sent = null;
    slot.stale = slot.inFlight;
    slot.failure = null;
  }

  void started(Slot slot) {
    slot.inFlight = true;
    slot.stale = false;
    inFlight++;
  }

  /** Whether what arrived is what is wanted. */
  boolean arrived(Slot slot, Part part) {
    ended(slot);
    if (slot.stale) {
      slot.stale = false;
      return false;
    }
    slot.sent = part;
    return true;
  }

  void failed(Slot slot, Throwable failure) {
    ended(slot);
    if (!slot.stale) {
      slot.failure = failure;
      failedAt = System.nanoTime();
    }
    slot.stale = false;
  }

  private void ended(Slot slot) {
    slot.inFlight = false;
    inFlight--;
  }

  /** Read back after a crash. */
  void resends(int before) {
    resends = before;
  }

  /** Read back after a crash. */
  void restored(Piece piece, Part part) {
    Slot slot = new Slot(piece);
    slot.sent = part;
    slots.put(piece.number(), slot);
    planned = Math.max(planned, piece.number());
    reach = Math.max(reach, piece.end());
  }

  /** Forgets failures that are old enough to be tried again in the background. */
  void forgetOldFailures() {
    if (System.nanoTime() - failedAt > RETRY_NANOS) {
      forgetFailures();
    }
  }

  void forgetFailures() {
    failure = null;
    slots.values().forEach(slot -> slot.failure = null);
  }

  @Nullable
  Throwable failure() {
    if (failure != null) {
      return failure;
    }
    for (Slot slot : slots()) {
      if (slot.failure != null) {
        return slot.failure;
      }
    }
    return null;
  }

  /** The parts to complete with; null while some are missing. */
  @Nullable
  List<Part> parts() {
    List<Part> parts = new ArrayList<>(planned);
    for (Slot slot : slots()) {
      if (slot.sent == null) {
        return null;
      }
      parts.add(slot.sent);
    }
    return parts;
  }

  /** Whether the store has every byte of this range in parts that hold. */
  boolean hasSent(long start, long end) {
    Extents sent = new Extents();
    for (Slot slot : slots.values()) {
      if (slot.sent != null && slot.piece.kind() == Kind.DATA && slot.overlaps(start, end)) {
        sent.add(slot.piece.start(), slot.piece.end());
      }
    }
    return sent.contains(start, end);
  }

  boolean isSending(long start, long end) {
    for (Slot slot : slots.values()) {
      if (slot.inFlight && slot.overlaps(start, end)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a part ends here. */
  boolean isBorder(long offset) {
    for (Slot slot : slots.values()) {
      if (slot.piece.end() == offset) {
        return true;
      }
    }
    return offset == 0;
  }
}
