package dev.cove.write;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of frames, each of its length, its CRC32C and its bytes. It is there from its first whole
 * frame on; what follows the last whole frame counts as never written.
 */
final class FrameFile {
  static final String UNFINISHED = ".new";
  // Length and checksum.
  private static final int HEADER = 8;

  private final Spool spool;
  private final Path path;
  private @Nullable FileChannel channel;
  private long length;

  /**
   * What a file holds.
   *
   * @param damaged there is more after a frame that is not what was written
   */
  record Content(List<byte[]> frames, boolean damaged) {}

  FrameFile(Spool spool, Path path) {
    this.spool = spool;
    this.path = path;
  }

  static Content read(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    List<byte[]> frames = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.remaining() >= HEADER) {
      int size = rest.getInt();
      int wanted = rest.getInt();
      if (size < 0 || size > rest.remaining()) {
        break;
      }
      if (sum(bytes, rest.position(), size) != wanted) {
        return new Content(frames, rest.remaining() > size);
      }
      byte[] frame = new byte[size];
      rest.get(frame);
      frames.add(frame);
    }
    return new Content(frames, false);
  }

  private static int sum(byte[] bytes, int offset, int size) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, offset, size);
    return (int) sum.getValue();
  }

  private static ByteBuffer framed(byte[] frame) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + frame.length);
    return bytes
        .putInt(frame.length)
        .putInt(sum(frame, 0, frame.length))
        .put(frame)
        .flip();
  }

  long length() {
    return length;
  }

  /** Adds a frame. When that fails the next one takes its place. */
  void append(byte[] frame) throws IOException {
    ByteBuffer bytes = framed(frame);
    boolean interrupted = false;
    try {
      long at = length;
      while (bytes.hasRemaining()) {
        try {
          at += open().write(bytes, at);
        } catch (ClosedByInterruptException e) {
          // Files are closed under a thread that is interrupted; the record matters more.
          interrupted |= Thread.interrupted();
        } catch (ClosedChannelException e) {
          channel = null;
        }
      }
      length = at;
    } catch (IOException e) {
      throw Spool.diskError(path, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Puts one frame in the place of all there are, at once. */
  void replace(byte[] frame) throws IOException {
    close();
    Path fresh = path.resolveSibling(path.getFileName() + UNFINISHED);
    FrameFile replacement = new FrameFile(spool, fresh);
    try {
      replacement.open().truncate(0);
      replacement.append(frame);
    } catch (IOException e) {
      replacement.delete();
      throw Spool.diskError(path, e);
    }
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // The open file is the one that was moved.
    channel = replacement.channel;
    length = replacement.length;
  }

  void force() throws IOException {
    open().force(false);
  }

  private FileChannel open() throws IOException {
    FileChannel open = channel;
    if (open == null || !open.isOpen()) {
      open = spool.openFile(path);
      channel = open;
    }
    return open;
  }

  void close() {
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

  void delete() {
    close();
    spool.deleteFile(path);
  }
}
