package dev.cove.http;

import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** The bytes of one answer, straight from the connection. */
public final class StreamedBody implements ObjectBody {

  /** Takes the bytes of a whole object as they arrive and tells in the end whether they are its bytes. */
  public interface Checksum {
    void update(ByteBuffer bytes);

    boolean holds();
  }

  /** Says what went wrong in the words of the adapter. */
  public interface Failures {
    StorageException of(Kind kind, String reason);

    StorageException translate(Throwable failure);
  }

  private final InputStream in;
  private final Runnable abort;
  private final ObjectInfo info;
  private final long length;
  private final @Nullable Checksum checksum;
  private final Failures failures;
  private long remaining;
  private volatile boolean open = true;

  /**
   * @param abort drops the connection without reading the rest
   * @param length bytes to deliver
   * @param checksum null where there is nothing to compare with
   */
  public StreamedBody(
      InputStream in,
      Runnable abort,
      ObjectInfo info,
      long length,
      @Nullable Checksum checksum,
      Failures failures) {
    this.in = in;
    this.abort = abort;
    this.info = info;
    this.length = length;
    this.checksum = checksum;
    this.failures = failures;
    this.remaining = length;
  }

  @Override
  public ObjectInfo info() {
    return info;
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    if (remaining == 0) {
      return -1;
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    int wanted = (int) Math.min(remaining, target.remaining());
    int start = target.position();
    int count = receive(target, wanted);
    if (count <= 0) {
      throw failures.of(
          Kind.UNAVAILABLE, "the connection ended " + remaining + " bytes before the body did");
    }
    remaining -= count;
    if (checksum != null) {
      checksum.update(target.duplicate().flip().position(start));
      if (remaining == 0 && !checksum.holds()) {
        throw failures.of(Kind.CORRUPT, "the bytes do not match the checksum stored with them");
      }
    }
    return count;
  }

  private int receive(ByteBuffer target, int wanted) throws StorageException {
    try {
      if (target.hasArray()) {
        int count = in.read(target.array(), target.arrayOffset() + target.position(), wanted);
        if (count > 0) {
          target.position(target.position() + count);
        }
        return count;
      }
      Scratch scratch = Scratch.mine();
      byte[] array = scratch.array();
      scratch.begin(target);
      int count = 0;
      try {
        count = in.read(array, 0, Math.min(wanted, array.length));
      } finally {
        scratch.finish(count);
      }
      return count;
    } catch (IOException | RuntimeException e) {
      throw failures.translate(e);
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    if (remaining > 0) {
      // Closing would read the rest of the body to keep the connection.
      abort.run();
    }
    try {
      in.close();
    } catch (IOException | RuntimeException e) {
      // The bytes were delivered or are not wanted; either way the connection is given up.
      abort.run();
    }
  }
}
