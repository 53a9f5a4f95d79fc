package dev.cove.storage;

/**
 * How large the parts of a multipart upload are, so that the largest object a backend takes fits the
 * parts it allows while small objects are sent in small parts.
 *
 * <p>An upload whose size is not known when it begins asks for each part in turn: the first ones have
 * the base size, the later ones grow by the same step each. A part's size depends on its number
 * alone, so an upload that is resumed cuts at the same places.
 */
public final class PartSizes {

  // Sizes from a MiB on are whole MiB, so that parts begin on block and page borders.
  private static final long UNIT = 1L << 20;
  // A tenth of the parts keep the base size: with 8 MiB and 10,000 parts all objects up to 8 GiB.
  private static final int STEADY_SHARE = 10;

  private final long base;
  private final long step;
  private final int steady;
  private final long unit;
  private final Capabilities limits;

  private PartSizes(long base, long step, int steady, long unit, Capabilities limits) {
    this.base = base;
    this.step = step;
    this.unit = unit;
    this.steady = steady;
    this.limits = limits;
  }

  /**
   * @param base bytes of the first parts; raised to the backend's least; from a MiB on rounded up to whole
   *     MiB
   */
  public static PartSizes of(Capabilities limits, long base) {
    if (base < 1) {
      throw new IllegalArgumentException("part size " + base + " is less than 1 byte");
    }
    long wanted = Math.max(base, limits.minPartSize());
    long unit = wanted < UNIT ? 1 : UNIT;
    long first = clamp(roundUp(wanted, unit), limits);
    int steady = limits.maxParts() / STEADY_SHARE;
    long growing = limits.maxParts() - steady;
    double missing = (double) limits.maxObjectSize() - (double) first * limits.maxParts();
    // growing * (growing + 1) / 2 steps lie in the growing parts together.
    double exact = missing <= 0 ? 0 : 2 * missing / ((double) growing * (growing + 1));
    return new PartSizes(first, (long) Math.ceil(exact), steady, unit, limits);
  }

  /**
   * Bytes of a part of an upload of unknown size; the last part may have less.
   *
   * @param number from 1
   */
  public long sizeOf(int number) {
    if (number < 1 || number > limits.maxParts()) {
      throw new IllegalArgumentException(
          "part " + number + " is not between 1 and " + limits.maxParts());
    }
    if (number <= steady || step == 0) {
      return base;
    }
    // A product past Long.MAX_VALUE is past every backend's largest part, too.
    double grown = (double) base + (double) step * (number - steady);
    return grown >= limits.maxPartSize()
        ? clamp(limits.maxPartSize(), limits)
        : clamp(roundUp((long) grown, unit), limits);
  }

  /** Bytes of every part but the last of an upload of this many bytes, as few as the limits allow. */
  public long sizeForTotal(long total) {
    if (total < 0 || total > limits.maxObjectSize()) {
      throw new IllegalArgumentException(
          total + " bytes are more than the store takes: " + limits.maxObjectSize());
    }
    long least = total / limits.maxParts() + (total % limits.maxParts() == 0 ? 0 : 1);
    return clamp(roundUp(Math.max(base, least), unit), limits);
  }

  private static long clamp(long size, Capabilities limits) {
    return Math.max(limits.minPartSize(), Math.min(size, limits.maxPartSize()));
  }

  private static long roundUp(long size, long unit) {
    return size > Long.MAX_VALUE - unit ? size : (size + unit - 1) / unit * unit;
  }
}
