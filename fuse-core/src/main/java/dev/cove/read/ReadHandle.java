package dev.cove.read;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One open file: what its readers did so far, and what is fetched ahead for them. Safe for use by
 * many threads; requests may come out of order.
 */
public final class ReadHandle implements AutoCloseable {
  // As many streams in one open file as a merge or a few threads have; the least recent gives way.
  private static final int STREAMS = 12;

  private final ObjectReader reader;

  /** Most recent first; guarded by the reader's lock. */
  private final List<Stream> streams = new ArrayList<>();

  volatile boolean closed;

  ReadHandle(ObjectReader reader) {
    this.reader = reader;
  }

  public ObjectReader reader() {
    return reader;
  }

  /**
   * Hands the bytes from {@code offset} to {@code sink} in exactly one call: {@code size} of them, or
   * fewer where the object ends, or none past its end.
   *
   * @throws dev.cove.storage.StorageException {@code PRECONDITION_FAILED} or {@code NOT_FOUND} when
   *     this version is gone ({@link ObjectReader#delivered} tells whether a byte of it was seen);
   *     {@code TIMEOUT} when no bytes came in time; nothing was sent then
   */
  public void read(long offset, int size, ReadSink sink) throws IOException {
    reader.read(this, offset, size, sink);
  }

  /** Finds or begins the stream a read belongs to and moves it on. */
  Stream note(long offset, long end) {
    Stream best = null;
    long nearest = Long.MAX_VALUE;
    for (Stream stream : streams) {
      long distance = stream.distance(offset, end);
      if (distance < nearest) {
        nearest = distance;
        best = stream;
      }
    }
    if (best == null) {
      best = new Stream(offset, end);
      if (streams.size() == STREAMS) {
        reader.drop(streams.remove(STREAMS - 1));
      }
    } else {
      best.advance(offset, end);
      if (streams.get(0) == best) {
        return best;
      }
      streams.remove(best);
    }
    streams.add(0, best);
    return best;
  }

  /** The stream that was idle the longest; its window is the first to go. */
  @Nullable
  Stream idlest() {
    for (int i = streams.size() - 1; i >= 0; i--) {
      if (!streams.get(i).fetches.isEmpty()) {
        return streams.get(i);
      }
    }
    return null;
  }

  /** Drops what was fetched ahead and stops what is under way, unless another handle waits for it. */
  @Override
  public void close() {
    reader.close(this);
  }

  /** Guarded by the reader's lock. */
  void dropAll() {
    for (Stream stream : streams) {
      reader.drop(stream);
    }
    streams.clear();
  }
}
