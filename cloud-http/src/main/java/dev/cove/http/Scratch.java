package dev.cove.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A thread's own array for bytes on their way between a stream and memory that is not an array.
 *
 * <p>Reading a body into native memory would copy each byte three times: from the socket into the
 * JDK's native buffer, from there into an array, from there to its target. The HTTP client's streams
 * only hand an array through to the socket's stream, without looking into it. So the reader sets its
 * target here and reads into {@link #array()}; a {@link ChannelSocket} that finds this very array in
 * its hands fills the target itself, straight from the kernel, and only the count comes back. Where
 * anything in between has bytes of its own, or the socket is another one (TLS), the array is filled
 * as usual and {@link #finish} copies it.
 */
public final class Scratch {

  // 128 KiB: measured from 32 KiB to 1 MiB; smaller ones cost system calls, larger ones leave the
  // processor's cache between the copy in and the copy out.
  private static final int SIZE = 128 * 1024;

  private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

  private final byte[] array = new byte[SIZE];
  private @Nullable ByteBuffer target;
  private boolean filled;

  private Scratch() {}

  public static Scratch mine() {
    return MINE.get();
  }

  public byte[] array() {
    return array;
  }

  /** The bytes read next into the array are meant for this buffer. */
  void begin(ByteBuffer wanted) {
    target = wanted;
    filled = false;
  }

  /** Brings the bytes to their target if they are not there; the target's position moves on. */
  void finish(int count) {
    ByteBuffer wanted = target;
    target = null;
    if (wanted != null && !filled && count > 0) {
      wanted.put(array, 0, count);
    }
  }

  /** The target to fill in place of an array, null unless the array is this thread's scratch. */
  static @Nullable ByteBuffer targetOf(byte[] handed) {
    Scratch scratch = MINE.get();
    return scratch.array == handed ? scratch.target : null;
  }

  /** The target has been filled in place of the array. */
  static void filled() {
    MINE.get().filled = true;
  }
}
