package dev.cove.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.Crc32cSums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * A fixed range of a staged file's bytes in the spool, with a checksum for each block.
 * Bytes are written once, from the caller's buffer; what is read back is checked first.
 *
 * <p>Within a block the bytes below the covered length that were never written are zeros, in the
 * file as in the checksum.
 */
final class Segment {
  private static final byte[] ZEROS = new byte[Character.MAX_VALUE];

  private final Spool spool;
  private final Path path;
  private final int blockSize;

  @GuardedBy("this")
  private final Blocks blocks;

  @GuardedBy("this")
  private final SegmentBytes bytes;

  // A block that is being filled by small appends: its checksum so far, so that none of it is read
  // again.
  @GuardedBy("this")
  private final CRC32C tail = new CRC32C();

  @GuardedBy("this")
  private int tailBlock = -1;

  @GuardedBy("this")
  private final CRC32C sum = new CRC32C();

  Segment(Spool spool, Path path, SegmentBytes.Place place, Blocks blocks) {
    this.spool = spool;
    this.bytes = new SegmentBytes(spool, path, place);
    this.path = path;
    this.blockSize = spool.options().blockSize();
    this.blocks = blocks;
  }

  /** Bytes of blocks in this range that would be new. */
  synchronized long missing(int from, int to) {
    return (long) blocks.empty(from / blockSize, (to + blockSize - 1) / blockSize) * blockSize;
  }

  /** Bytes this segment takes of the spool. */
  synchronized long allocated() {
    return (long) (blocks.count() - blocks.empty(0, blocks.count())) * blockSize;
  }

  /** The state of the blocks that hold these bytes. */
  synchronized Blocks.Slice slice(int from, int to) {
    return blocks.slice(from / blockSize, (to + blockSize - 1) / blockSize);
  }

  synchronized Blocks.Slice slice() {
    return blocks.slice(0, blocks.count());
  }

  /**
   * What the blocks will be once {@code source} is written; nothing is changed yet.
   *
   * @throws WriteException {@code CORRUPT} when a block that is changed in part is damaged
   */
  synchronized Blocks.Slice prepare(int offset, ByteBuffer source) throws IOException {
    int end = offset + source.remaining();
    int first = offset / blockSize;
    int last = (end - 1) / blockSize;
    int[] sums = new int[last - first + 1];
    char[] covered = new char[last - first + 1];
    ByteBuffer rest = source.duplicate();
    int limit = rest.limit();
    for (int block = first; block <= last; block++) {
      int blockStart = block * blockSize;
      int from = Math.max(offset - blockStart, 0);
      int to = Math.min(end - blockStart, blockSize);
      int before = blocks.covered(block);
      rest.limit(rest.position() + (to - from));
      int i = block - first;
      if (from > 0 || to < before) {
        sums[i] = mixed(block, before, from, to, rest);
      } else if (to < blockSize) {
        tail.reset();
        tail.update(rest);
        tailBlock = block;
        sums[i] = (int) tail.getValue();
      } else {
        sum.reset();
        sum.update(rest);
        sums[i] = (int) sum.getValue();
      }
      covered[i] = (char) Math.max(before, to);
      rest.limit(limit);
    }
    return new Blocks.Slice(first, sums, covered);
  }

  /** The checksum of a block that keeps some of its bytes. */
  @GuardedBy("this")
  private int mixed(int block, int before, int from, int to, ByteBuffer news) throws IOException {
    if (from >= before) {
      if (tailBlock != block) {
        tail.reset();
        if (before > 0) {
          tail.update(checked(block, before));
        }
        tailBlock = block;
      }
      tail.update(ZEROS, 0, from - before);
      tail.update(news);
      return (int) tail.getValue();
    }
    ByteBuffer old = checked(block, before);
    sum.reset();
    sum.update(old.duplicate().limit(from));
    sum.update(news);
    if (to < before) {
      sum.update(old.position(to));
    }
    if (tailBlock == block) {
      tailBlock = -1;
    }
    return (int) sum.getValue();
  }

  /** To be called before a journal speaks of this: its bytes are in the file from now on. */
  synchronized void settle() throws IOException {
    bytes.settle();
  }

  /** Writes what was prepared. When that fails the blocks are what then is in the file. */
  synchronized void apply(Blocks.Slice change, int offset, ByteBuffer source) throws IOException {
    int position = offset;
    try {
      while (source.hasRemaining()) {
        position += bytes.write(source, position);
      }
      blocks.set(change);
    } catch (IOException e) {
      tailBlock = -1;
      salvage(change, position);
      throw e;
    }
  }

  /** After a write that broke off: whole blocks before the break are new, the one at it is mixed. */
  @GuardedBy("this")
  private void salvage(Blocks.Slice change, int position) {
    int broken = position / blockSize;
    for (int block = change.first(); block < Math.min(broken, change.end()); block++) {
      int i = block - change.first();
      blocks.set(block, change.sums()[i], change.covered()[i]);
    }
    if (broken < change.end() && position > broken * blockSize) {
      int covered = Math.max(blocks.covered(broken), position - broken * blockSize);
      try {
        sum.reset();
        sum.update(readBlock(broken, covered));
        blocks.set(broken, (int) sum.getValue(), covered);
      } catch (IOException unreadable) {
        // The block keeps its old checksum, so it will be found damaged rather than served.
        blocks.set(broken, blocks.covered(broken) > 0 ? blocks.sum(broken) : 0, covered);
      }
    }
  }

