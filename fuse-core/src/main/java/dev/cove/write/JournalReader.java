package dev.cove.write;

import dev.cove.storage.Upload;
import dev.cove.storage.WriteCondition;
import dev.cove.write.Shape.Attempt;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a journal says, and what of its last frame came true. */
final class JournalReader {
  private final int blockSize;
  private final int segmentSize;
  private final TreeMap<Integer, Blocks> blocks = new TreeMap<>();
  private @Nullable Target target;
  private @Nullable Base base;
  private @Nullable Shape shape;
  private @Nullable Transfer transfer;
  private @Nullable String reason;
  private @Nullable String plainFile;
  private boolean damaged;

  // The last frame's changes, while it is not known whether its bytes were written.
  private final List<Change> last = new ArrayList<>();
  private @Nullable Extents lastRange;
  private @Nullable Shape before;

  /** A block as the last frame changes it. */
  private record Change(int segment, int block, int oldSum, int oldCovered) {}

  /** A staged file as an earlier process left it. */
  record State(
      Target target,
      Shape shape,
      Map<Integer, Blocks> blocks,
      @Nullable Transfer transfer,
      @Nullable String reason,
      @Nullable String plainFile,
      boolean damaged) {}

  private JournalReader(SpoolOptions options) {
    this.blockSize = options.blockSize();
    this.segmentSize = options.segmentSize();
  }

  /**
   * Reads a journal and looks at the blocks of its last frame.
   *
   * @throws IOException when it is damaged from its beginning on, or of another version
   */
  static State read(Spool spool, Path journal, String id) throws IOException {
    JournalReader reader = new JournalReader(spool.options());
    FrameFile.Content content = FrameFile.read(journal);
    reader.damaged = content.damaged();
    List<byte[]> frames = content.frames();
    for (int i = 0; i < frames.size(); i++) {
      reader.replay(frames.get(i), i > 0 && i == frames.size() - 1);
    }
    Target target = reader.target;
    Shape shape = reader.shape;
    if (target == null || shape == null) {
      throw new IOException("the journal " + journal + " is damaged");
    }
    reader.settleLast(spool, id, shape);
    return new State(
        target,
        shape,
        reader.blocks,
        reader.transfer,
        reader.reason,
        reader.plainFile,
        reader.damaged);
  }

