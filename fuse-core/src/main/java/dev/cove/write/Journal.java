package dev.cove.write;

import dev.cove.storage.Part;
import dev.cove.storage.Upload;
import dev.cove.write.PartPlan.Piece;
import dev.cove.write.Shape.Attempt;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a later process needs to know of a staged file. Guarded by the file's lock.
 *
 * <p>The file is a row of frames, each of a length, a CRC32C and records; the first frame is a whole
 * state. A frame is there before the blocks it speaks of change, so that after a crash a block is what
 * the last frame says or what the ones before it said. The exception are bytes written one after the
 * other at the end: they are recorded together, later. Until something must be recorded there is no
 * journal, so a small file written and closed at once costs one frame.
 *
 * <p>The process's death loses nothing that a frame says. A machine's may, unless {@link #force} was
 * called: nothing is acknowledged that is only here.
 */
final class Journal {
  static final byte FORMAT = 1;
  static final String SUFFIX = ".journal";

  // Kinds of records.
  static final byte HEAD = 1;
  static final byte TARGET = 2;
  static final byte BASE = 3;
  static final byte SHAPE = 4;
  static final byte ATTEMPT = 5;
  static final byte UPLOAD = 6;
  static final byte PART = 7;
  static final byte BLOCKS = 8;
  static final byte WRITE = 9;
  static final byte RESIZE = 10;
  static final byte RELEASE = 11;
  static final byte ATTEMPT_DROPPED = 12;
  static final byte UPLOAD_DROPPED = 13;
  static final byte STATE = 14;
  static final byte PLAIN_FILE = 15;

  // A journal is written anew once it has this many bytes more than when it was written whole.
  private static final long SLACK = 4L << 20;

  private final Spool spool;
  private final FrameFile file;
  private final Supplier<Snapshot> source;

  private boolean active;
  // A request that ends after the file was closed may still report.
  private boolean ended;
  // The file is behind what is known; the next frame is a whole state.
  private boolean stale;
  private long rewriteAt;
  private @Nullable String reason;
  private @Nullable String plainFile;

  // There is something to record though there is no journal.
  private boolean due;

  // Bytes at the end that no frame speaks of yet.
  private long unloggedFrom;
  private long unloggedTo;

  /** All that a journal says. */
  record Snapshot(
      Target target,
      Shape shape,
      @Nullable Transfer transfer,
      SortedMap<Integer, Segment> segments) {}

  /** Writes records. */
  @FunctionalInterface
  private interface Frame {
    void write(DataOutputStream out) throws IOException;
  }

  Journal(Spool spool, String id, Supplier<Snapshot> source) {
    this.spool = spool;
    this.file = new FrameFile(spool, spool.file(id + SUFFIX));
    this.source = source;
  }

  /** Goes on with a journal that an earlier process left. */
  void resume(@Nullable String reasonBefore, @Nullable String plainFileBefore) {
    active = true;
    stale = true;
    reason = reasonBefore;
    plainFile = plainFileBefore;
  }

  private boolean isBehind() {
    return unloggedTo > unloggedFrom;
  }

  boolean isActive() {
    return active;
  }

  /** Whether a write that begins here can be recorded later, together with those after it. */
  boolean leavesForLater(long start) {
    return isBehind() ? start == unloggedTo : start >= source.get().shape().size();
  }

  /** A write that was left for later, after it was done. */
  void later(long start, long end) throws IOException {
    if (!isBehind()) {
      unloggedFrom = start;
    }
    unloggedTo = end;
    if (unloggedTo - unloggedFrom >= spool.options().segmentSize()) {
      checkpoint();
    }
  }

  /** Any other write, before its blocks change. */
  void write(long start, long end, boolean dirty, int segment, Blocks.Slice change)
      throws IOException {
    record(out -> {
      out.writeByte(WRITE);
      out.writeLong(start);
      out.writeLong(end);
      out.writeBoolean(dirty);
      out.writeByte(BLOCKS);
      Records.blocks(out, segment, change);
    });
  }

  /** A new size, before the blocks change. */
  void resize(long newSize, int segment, Blocks.@Nullable Slice cut) throws IOException {
    record(out -> {
      out.writeByte(RESIZE);
      out.writeLong(newSize);
      if (cut != null) {
        out.writeByte(BLOCKS);
        Records.blocks(out, segment, cut);
      }
    });
  }

  /** Bytes that are going to be given up. */
  void release(long start, long end) throws IOException {
    recordIfActive(out -> {
      out.writeByte(RELEASE);
      out.writeLong(start);
      out.writeLong(end);
    });
  }

  void target(Target target) throws IOException {
    recordIfActive(out -> {
      out.writeByte(TARGET);
      Records.target(out, target);
    });
  }

  void base(Base base) throws IOException {
    recordIfActive(out -> {
      out.writeByte(BASE);
      Records.base(out, base);
    });
  }

  /** To be called after the transfer has its upload. */
  void began(Transfer transfer, Upload upload) throws IOException {
    recordOrActivate(out -> upload(out, transfer, upload));
  }

  void sent(Piece piece, Part part) throws IOException {
    recordOrActivate(out -> {
      out.writeByte(PART);
      Records.part(out, piece, part);
    });
  }

  void uploadDropped() throws IOException {
    recordIfActive(out -> out.writeByte(UPLOAD_DROPPED));
  }

  /**
   * To be called after the shape knows the attempt. Where there is no journal yet it may come with
   * the next checkpoint: most writes are done before.
   */
  void cut(Attempt attempt) throws IOException {
    if (active) {
      record(out -> attempt(out, attempt));
    } else {
      due = true;
    }
  }

  void attemptDropped(Attempt attempt) throws IOException {
    recordIfActive(out -> {
      out.writeByte(ATTEMPT_DROPPED);
      out.writeUTF(attempt.writeId);
      out.writeLong(attempt.size);
    });
  }

  /** Why the file is kept though it is not stored. */
  void kept(String why) throws IOException {
    reason = why;
    recordOrActivate(out -> state(out, why));
  }

  /** The whole content is an ordinary file, too. */
  void plainFile(String name) throws IOException {
    plainFile = name;
    recordOrActivate(out -> plainFile(out, name));
  }

  @Nullable
  String plainFile() {
    return plainFile;
  }

  /** The object is what was cut off; to be called after the shape knows. */
  void published(boolean dirty) {
    reason = null;
    due = false;
    unloggedTo = unloggedFrom;
    if (!dirty) {
      delete();
      return;
    }
    try {
      rewrite();
    } catch (IOException e) {
      // The old frames say that the write was on its way; its id tells a later process the rest.
      stale = true;
    }
  }

  /** Records what was left for later. */
  void checkpoint() throws IOException {
    if (!isBehind() && !due) {
      return;
    }
    if (!active || stale) {
      rewrite();
      return;
    }
    long from = unloggedFrom;
    long to = unloggedTo;
    unloggedTo = unloggedFrom;
    try {
      append(out -> {
        out.writeByte(WRITE);
        out.writeLong(from);
        out.writeLong(to);
        out.writeBoolean(true);
        int size = spool.options().segmentSize();
        SortedMap<Integer, Segment> touched =
            source.get().segments().subMap((int) (from / size), (int) ((to - 1) / size) + 1);
        for (Map.Entry<Integer, Segment> entry : touched.entrySet()) {
          long base = (long) entry.getKey() * size;
          out.writeByte(BLOCKS);
          Records.blocks(
              out, entry.getKey(), entry.getValue().slice((int) Math.max(0, from - base), (int)
                  Math.min(size, to - base)));
        }
      });
    } catch (IOException e) {
      unloggedTo = to;
      throw e;
    }
  }

  private void recordIfActive(Frame frame) throws IOException {
    if (active) {
      record(frame);
    }
  }

  /** For what the state says, too, by the time of the call. */
  private void recordOrActivate(Frame frame) throws IOException {
    if (active && !stale) {
      record(frame);
    } else {
      rewrite();
    }
  }

  private void record(Frame frame) throws IOException {
    if (!active || stale || file.length() >= rewriteAt) {
      rewrite();
    } else {
      checkpoint();
    }
    append(frame);
  }

  private void append(Frame frame) throws IOException {
    if (!ended) {
      file.append(bytes(frame));
    }
  }

  private static byte[] bytes(Frame frame) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      frame.write(out);
    }
    return bytes.toByteArray();
  }

  /** Replaces the journal by one frame that says all. */
  private void rewrite() throws IOException {
    if (ended) {
      return;
    }
    Snapshot state = source.get();
    for (Segment segment : state.segments().values()) {
      segment.settle();
    }
    file.replace(bytes(out -> whole(out, state)));
    active = true;
    stale = false;
    due = false;
    unloggedTo = unloggedFrom;
    rewriteAt = file.length() + Math.max(file.length(), SLACK);
  }

  private void whole(DataOutputStream out, Snapshot state) throws IOException {
    out.writeByte(HEAD);
    out.writeByte(FORMAT);
    out.writeInt(spool.options().blockSize());
    out.writeInt(spool.options().segmentSize());
    out.writeByte(TARGET);
    Records.target(out, state.target());
    Shape shape = state.shape();
    out.writeByte(BASE);
    Records.base(out, shape.base());
    out.writeByte(SHAPE);
    out.writeLong(shape.size());
    out.writeLong(shape.baseLimit());
    Records.ranges(out, shape.local());
    Records.ranges(out, shape.dirty());
    Records.ranges(out, shape.gone());
    for (Attempt attempt : shape.attempts()) {
      attempt(out, attempt);
    }
    Transfer transfer = state.transfer();
    if (transfer != null && transfer.upload() != null) {
      upload(out, transfer, transfer.upload());
      for (Transfer.Slot slot : transfer.slots()) {
        if (slot.sent() != null) {
          out.writeByte(PART);
          Records.part(out, slot.piece(), slot.sent());
        }
      }
    }
    for (Map.Entry<Integer, Segment> entry : state.segments().entrySet()) {
      out.writeByte(BLOCKS);
      Records.blocks(out, entry.getKey(), entry.getValue().slice());
    }
    if (reason != null) {
      state(out, reason);
    }
    if (plainFile != null) {
      plainFile(out, plainFile);
    }
  }

  private static void attempt(DataOutputStream out, Attempt attempt) throws IOException {
    out.writeByte(ATTEMPT);
    out.writeUTF(attempt.writeId);
    Records.target(out, attempt.target);
    out.writeLong(attempt.size);
    out.writeLong(attempt.limit);
    Records.ranges(out, attempt.since);
  }

  private static void upload(DataOutputStream out, Transfer transfer, Upload upload)
      throws IOException {
    out.writeByte(UPLOAD);
    Records.target(out, transfer.target);
    out.writeUTF(transfer.writeId);
    Records.base(out, transfer.base());
    out.writeInt(transfer.resends());
    Records.upload(out, upload);
  }

  private static void state(DataOutputStream out, String reason) throws IOException {
    out.writeByte(STATE);
    out.writeUTF(reason);
  }

  private static void plainFile(DataOutputStream out, String name) throws IOException {
    out.writeByte(PLAIN_FILE);
    out.writeUTF(name);
  }

  /** Returns when what was recorded outlives the machine's crash, too. */
  void force() throws IOException {
    if (!active || stale) {
      rewrite();
    } else {
      checkpoint();
    }
    file.force();
  }

  /** Lets go of the file and leaves it where it is, all recorded. */
  void leave() throws IOException {
    try {
      checkpoint();
    } finally {
      ended = true;
      file.close();
    }
  }

  /** Removes the file; nothing is recorded any more. */
  void end() {
    delete();
    ended = true;
  }

  private void delete() {
    if (active) {
      active = false;
      stale = false;
      file.delete();
    }
    unloggedTo = unloggedFrom;
  }
}