  /** What the last block will be once the segment ends here; {@code size} is more than 0. */
  synchronized Blocks.Slice prepareCut(int size) throws IOException {
    int last = (size - 1) / blockSize;
    int keep = size - last * blockSize;
    if (blocks.covered(last) <= keep) {
      return blocks.slice(last, last);
    }
    ByteBuffer kept = checked(last, blocks.covered(last)).limit(keep);
    sum.reset();
    sum.update(kept);
    return new Blocks.Slice(last, new int[] {(int) sum.getValue()}, new char[] {(char) keep});
  }

  /** Ends the segment here: what was beyond is zeros from now on. */
  synchronized void applyCut(Blocks.Slice change, int size) throws IOException {
    if (bytes.isDeleted()) {
      return;
    }
    tailBlock = -1;
    bytes.truncate(size);
    blocks.cut((size - 1) / blockSize + 1);
    blocks.set(change);
  }

  /**
   * Reads the blocks that hold these bytes into the target, which is filled from the first block's
   * start on.
   *
   * @return false when the segment is gone
   * @throws WriteException {@code CORRUPT} when one of them is not what was written
   */
  synchronized boolean read(int from, int to, ByteBuffer target) throws IOException {
    if (bytes.isDeleted()) {
      return false;
    }
    int first = from / blockSize;
    int end = (to + blockSize - 1) / blockSize;
    int base = target.position();
    int wanted = Math.min((end - first) * blockSize, target.remaining());
    ByteBuffer area = target.duplicate().limit(base + wanted);
    bytes.readFully(area, first * blockSize);
    for (int block = first; block < end; block++) {
      int covered = blocks.covered(block);
      int start = base + (block - first) * blockSize;
      if (covered > 0) {
        sum.reset();
        sum.update(target.duplicate().limit(start + covered).position(start));
        if ((int) sum.getValue() != blocks.sum(block)) {
          throw damaged(block);
        }
      }
    }
    target.position(base + wanted);
    return true;
  }

  /** The CRC32C of these bytes, where they are whole blocks and a last one as far as it goes. */
  synchronized OptionalInt crc32c(int from, int to) {
    if (bytes.isDeleted() || from % blockSize != 0) {
      return OptionalInt.empty();
    }
    int whole = Crc32cSums.shift(blockSize);
    int crc = 0;
    for (int at = from; at < to; at += blockSize) {
      int block = at / blockSize;
      int length = Math.min(blockSize, to - at);
      if (blocks.covered(block) != length) {
        return OptionalInt.empty();
      }
      int shift = length == blockSize ? whole : Crc32cSums.shift(length);
      crc = Crc32cSums.append(crc, blocks.sum(block), shift);
    }
    return OptionalInt.of(crc);
  }

  /** Whether the file has these bytes of a block. */
  synchronized boolean matches(int block, int wantedSum, int covered) throws IOException {
    if (covered == 0) {
      return true;
    }
    sum.reset();
    sum.update(readBlock(block, covered));
    return (int) sum.getValue() == wantedSum;
  }

  /** Cuts off what was written but never recorded. */
  synchronized void trim() throws IOException {
    int count = blocks.count();
    while (count > 0 && blocks.covered(count - 1) == 0) {
      count--;
    }
    long end = count == 0 ? 0 : (count - 1L) * blockSize + blocks.covered(count - 1);
    bytes.truncate(end);
  }

  synchronized void force() throws IOException {
    if (!bytes.isDeleted()) {
      bytes.force();
    }
  }

  /** Removes the bytes; reads in progress finish first. */
  synchronized void delete() {
    if (!bytes.isDeleted()) {
      bytes.delete();
    }
  }

  /** Lets go of the file and leaves it where it is. */
  synchronized void close() {
    bytes.close();
  }

  @GuardedBy("this")
  private ByteBuffer checked(int block, int covered) throws IOException {
    ByteBuffer read = readBlock(block, covered);
    sum.reset();
    sum.update(read.duplicate());
    if (covered > 0 && (int) sum.getValue() != blocks.sum(block)) {
      throw damaged(block);
    }
    return read;
  }

  @GuardedBy("this")
  private ByteBuffer readBlock(int block, int covered) throws IOException {
    ByteBuffer scratch = spool.scratch().clear().limit(covered);
    bytes.readFully(scratch, block * blockSize);
    return scratch.flip();
  }

  private WriteException damaged(int block) {
    return new WriteException(
        WriteException.Kind.CORRUPT,
        "the spool is damaged: " + path + " differs from what was written, at byte "
            + (long) block * blockSize);
  }

  /** What was prepared last will not be applied. */
  synchronized void abandon() {
    tailBlock = -1;
  }
}
