package dev.cove.s3;

/** A thread's own array for bytes on their way between a stream and memory that is not an array. */
final class Scratch {

  // 128 KiB: what the JDK reads from a socket at once at most, and small enough to stay in the
  // processor's cache between the copy in and the copy out. Measured from 32 KiB to 1 MiB.
  private static final int SIZE = 128 * 1024;

  private static final ThreadLocal<byte[]> ARRAY = ThreadLocal.withInitial(() -> new byte[SIZE]);

  private Scratch() {}

  static byte[] array() {
    return ARRAY.get();
  }
}
