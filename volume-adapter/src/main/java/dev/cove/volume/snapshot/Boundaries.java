package dev.cove.volume.snapshot;

/**
 * Where nodes end, decided by the keys alone: the same keys make the same nodes, in whatever order they came, so that trees with a
 * common history are compared by comparing hashes. Part of the volume format.
 */
final class Boundaries {
  // 128 entries in a leaf and 256 children in a node above, on average: nodes of some 10 to 20 KiB,
  // two levels for 30,000 keys
  // and three for eight million.
  private static final int LEAF_BITS = 7;
  private static final int INNER_BITS = 8;

  private Boundaries() {}

  /** Whether the node at this level ends after this key. */
  static boolean endsNode(byte[] key, int level) {
    int bits = LEAF_BITS + level * INNER_BITS;
    return bits >= Long.SIZE ? false : hash(key) >>> (Long.SIZE - bits) == 0;
  }

  /** FNV-1a, then the finaliser of MurmurHash3, since the upper bits of FNV alone do not suffice. */
  private static long hash(byte[] key) {
    long h = 0xcbf29ce484222325L;
    for (byte b : key) {
      h = (h ^ (b & 0xff)) * 0x100000001b3L;
    }
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }
}
