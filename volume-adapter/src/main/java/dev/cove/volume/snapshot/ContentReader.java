package dev.cove.volume.snapshot;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.BlobSource;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.snapshot.Content.Extent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the bytes of one file; safe for use by several threads. */
public final class ContentReader {
  // What is fetched at once when a file is read from end to end: several requests at a time.
  private static final long WINDOW = 32 << 20;
  // Lists and chunks that are kept for the next read nearby.
  private static final int KEPT = 8;

  private final Content content;
  private final BlobSource source;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<BlobRef, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<BlobRef, byte[]> eldest) {
      return size() > KEPT;
    }
  };

  public ContentReader(Content content, BlobSource source) {
    this.content = content;
    this.source = source;
  }

  /** Takes the bytes of a file in order. */
  public interface Sink {
    void data(byte[] bytes, int offset, int length) throws IOException;

    /** So many zeros that are not stored. */
    void hole(long length) throws IOException;
  }

  /** A chunk or hole and its place in the file. */
  public record Placed(long offset, Extent extent) {
    long end() {
      return offset + extent.length();
    }
  }

  public long size() {
    return content.size();
  }

  /**
   * Reads at a place until the buffer is full or the file ends.
   *
   * @return bytes read, -1 at or behind the end
   * @throws StorageException of the one chunk that is missing or damaged
   */
  public int read(long offset, ByteBuffer target) throws StorageException {
    long end = Math.min(size(), offset + target.remaining());
    if (offset >= end) {
      return target.hasRemaining() ? -1 : 0;
    }
    for (Placed placed : extents(offset, end)) {
      int from = (int) Math.max(0, offset - placed.offset());
      long to = Math.min(placed.extent().length(), end - placed.offset());
      BlobRef blob = placed.extent().blob();
      if (blob == null) {
        long skip = Math.max(0, offset - placed.offset());
        target.put(new byte[(int) (to - skip)]);
      } else {
        target.put(keep(blob), from, (int) to - from);
      }
    }
    return (int) (end - offset);
  }

  /** Passes all bytes on, from the first to the last. */
  public void transferTo(Sink sink) throws IOException {
    long size = size();
    for (long at = 0; at < size; ) {
      List<Placed> window = extents(at, Math.min(size, at + WINDOW));
      Set<BlobRef> wanted = new LinkedHashSet<>();
      window.forEach(placed -> {
        if (placed.extent().blob() != null) {
          wanted.add(placed.extent().blob());
        }
      });
      Map<BlobRef, byte[]> chunks = source.readAll(wanted);
      for (Placed placed : window) {
        BlobRef blob = placed.extent().blob();
        if (blob == null) {
          sink.hole(placed.extent().length());
        } else {
          byte[] bytes = Objects.requireNonNull(chunks.get(blob));
          sink.data(bytes, 0, bytes.length);
        }
        at = placed.end();
      }
    }
  }

  /** The chunks and holes that a range of the file touches, in order; whole ones. */
  public List<Placed> extents(long from, long to) throws StorageException {
    List<Placed> found = new ArrayList<>();
    collect(content.extents(), content.level(), 0, from, to, found);
    return found;
  }

  private void collect(
      List<Extent> extents, int level, long start, long from, long to, List<Placed> found)
      throws StorageException {
    long at = start;
    for (Extent extent : extents) {
      if (at >= to) {
        return;
      }
      if (at + extent.length() > from) {
        BlobRef blob = extent.blob();
        if (level > 0 && blob != null) {
          collect(list(keep(blob), blob, extent.length()), level - 1, at, from, to, found);
        } else {
          check(extent);
          found.add(new Placed(at, extent));
        }
      }
      at += extent.length();
    }
  }

  /** The extents in the bytes of a list that stands for {@code length} bytes of the file. */
  public static List<Extent> list(byte[] bytes, BlobRef blob, long length) throws StorageException {
    ByteReader in = new ByteReader(bytes, "a list of chunks in " + blob.pack().key());
    List<Extent> extents = Content.readExtents(in);
    in.end();
    if (extents.stream().mapToLong(Extent::length).sum() != length) {
      throw in.damaged("its length is not what it should be");
    }
    return extents;
  }

  private static void check(Extent extent) throws StorageException {
    BlobRef blob = extent.blob();
    if (blob != null && blob.length() != extent.length()) {
      throw new StorageException(
          StorageException.Kind.CORRUPT, "a chunk's length is not what it should be");
    }
  }

  private byte[] keep(BlobRef blob) throws StorageException {
    byte @Nullable [] bytes;
    synchronized (lock) {
      bytes = kept.get(blob);
    }
    if (bytes == null) {
      bytes = source.read(blob);
      synchronized (lock) {
        kept.put(blob, bytes);
      }
    }
    return bytes;
  }
}
