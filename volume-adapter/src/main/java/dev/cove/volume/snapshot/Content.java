package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file as extents, which follow each other without gap. At level 0 an extent is a chunk of the file or a hole; above
 * it, a blob that holds the extents of the level below for that many bytes of the file.
 */
public record Content(int level, List<Extent> extents) {
  public static final Content EMPTY = new Content(0, List.of());

  /**
   * @param length bytes of the file, at least 1
   * @param blob null for a hole, which reads as zeros
   */
  public record Extent(long length, @Nullable BlobRef blob) {}

  public Content {
    extents = List.copyOf(extents);
  }

  public long size() {
    return extents.stream().mapToLong(Extent::length).sum();
  }

  void write(ByteWriter out) {
    out.varint(level);
    writeExtents(out, extents);
  }

  static Content read(ByteReader in) throws StorageException {
    return new Content(in.size(), readExtents(in));
  }

  static void writeExtents(ByteWriter out, List<Extent> extents) {
    out.varint(extents.size());
    for (Extent extent : extents) {
      BlobRef blob = extent.blob();
      out.varint(extent.length()).octet(blob == null ? 0 : 1);
      if (blob != null) {
        blob.write(out);
      }
    }
  }

  static List<Extent> readExtents(ByteReader in) throws StorageException {
    int count = in.size();
    if (count > in.remaining()) {
      throw in.damaged("more extents than bytes");
    }
    List<Extent> extents = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long length = in.varint();
      int form = in.octet();
      if (length <= 0 || form > 1) {
        throw in.damaged("an extent of an unknown kind");
      }
      extents.add(new Extent(length, form == 0 ? null : BlobRef.read(in)));
    }
    return extents;
  }
}
