package dev.cove.volume.snapshot;

import dev.cove.storage.StorageException;
import dev.cove.volume.chunk.BlobRef;
import dev.cove.volume.chunk.ByteReader;
import dev.cove.volume.chunk.ByteWriter;
import java.util.Arrays;
import java.util.List;

/**
 * One node of a tree. A leaf (level 0) holds entries; the nodes above hold, for each child, the child's last key and where the child
 * is. What all keys begin with is kept once. Entries are read in place.
 */
final class Node {
  private final byte[] raw;
  private final int level;
  private final byte[] prefix;
  private final int[] starts;

  /** A key with its value. */
  record Entry(byte[] key, byte[] value) {}

  private Node(byte[] raw, int level, byte[] prefix, int[] starts) {
    this.raw = raw;
    this.level = level;
    this.prefix = prefix;
    this.starts = starts;
  }

  static Node decode(byte[] raw, String what) throws StorageException {
    ByteReader in = new ByteReader(raw, what);
    int level = in.octet();
    int count = in.size();
    byte[] prefix = in.sized();
    if (count == 0 || count > in.remaining()) {
      throw in.damaged("a tree's node with " + count + " entries");
    }
    int[] starts = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = in.position();
      in.skip(in.size());
      in.skip(in.size());
    }
    in.end();
    return new Node(raw, level, prefix, starts);
  }

  static byte[] encode(int level, List<Entry> entries) {
    byte[] first = entries.get(0).key();
    byte[] last = entries.get(entries.size() - 1).key();
    int shared = Arrays.mismatch(first, last);
    // One entry: its whole key is what all begin with.
    shared = shared < 0 ? first.length : shared;
    int size = 16 + shared;
    for (Entry entry : entries) {
      size += entry.key().length - shared + entry.value().length + 6;
    }
    ByteWriter out = new ByteWriter(size);
    out.octet(level).varint(entries.size()).varint(shared).raw(first, 0, shared);
    for (Entry entry : entries) {
      byte[] key = entry.key();
      out.varint(key.length - shared).raw(key, shared, key.length - shared);
      out.sized(entry.value());
    }
    return out.toByteArray();
  }

  byte[] raw() {
    return raw;
  }

  int level() {
    return level;
  }

  int count() {
    return starts.length;
  }

  /** What it takes in memory, in bytes. */
  int weight() {
    return raw.length + 4 * starts.length + 100;
  }

  byte[] key(int i) {
    long size = sizeAt(starts[i]);
    int from = starts[i] + (int) (size >>> 32);
    int length = (int) size;
    byte[] key = Arrays.copyOf(prefix, prefix.length + length);
    System.arraycopy(raw, from, key, prefix.length, length);
    return key;
  }

  byte[] value(int i) {
    long keySize = sizeAt(starts[i]);
    int at = starts[i] + (int) (keySize >>> 32) + (int) keySize;
    long size = sizeAt(at);
    int from = at + (int) (size >>> 32);
    return Arrays.copyOfRange(raw, from, from + (int) size);
  }

  BlobRef child(int i) throws StorageException {
    return BlobRef.read(new ByteReader(value(i), "a tree's node"));
  }

  byte[] lastKey() {
    return key(count() - 1);
  }

  /** The first entry whose key is not below this one; {@link #count} when there is none. */
  int ceiling(byte[] key) {
    int low = 0;
    int high = count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(middle, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The place of exactly this key; negative when it is not here. */
  int find(byte[] key) {
    int i = ceiling(key);
    return i < count() && compare(i, key) == 0 ? i : -1;
  }

  private int compare(int i, byte[] key) {
    int common = Math.min(prefix.length, key.length);
    int order = Arrays.compareUnsigned(prefix, 0, common, key, 0, common);
    if (order != 0 || key.length < prefix.length) {
      return order != 0 ? order : 1;
    }
    long size = sizeAt(starts[i]);
    int from = starts[i] + (int) (size >>> 32);
    return Arrays.compareUnsigned(raw, from, from + (int) size, key, prefix.length, key.length);
  }

  /** A varint that {@link #decode} has found good: the bytes it takes in the upper half, its value in the lower. */
  private long sizeAt(int at) {
    int value = 0;
    int shift = 0;
    int i = at;
    byte next;
    do {
      next = raw[i++];
      value |= (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0);
    return ((long) (i - at) << 32) | value;
  }
}