  private void replay(byte[] frame, boolean isLast) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(frame));
    if (isLast && shape != null) {
      before = shape.copyOfRanges();
    }
    while (in.available() > 0) {
      byte kind = in.readByte();
      switch (kind) {
        case Journal.HEAD -> head(in);
        case Journal.TARGET -> target = Records.target(in);
        case Journal.BASE -> base(Records.base(in));
        case Journal.SHAPE -> shape(in);
        case Journal.ATTEMPT -> attempt(in);
        case Journal.UPLOAD -> upload(in);
        case Journal.PART -> part(in);
        case Journal.BLOCKS -> blocks(in, isLast);
        case Journal.WRITE -> write(in, isLast);
        case Journal.RESIZE -> resize(in.readLong());
        case Journal.RELEASE -> release(in.readLong(), in.readLong());
        case Journal.ATTEMPT_DROPPED -> attemptDropped(in);
        case Journal.UPLOAD_DROPPED -> transfer = null;
        case Journal.STATE -> reason = in.readUTF();
        case Journal.PLAIN_FILE -> plainFile = in.readUTF();
        default -> throw new IOException("the journal has a record of an unknown kind " + kind);
      }
    }
  }

  private void head(DataInputStream in) throws IOException {
    byte format = in.readByte();
    int itsBlocks = in.readInt();
    int itsSegments = in.readInt();
    if (format != Journal.FORMAT || itsBlocks != blockSize || itsSegments != segmentSize) {
      throw new IOException("the journal is of another version of this program");
    }
  }

  private void base(@Nullable Base read) {
    base = read;
    Target known = target;
    if (known != null
        && read != null
        && read.key().equals(known.key())
        && !(known.options().condition() instanceof WriteCondition.None)) {
      // What was stored since is one's own: it is what the rest may replace.
      target = known.with(WriteCondition.ifVersion(read.version()));
    }
    if (shape != null && read != null) {
      Base old = shape.base();
      shape.rebased(read);
      if (transfer != null) {
        transfer.rebased(old, read);
      }
    }
  }

  private void shape(DataInputStream in) throws IOException {
    Shape restored = new Shape(base);
    restored.restore(in.readLong(), in.readLong());
    Records.ranges(in, restored.local());
    Records.ranges(in, restored.dirty());
    Records.ranges(in, restored.gone());
    shape = restored;
  }

  private Shape shape() throws IOException {
    if (shape == null) {
      throw new IOException("the journal does not begin with a whole state");
    }
    return shape;
  }

  private void attempt(DataInputStream in) throws IOException {
    String writeId = in.readUTF();
    Target its = Records.target(in);
    Attempt attempt = new Attempt(writeId, its, in.readLong(), in.readLong(), new Extents());
    Records.ranges(in, attempt.since);
    shape().restore(attempt);
  }

  private void attemptDropped(DataInputStream in) throws IOException {
    Attempt attempt = shape().attempt(in.readUTF(), in.readLong());
    if (attempt != null) {
      shape().dropped(attempt);
    }
  }

  private void upload(DataInputStream in) throws IOException {
    Target its = Records.target(in);
    String writeId = in.readUTF();
    Base from = Records.base(in);
    int resends = in.readInt();
    Upload upload = Records.upload(in);
    transfer = new Transfer(its, writeId, from);
    transfer.resends(resends);
    transfer.begun(upload, null);
  }

  private void part(DataInputStream in) throws IOException {
    if (transfer == null) {
      throw new IOException("the journal has a part without an upload");
    }
    Records.part(in, transfer);
  }

  private void write(DataInputStream in, boolean isLast) throws IOException {
    long start = in.readLong();
    long end = in.readLong();
    if (in.readBoolean()) {
      shape().wrote(start, end);
      if (transfer != null) {
        transfer.touched(start, end);
      }
    } else {
      shape().filled(start, end);
    }
    if (isLast) {
      lastRange = new Extents();
      lastRange.add(start, end);
    }
  }

  private void resize(long newSize) throws IOException {
    long size = shape().size();
    shape().resized(newSize);
    if (transfer != null) {
      transfer.touched(Math.min(size, newSize), Long.MAX_VALUE);
    }
    int index = (int) (newSize / segmentSize);
    int rest = (int) (newSize - (long) index * segmentSize);
    blocks.tailMap(rest == 0 ? index : index + 1, true).clear();
    Blocks border = blocks.get(index);
    if (border != null && rest > 0) {
      border.cut((rest - 1) / blockSize + 1);
    }
  }

  private void release(long start, long end) throws IOException {
    shape().released(start, end);
    blocks.remove((int) (start / segmentSize));
  }

  private void blocks(DataInputStream in, boolean isLast) throws IOException {
    int segment = in.readInt();
    Blocks.Slice slice = Records.blocks(in);
    Blocks known = blocks.computeIfAbsent(segment, index -> new Blocks());
    if (isLast) {
      for (int block = slice.first(); block < slice.end(); block++) {
        int covered = known.covered(block);
        last.add(new Change(segment, block, covered == 0 ? 0 : known.sum(block), covered));
      }
    }
    known.set(slice);
  }

  /**
   * The last frame was written before its blocks: each of them is there or is as it was before. What
   * is not there was never acknowledged.
   */
  private void settleLast(Spool spool, String id, Shape after) throws IOException {
    Shape was = before;
    Extents range = lastRange;
    Map<Integer, Segment> segments = new HashMap<>();
    try {
      for (Change change : last) {
        Blocks known = blocks.computeIfAbsent(change.segment(), index -> new Blocks());
        Segment segment = segments.computeIfAbsent(
            change.segment(),
            index -> new Segment(
                spool, spool.file(id + "." + index), SegmentBytes.Place.FILE, new Blocks()));
        int block = change.block();
        boolean written = segment.matches(block, known.sum(block), known.covered(block));
        if (!written && segment.matches(block, change.oldSum(), change.oldCovered())) {
          known.set(block, change.oldSum(), change.oldCovered());
          long start = (long) change.segment() * segmentSize + (long) block * blockSize;
          if (was != null && range != null) {
            range.forEachIn(start, start + blockSize, (from, to) -> after.undo(was, from, to));
          }
        }
      }
    } finally {
      segments.values().forEach(Segment::close);
    }
    if (was != null && range != null) {
      after.shrinkTo(was.size());
    }
  }
}
