package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobWriter;
import dev.cove.volume.chunk.ByteWriter;
import dev.cove.volume.chunk.Chunker;
import dev.cove.volume.snapshot.Content.Extent;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts a stream into chunks and holes and adds the chunks to a store; one for each thread, which reuses its buffer. */
public final class ContentWriter {
  // Zeros from here on are a hole: fewer are cheaper to store than to describe, and most file
  // systems keep 4 KiB blocks.
  private static final int LEAST_HOLE = 64 << 10;
  private static final int BLOCK = 4 << 10;
  private static final byte[] ZEROS = new byte[BLOCK];

  // A list of extents ends where a hash says so, after 256 on average, so that an insertion leaves
  // the lists behind it alone. The
  // least length makes each level shorter than the one below, also where one chunk repeats all over
  // a file.
  private static final int SHORTEST_LIST = 16;
  private static final int LONGEST_INLINE = 4;
  private static final int LONGEST_LIST = 1_024;

  private final BlobWriter blobs;
  private byte[] buffer = new byte[64 << 10];

  public ContentWriter(BlobWriter blobs) {
    this.blobs = blobs;
  }

  /**
   * Reads the stream to its end. The chunks are in the store only after {@link BlobWriter#flush}.
   *
   * @param sizeHint bytes that are expected; a wrong one costs time only
   * @throws IOException as the stream fails, or a {@link StorageException} of the store
   */
  public Content write(InputStream in, long sizeHint) throws IOException {
    if (buffer.length < 2 * Chunker.MAX && sizeHint >= buffer.length) {
      buffer = new byte[(int) Math.min(2 * Chunker.MAX, sizeHint + 1)];
    }
    List<Extent> extents = new ArrayList<>();
    int from = 0;
    int to = 0;
    boolean ended = false;
    while (true) {
      while (!ended && to < buffer.length) {
        int read = in.read(buffer, to, buffer.length - to);
        ended = read < 0;
        to += Math.max(0, read);
      }
      if (!ended && buffer.length < 2 * Chunker.MAX) {
        buffer = Arrays.copyOf(buffer, Math.min(2 * Chunker.MAX, 4 * buffer.length));
        continue;
      }
      // A cut is sure where a whole longest chunk lies before us, or the end of the file.
      while (from < to && (ended || to - from >= Chunker.MAX)) {
        from += add(extents, from, to);
      }
      if (ended) {
        return nested(extents);
      }
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
    }
  }

  /** Adds the extent that begins at {@code from} and returns its length. */
  private int add(List<Extent> extents, int from, int to) throws StorageException {
    int hole = zeroBlocks(from, to);
    if (hole >= LEAST_HOLE) {
      int last = extents.size() - 1;
      if (last >= 0 && extents.get(last).blob() == null) {
        extents.set(last, new Extent(extents.get(last).length() + hole, null));
      } else {
        extents.add(new Extent(hole, null));
      }
      return hole;
    }
    int length = Math.min(Chunker.cut(buffer, from, to), nextHole(from, to) - from);
    extents.add(new Extent(length, blobs.add(buffer, from, length)));
    return length;
  }

  private int nextHole(int from, int to) {
    for (int at = from; to - at >= LEAST_HOLE; at += BLOCK) {
      // The last block of a hole is looked at first: data are stepped over in strides.
      if (buffer[at] == 0 && zeroBlocks(at, to) >= LEAST_HOLE) {
        return at;
      }
    }
    return to;
  }

  /** How many bytes of whole blocks of zeros begin here. */
  private int zeroBlocks(int from, int to) {
    int at = from;
    while (to - at >= BLOCK
        && buffer[at] == 0
        && Arrays.equals(buffer, at, at + BLOCK, ZEROS, 0, BLOCK)) {
      at += BLOCK;
    }
    return at - from;
  }

  private Content nested(List<Extent> extents) throws StorageException {
    int level = 0;
    List<Extent> current = extents;
    while (current.size() > LONGEST_INLINE) {
      List<Extent> above = new ArrayList<>();
      int start = 0;
      for (int i = 0; i < current.size(); i++) {
        int length = i + 1 - start;
        boolean ends = length >= SHORTEST_LIST && endsList(current.get(i));
        if (ends || length == LONGEST_LIST || i + 1 == current.size()) {
          above.add(list(current.subList(start, i + 1)));
          start = i + 1;
        }
      }
      current = above;
      level++;
    }
    return new Content(level, current);
  }

  private static boolean endsList(Extent extent) {
    return extent.blob() != null && (extent.blob().hash().d() & 0xff) == 0;
  }

  private Extent list(List<Extent> extents) throws StorageException {
    ByteWriter out = new ByteWriter(60 * extents.size());
    Content.writeExtents(out, extents);
    long length = extents.stream().mapToLong(Extent::length).sum();
    return new Extent(length, blobs.add(out.toByteArray()));
  }
}
