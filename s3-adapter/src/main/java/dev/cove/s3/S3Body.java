package dev.cove.s3;

import dev.cove.s3.S3Errors.Attempt;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;

/** The bytes of one answer, straight from the connection. */
final class S3Body implements ObjectBody {

  private final AbortableInputStream in;
  private final ObjectInfo info;
  private final long length;
  private final @Nullable BodyChecksum checksum;
  private final S3Errors errors;
  private final Attempt attempt;
  private long remaining;
  private volatile boolean open = true;

  S3Body(
      AbortableInputStream in,
      ObjectInfo info,
      long length,
      @Nullable BodyChecksum checksum,
      S3Errors errors,
      Attempt attempt) {
    this.in = in;
    this.info = info;
    this.length = length;
    this.checksum = checksum;
    this.errors = errors;
    this.attempt = attempt;
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
      throw errors.error(
          Kind.UNAVAILABLE,
          attempt,
          "the connection ended " + remaining + " bytes before the body did",
          null);
    }
    remaining -= count;
    if (checksum != null) {
      checksum.update(target.duplicate().flip().position(start));
      if (remaining == 0 && !checksum.holds()) {
        throw errors.error(
            Kind.CORRUPT, attempt, "the bytes do not match the checksum stored with them", null);
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
      throw errors.translate(e, attempt);
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
      in.abort();
    }
    try {
      in.close();
    } catch (IOException | RuntimeException e) {
      // The bytes were delivered or are not wanted; either way the connection is given up.
      in.abort();
    }
  }
}
