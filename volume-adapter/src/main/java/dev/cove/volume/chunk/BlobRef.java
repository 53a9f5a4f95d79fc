package dev.cove.volume.chunk;

import dev.cove.storage.ByteRange;
import dev.cove.storage.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * Where bytes are and what they are: a chunk of a file, a list of chunks, or a tree's node.
 *
 * @param hash of exactly these bytes
 * @param pack the object they are in
 * @param offset the place of the first byte in that object
 * @param length in bytes, at least 1
 */
public record BlobRef(Hash hash, PackId pack, int offset, int length) {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BlobRef ref
        && hash.equals(ref.hash)
        && pack.equals(ref.pack)
        && offset == ref.offset
        && length == ref.length;
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  public ByteRange range() {
    return ByteRange.of(offset, length);
  }

  /** Whether these bytes come right after the others. */
  boolean follows(BlobRef before) {
    return pack.equals(before.pack) && offset == before.offset + before.length;
  }

  public void write(ByteWriter out) {
    out.hash(hash);
    out.fixedLong(pack.high()).fixedLong(pack.low());
    out.varint(offset).varint(length);
  }

  public static BlobRef read(ByteReader in) throws StorageException {
    Hash hash = in.hash();
    PackId pack = new PackId(in.fixedLong(), in.fixedLong());
    int offset = in.size();
    int length = in.size();
    if (length == 0) {
      throw in.damaged("a reference to no bytes");
    }
    return new BlobRef(hash, pack, offset, length);
  }
}
