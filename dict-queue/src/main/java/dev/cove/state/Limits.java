package dev.cove.state;

/**
 * What a store accepts. Names (1 to 64 of letters, digits, {@code - _ .}), partition keys (1 to 64 bytes) and dict keys (up to
 * 64 KiB) have fixed limits; these can be set.
 *
 * @param maxValueBytes the largest value of a dict, in bytes: 1 to 512 MiB, which is as much as Redis takes
 * @param warnValueBytes a value larger than this is stored, but a warning is logged
 * @param maxItemBytes the largest item of a queue, in bytes: 1 to 64 MiB
 * @param maxPartitions the most partitions one queue may have at a time, the main one not counted
 */
public record Limits(int maxValueBytes, int warnValueBytes, int maxItemBytes, int maxPartitions) {
  private static final int MIB = 1 << 20;

  /** 100 MiB, warning over 5; items of 1 MiB; 100,000 partitions. */
  public static final Limits DEFAULT = new Limits(100 * MIB, 5 * MIB, MIB, 100_000);

  static final int MAX_KEY_BYTES = 64 << 10;
  static final int MAX_PARTITION_KEY_BYTES = 64;
  /** Of putAll and putMany, so that one step stays a bounded time. */
  static final int MAX_BATCH = 100_000;

  static final int MAX_BATCH_ITEM_BYTES = 100 * MIB;

  public Limits {
    range("maxValueBytes", maxValueBytes, 512 * MIB);
    range("warnValueBytes", warnValueBytes, Integer.MAX_VALUE);
    range("maxItemBytes", maxItemBytes, 64 * MIB);
    range("maxPartitions", maxPartitions, 1_000_000);
  }

  private static void range(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          name + " is " + value + ": it must lie between 1 and " + most);
    }
  }
}
