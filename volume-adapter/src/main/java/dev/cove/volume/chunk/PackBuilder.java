package dev.cove.volume.chunk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A pack being filled, in memory; not for use by several threads. */
final class PackBuilder {
  private final PackId id;
  private final ByteWriter index = new ByteWriter();
  private byte[] bytes;
  private int size;
  private final List<BlobRef> blobs = new ArrayList<>();

  /** @param room is filled, and replaced by more when it is full; no one else uses it until the pack is dropped */
  PackBuilder(PackId id, byte[] room) {
    this.id = id;
    this.bytes = room;
    ByteWriter header = Sealed.header(new ByteWriter(), Sealed.Kind.PACK);
    append(header.toByteArray(), 0, header.size());
  }

  BlobRef add(Hash hash, byte[] source, int offset, int length) {
    BlobRef ref = new BlobRef(hash, id, size, length);
    append(source, offset, length);
    index.hash(hash).varint(length);
    blobs.add(ref);
    return ref;
  }

  PackId id() {
    return id;
  }

  int size() {
    return size;
  }

  /** What was added, in order. */
  List<BlobRef> blobs() {
    return blobs;
  }

  boolean isEmpty() {
    return blobs.isEmpty();
  }

  /** The bytes at a place, as they were added. */
  byte[] read(int offset, int length) {
    return Arrays.copyOfRange(bytes, offset, offset + length);
  }

  /** Appends the index; nothing is added after that. The object is {@link #bytes()} up to {@link #size()}. */
  void finish() {
    byte[] entries = new ByteWriter(index.size() + 5)
        .varint(blobs.size())
        .raw(index.toByteArray())
        .toByteArray();
    ByteWriter end = new ByteWriter(entries.length + PackIndex.TRAILER);
    end.raw(entries).hash(Hash.of(entries)).fixedLong(entries.length);
    append(end.toByteArray(), 0, end.size());
  }

  byte[] bytes() {
    return bytes;
  }

  private void append(byte[] source, int offset, int length) {
    if (bytes.length - size < length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + length, 2 * bytes.length));
    }
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }
}
