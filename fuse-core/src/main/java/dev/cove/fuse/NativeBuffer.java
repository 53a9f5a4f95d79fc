package dev.cove.fuse;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Page-aligned memory outside the heap that takes up RAM only where it was written. Not a direct
 * buffer of the JDK: those are filled with zeros at once, a megabyte for each thread.
 */
final class NativeBuffer {
  private static final MemoryIO MEMORY = MemoryIO.getInstance();

  /** The largest page of the machines that Linux runs Java on. */
  static final int PAGE = 1 << 16;

  private final long address;
  private final int size;
  private final ByteBuffer bytes;

  /** @param size a multiple of 65536 */
  NativeBuffer(int size) {
    this.size = size;
    this.address = LibC.INSTANCE.aligned_alloc(PAGE, size);
    if (address == 0) {
      throw new OutOfMemoryError("no room for " + size + " bytes outside of the heap");
    }
    this.bytes = MEMORY.newDirectByteBuffer(address, size).order(ByteOrder.nativeOrder());
  }

  long address() {
    return address;
  }

  /** All of it, in the machine's byte order; one object, shared. */
  ByteBuffer bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  /** Where a direct buffer's next byte is. */
  static long addressOf(ByteBuffer direct) {
    return MEMORY.getDirectBufferAddress(direct) + direct.position();
  }

  /** Gives the RAM back and keeps the addresses. */
  void shrink() {
    LibC.INSTANCE.madvise(address, size, LibC.MADV_DONTNEED);
  }

  /** Frees it: {@link #bytes} must not be used any more. */
  void free() {
    LibC.INSTANCE.free(address);
  }
}
