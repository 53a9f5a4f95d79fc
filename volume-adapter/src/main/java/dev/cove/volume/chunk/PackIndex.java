package dev.cove.volume.chunk;

import dev.cove.storage.StorageException;
import java.util.ArrayList;
import java.util.List;

/** What a pack says of itself at its end, so that it can be checked without any tree. */
public final class PackIndex {
  /** The hash of the entries and their length. */
  static final int TRAILER = Hash.BYTES + Long.BYTES;

  private PackIndex() {}

  /**
   * The blobs of a whole pack, each of them compared with its hash.
   *
   * @param damaged receives each blob whose bytes are not what they should be
   * @return all blobs, damaged ones included
   * @throws StorageException {@code CORRUPT} when the pack's own header or index is damaged, {@code UNSUPPORTED} when it is newer
   */
  public static List<BlobRef> check(PackId id, byte[] pack, List<BlobRef> damaged)
      throws StorageException {
    ByteReader header = new ByteReader(pack, id.key());
    Sealed.checkHeader(header, Sealed.Kind.PACK, id.key());
    int trailer = pack.length - TRAILER;
    if (trailer < header.position()) {
      throw header.damaged("it ends too early");
    }
    ByteReader end = new ByteReader(pack, trailer, pack.length, id.key());
    Hash sum = end.hash();
    long length = end.fixedLong();
    if (length < 1 || length > trailer - header.position()) {
      throw header.damaged("its index has no place in it");
    }
    int start = (int) (trailer - length);
    if (!Hash.of(pack, start, (int) length).equals(sum)) {
      throw header.damaged("the checksum of its index does not match");
    }
    ByteReader entries = new ByteReader(pack, start, trailer, id.key());
    int count = entries.size();
    List<BlobRef> blobs = new ArrayList<>();
    int offset = header.position();
    for (int i = 0; i < count; i++) {
      Hash hash = entries.hash();
      int size = entries.size();
      if (size == 0 || size > start - offset) {
        throw header.damaged("its index does not fit its length");
      }
      BlobRef blob = new BlobRef(hash, id, offset, size);
      blobs.add(blob);
      if (!Hash.of(pack, offset, size).equals(hash)) {
        damaged.add(blob);
      }
      offset += size;
    }
    entries.end();
    if (offset != start) {
      throw header.damaged("its index does not fit its length");
    }
    return blobs;
  }
}
