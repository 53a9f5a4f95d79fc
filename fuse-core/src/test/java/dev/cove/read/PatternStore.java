package dev.cove.read;

import dev.cove.storage.ByteRange;
import dev.cove.storage.ForwardingObjectStore;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.Version;
import dev.cove.storage.testkit.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Objects of any size whose bytes follow from their key and place, and a record of who asked. */
final class PatternStore extends ForwardingObjectStore {
  static final Version VERSION = new Version("v1");

  private final Map<String, Long> sizes = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger mostOpen = new AtomicInteger();
  final AtomicLong bytes = new AtomicLong();

  /** Called before a get is answered. */
  volatile Before before = request -> {};

  /** Called before bytes of a body are delivered. */
  volatile During during = (request, position) -> {};

  interface Before {
    void answer(GetRequest request) throws StorageException;
  }

  interface During {
    void deliver(GetRequest request, long position) throws StorageException;
  }

  PatternStore() {
    super(new MemoryObjectStore());
  }

  PatternStore with(String key, long size) {
    sizes.put(key, size);
    return this;
  }

  static byte at(String key, long position) {
    return at(key.hashCode(), position);
  }

  static byte at(int seed, long position) {
    return (byte) (word(seed, position) >>> ((position & 7) << 3));
  }

  /** The eight bytes from a multiple of eight on, the first lowest. */
  private static long word(int seed, long position) {
    long word = (position >>> 3) * 0x9E3779B97F4A7C15L + seed;
    return word ^ word >>> 29;
  }

  /** The requests so far, as {@code key 0-131071} or {@code key} for a whole object. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  void forget() {
    requests.clear();
  }

  /** A gate that lets no body go on before it is opened. */
  Semaphore gate() {
    Semaphore gate = new Semaphore(0);
    during = (request, position) -> {
      try {
        gate.acquire();
        gate.release();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StorageException(Kind.INTERRUPTED, "interrupted");
      }
    };
    return gate;
  }

  @Override
  public ObjectBody get(GetRequest request) throws StorageException {
    ByteRange range = request.range();
    requests.add(
        range == null
            ? request.key()
            : request.key() + " " + range.offset() + "-" + (range.end() - 1));
    before.answer(request);
    Long size = sizes.get(request.key());
    if (size == null) {
      throw new StorageException(Kind.NOT_FOUND, "no such object: " + request.key());
    }
    if (!VERSION.equals(request.version())) {
      throw new StorageException(Kind.PRECONDITION_FAILED, "another version");
    }
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
    return new Body(request, range == null ? ByteRange.of(0, size) : range, size);
  }

  private final class Body implements ObjectBody {
    private final GetRequest request;
    private final ByteRange range;
    private final long size;
    private final int seed;
    private long position;
    private boolean closed;

    Body(GetRequest request, ByteRange range, long size) {
      this.request = request;
      this.range = range;
      this.size = size;
      this.seed = request.key().hashCode();
      this.position = range.offset();
    }

    @Override
    public ObjectInfo info() {
      return new ObjectInfo(request.key(), size, VERSION, Instant.EPOCH, null, false, null, null);
    }

    @Override
    public long length() {
      return Math.min(range.end(), size) - range.offset();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      long left = Math.min(range.end(), size) - position;
      if (left == 0) {
        return -1;
      }
      during.deliver(request, position);
      int count = (int) Math.min(Math.min(left, target.remaining()), 50_000);
      ByteBuffer bytesOut = target.slice().order(ByteOrder.LITTLE_ENDIAN).limit(count);
      for (long at = position; bytesOut.hasRemaining(); ) {
        if ((at & 7) == 0 && bytesOut.remaining() >= 8) {
          bytesOut.putLong(word(seed, at));
          at += 8;
        } else {
          bytesOut.put(at(seed, at++));
        }
      }
      target.position(target.position() + count);
      position += count;
      bytes.addAndGet(count);
      return count;
    }

    @Override
    public boolean isOpen() {
      return !closed;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open.decrementAndGet();
      }
    }
  }

  /** What a read hands over, as an array. */
  static byte[] read(ReadHandle handle, long offset, int size) throws IOException {
    byte[][] result = new byte[1][];
    handle.read(offset, size, pieces -> {
      if (result[0] != null) {
        throw new IllegalStateException("sent twice");
      }
      int total = 0;
      for (ByteBuffer piece : pieces) {
        total += piece.remaining();
      }
      byte[] bytes = new byte[total];
      int at = 0;
      for (ByteBuffer piece : pieces) {
        int count = piece.remaining();
        piece.get(bytes, at, count);
        at += count;
      }
      result[0] = bytes;
    });
    return result[0];
  }

  /** Where the bytes first differ from the object's; -1 when they do not. */
  static long mismatch(String key, long offset, byte @Nullable [] bytes) {
    int seed = key.hashCode();
    ByteBuffer all =
        ByteBuffer.wrap(bytes == null ? new byte[0] : bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < all.limit(); ) {
      if (((offset + i) & 7) == 0 && all.limit() - i >= 8) {
        if (all.getLong(i) == word(seed, offset + i)) {
          i += 8;
          continue;
        }
      }
      if (all.get(i) != at(seed, offset + i)) {
        return offset + i;
      }
      i++;
    }
    return -1;
  }
}
