package dev.cove.fuse;

import dev.cove.vfs.Attributes;
import dev.cove.vfs.Entry;
import dev.cove.vfs.FileType;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import ru.serce.jnrfuse.ErrorCodes;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * The answer to a worker's current request. Bodies are put together behind the header in one native
 * buffer; file content is gathered from where it is. Every method that sends says whether the kernel
 * took the answer: when it did not, what the answer handed out (a look-up, a handle) is to be taken
 * back.
 */
final class Reply {
  /** IOV_MAX of Linux. */
  private static final int MAX_PIECES = 1024;

  private static final int IOVEC = 16;
  private static final long NANOS = 1_000_000_000L;

  /** cp writes and reads in such blocks, so that each becomes one request. */
  private static final int FILE_BLOCK = 1 << 20;

  private static final int PAGE = 4096;

  private final FuseDevice device;
  private final InFlight inFlight;
  private final NativeBuffer buffer;
  private final ByteBuffer out;
  private final NativeBuffer iovecs = new NativeBuffer(NativeBuffer.PAGE);
  private long unique;

  Reply(FuseDevice device, InFlight inFlight, NativeBuffer buffer) {
    this.device = device;
    this.inFlight = inFlight;
    this.buffer = buffer;
    this.out = buffer.bytes();
  }

  void free() {
    buffer.free();
    iovecs.free();
  }

  void shrink() {
    buffer.shrink();
  }

  void begin(long requestUnique) {
    unique = requestUnique;
    body();
  }

  boolean answered() {
    return inFlight.answered();
  }

  /** Starts the body anew: what is put here is sent by {@link #send}. */
  ByteBuffer body() {
    return out.clear().position(FuseProtocol.OUT_HEADER);
  }

  boolean send() {
    int length = out.position();
    return inFlight.claim(unique) && delivered(device.send(header(length, 0), length));
  }

  boolean ok() {
    body();
    return send();
  }

  /** @param errno a positive number */
  boolean error(int errno) {
    if (!inFlight.claim(unique)) {
      return false;
    }
    int length = FuseProtocol.OUT_HEADER;
    return delivered(device.send(header(length, -errno), length));
  }

  private long header(int length, int error) {
    out.putInt(FuseProtocol.OUT_LENGTH, length)
        .putInt(FuseProtocol.OUT_ERROR, error)
        .putLong(FuseProtocol.OUT_UNIQUE, unique);
    return buffer.address();
  }

  private static boolean delivered(int errno) {
    if (errno == 0) {
      return true;
    }
    // The program was killed meanwhile, or the mount is gone.
    if (errno == ErrorCodes.ENOENT() || errno == ErrorCodes.ENODEV()) {
      return false;
    }
    throw new IllegalStateException("the kernel refused a reply with errno " + errno);
  }

  /** File content: direct pieces are sent from where they are, others copied first. */
  boolean content(ByteBuffer[] pieces, int limit) {
    long total = 0;
    for (ByteBuffer piece : pieces) {
      total += piece.remaining();
    }
    if (total > limit) {
      throw new IllegalStateException(total + " bytes read where " + limit + " were asked for");
    }
    ByteBuffer vector = iovecs.bytes().clear();
    vector
        .putLong(header(FuseProtocol.OUT_HEADER + (int) total, 0))
        .putLong(FuseProtocol.OUT_HEADER);
    if (pieces.length < MAX_PIECES) {
      gather(pieces, vector);
    } else {
      ByteBuffer scratch = body();
      for (ByteBuffer piece : pieces) {
        scratch.put(piece.duplicate());
      }
      vector.putLong(buffer.address() + FuseProtocol.OUT_HEADER).putLong(total);
    }
    int count = vector.position() / IOVEC;
    try {
      return inFlight.claim(unique) && delivered(device.sendGathered(iovecs.address(), count));
    } finally {
      // Only their addresses are in use: the collector must not free them meanwhile.
      Reference.reachabilityFence(pieces);
    }
  }

  private void gather(ByteBuffer[] pieces, ByteBuffer vector) {
    ByteBuffer scratch = body();
    for (ByteBuffer piece : pieces) {
      int length = piece.remaining();
      if (length > 0) {
        long address;
        if (piece.isDirect()) {
          address = NativeBuffer.addressOf(piece);
        } else {
          address = buffer.address() + scratch.position();
          scratch.put(piece.duplicate());
        }
        vector.putLong(address).putLong(length);
      }
    }
  }

  boolean entry(Entry entry) {
    putEntry(body(), entry);
    return send();
  }

  /** Remembers for a while that there is no such name. */
  boolean noEntry(long timeoutNanos) {
    ByteBuffer body = body();
    int start = body.position();
    for (int i = 0; i < FuseProtocol.ENTRY_OUT; i += Long.BYTES) {
      body.putLong(0);
    }
    body.putLong(start + 16, timeoutNanos / NANOS).putInt(start + 32, (int) (timeoutNanos % NANOS));
    return send();
  }

  boolean attributes(Attributes attributes, long timeoutNanos) {
    long timeout = Math.max(0, timeoutNanos);
    ByteBuffer body =
        body().putLong(timeout / NANOS).putInt((int) (timeout % NANOS)).putInt(0);
    putAttributes(body, attributes);
    return send();
  }

  boolean opened(long handle, int flags) {
    putOpened(body(), handle, flags);
    return send();
  }

  boolean created(Entry entry, long handle, int flags) {
    ByteBuffer body = body();
    putEntry(body, entry);
    putOpened(body, handle, flags);
    return send();
  }

  private static void putOpened(ByteBuffer to, long handle, int flags) {
    to.putLong(handle).putInt(flags).putInt(0);
  }

  /** struct fuse_entry_out */
  static void putEntry(ByteBuffer to, Entry entry) {
    long entryTimeout = Math.max(0, entry.entryTimeoutNanos());
    long attributeTimeout = Math.max(0, entry.attributeTimeoutNanos());
    to.putLong(entry.inode())
        .putLong(0) // generation: inode numbers are never used again
        .putLong(entryTimeout / NANOS)
        .putLong(attributeTimeout / NANOS)
        .putInt((int) (entryTimeout % NANOS))
        .putInt((int) (attributeTimeout % NANOS));
    putAttributes(to, entry.attributes());
  }

  /** struct fuse_attr */
  private static void putAttributes(ByteBuffer to, Attributes a) {
    to.putLong(a.inode())
        .putLong(a.size())
        .putLong((a.size() + 511) / 512)
        .putLong(Math.floorDiv(a.accessedNanos(), NANOS))
        .putLong(Math.floorDiv(a.modifiedNanos(), NANOS))
        .putLong(Math.floorDiv(a.changedNanos(), NANOS))
        .putInt((int) Math.floorMod(a.accessedNanos(), NANOS))
        .putInt((int) Math.floorMod(a.modifiedNanos(), NANOS))
        .putInt((int) Math.floorMod(a.changedNanos(), NANOS))
        .putInt(typeBits(a.type()) | (a.permissions() & 07777))
        .putInt(a.links())
        .putInt(a.uid())
        .putInt(a.gid())
        .putInt(0)
        .putInt(a.type() == FileType.FILE ? FILE_BLOCK : PAGE)
        .putInt(0);
  }

  /** The S_IFMT bits; 0 for a type that is not known. */
  static int typeBits(FileType type) {
    return switch (type) {
      case FILE -> FileStat.S_IFREG;
      case DIRECTORY -> FileStat.S_IFDIR;
      case SYMLINK -> FileStat.S_IFLNK;
      case UNKNOWN -> 0;
    };
  }
}
