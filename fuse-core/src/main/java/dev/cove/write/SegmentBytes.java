package dev.cove.write;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of one segment are: in a file, or in memory for as long as they are few and no
 * journal speaks of them, so that a small file that is stored at once is never on the disk. Guarded
 * by its {@link Segment}.
 */
final class SegmentBytes {
  private static final byte[] ZEROS = new byte[Character.MAX_VALUE];

  private final Spool spool;
  private final Path path;

  // Until the bytes are in the file.
  private boolean mayBeInMemory;
  private @Nullable ByteBuffer memory;
  // How long the file would be.
  private int length;

  private @Nullable FileChannel channel;
  private boolean deleted;

  /** Where they may be. */
  enum Place {
    /** A file, of which there may be some already. */
    FILE,
    /** Memory until {@link #settle}. */
    MEMORY
  }

  SegmentBytes(Spool spool, Path path, Place place) {
    this.spool = spool;
    this.path = path;
    this.mayBeInMemory = place == Place.MEMORY;
  }

  boolean isDeleted() {
    return deleted;
  }

  /** Writes some of the bytes, at least one. */
  int write(ByteBuffer source, int position) throws IOException {
    ByteBuffer held = memoryFor(position + source.remaining());
    if (held == null) {
      return writeFile(source, position);
    }
    int count = source.remaining();
    zero(held.clear().position(Math.min(length, position)), position - length);
    held.position(position).put(source);
    length = Math.max(length, position + count);
    return count;
  }

  /** Null when bytes up to this end go to the file. */
  private @Nullable ByteBuffer memoryFor(int end) throws IOException {
    if (!mayBeInMemory) {
      return null;
    }
    if (memory == null && !deleted && end <= SmallBuffers.SIZE) {
      memory = spool.smallBuffers().tryTake();
    }
    if (memory == null || end > SmallBuffers.SIZE) {
      settle();
    }
    return memory;
  }

  /** Takes the bytes to the file, where they are from now on. */
  void settle() throws IOException {
    ByteBuffer held = memory;
    if (held != null) {
      ByteBuffer bytes = held.duplicate().clear().limit(length);
      while (bytes.hasRemaining()) {
        writeFile(bytes, bytes.position());
      }
      memory = null;
      spool.smallBuffers().give(held);
    }
    mayBeInMemory = false;
  }

  /** Fills the buffer; past the end there are zeros. */
  void readFully(ByteBuffer target, int position) throws IOException {
    ByteBuffer held = memory;
    if (held == null) {
      readFile(target, position);
      return;
    }
    int from = Math.min(position, length);
    int count = Math.min(length - from, target.remaining());
    target.put(held.duplicate().clear().limit(from + count).position(from));
    zero(target, target.remaining());
  }

  private static void zero(ByteBuffer target, int count) {
    for (int left = count; left > 0; left -= ZEROS.length) {
      target.put(ZEROS, 0, Math.min(ZEROS.length, left));
    }
  }

  /** Cuts off what is beyond. */
  void truncate(long size) throws IOException {
    if (memory != null) {
      length = (int) Math.min(length, size);
    } else if (!mayBeInMemory) {
      FileChannel file = open();
      if (file.size() > size) {
        file.truncate(size);
      }
    }
  }

  /** Returns when the bytes would outlive a crash of the machine. */
  void force() throws IOException {
    settle();
    open().force(false);
  }

  void delete() {
    // Also what a full disk has kept from being whole.
    boolean inFile = !mayBeInMemory || channel != null;
    deleted = true;
    close();
    if (inFile) {
      spool.deleteFile(path);
    }
  }

  /** Lets go of the file and leaves it where it is. What is in memory is gone. */
  void close() {
    ByteBuffer held = memory;
    memory = null;
    if (held != null) {
      spool.smallBuffers().give(held);
    }
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot close " + path, e);
      }
    }
  }

  private int writeFile(ByteBuffer source, long position) throws IOException {
    boolean interrupted = false;
    try {
      for (; ; ) {
        try {
          return open().write(source, position);
        } catch (ClosedByInterruptException e) {
          // Files are closed under a thread that is interrupted; the bytes matter more.
          interrupted |= Thread.interrupted();
        } catch (ClosedChannelException e) {
          channel = null;
        }
      }
    } catch (IOException e) {
      throw Spool.diskError(path, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void readFile(ByteBuffer target, long start) throws IOException {
    boolean interrupted = false;
    long position = start;
    try {
      while (target.hasRemaining()) {
        try {
          int count = open().read(target, position);
          if (count < 0) {
            zero(target, target.remaining());
            return;
          }
          position += count;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        } catch (ClosedChannelException e) {
          channel = null;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private FileChannel open() throws IOException {
    FileChannel open = channel;
    if (open == null || !open.isOpen()) {
      if (deleted) {
        throw new WriteException(WriteException.Kind.CLOSED, path + " was discarded");
      }
      open = spool.openFile(path);
      channel = open;
    }
    return open;
  }
}
