package dev.cove.disk;

import dev.cove.cache.BlockCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file with up to {@link #BLOCKS} consecutive blocks of one object state, each at its own place,
 * and a table of which are there.
 *
 * <p>The table has a block's length and checksum, written after its bytes: a process that is killed
 * leaves a block whole or absent. What a lost power supply leaves is told by the checksum.
 *
 * <p>Read by many threads and written by one. Closed under a reader's feet it reads nothing.
 */
final class Extent {
  static final int BLOCKS = 256;
  static final long BYTES = (long) BLOCKS * BlockCache.BLOCK_SIZE;

  private static final int PAGE = 4096;

  /** Bytes before the first block. */
  static final int HEADER = PAGE;

  private static final byte[] MAGIC = {'C', 'O', 'V', 'E', 'B', 'L', 'K', '1'};
  private static final int TABLE = 64;
  private static final Set<StandardOpenOption> EXISTING =
      Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
  private static final Set<StandardOpenOption> NEW = Set.of(
      StandardOpenOption.READ,
      StandardOpenOption.WRITE,
      StandardOpenOption.CREATE,
      StandardOpenOption.TRUNCATE_EXISTING);

  private final Path path;
  private final byte[] head;

  /** By block: its length and its checksum; 0 while it is absent. */
  private final AtomicLongArray table = new AtomicLongArray(BLOCKS);

  private volatile @Nullable FileChannel channel;

  private Extent(Path path, byte[] digest, int number) {
    this.path = path;
    this.head = ByteBuffer.allocate(TABLE).put(MAGIC).put(digest).putInt(number).array();
  }

  /** The file as it is; without blocks where it is absent, unreadable or not what it should be. */
  static Extent open(Path path, byte[] digest, int number) {
    Extent extent = new Extent(path, digest, number);
    try {
      FileChannel channel = FileChannel.open(path, EXISTING);
      ByteBuffer header = header(channel);
      if (Arrays.equals(header.array(), 0, TABLE, extent.head, 0, TABLE)) {
        for (int slot = 0; slot < BLOCKS; slot++) {
          extent.table.set(slot, entry(header, slot));
        }
        extent.channel = channel;
      } else {
        channel.close();
      }
    } catch (IOException absent) {
      // It is made, or made anew, when there is something to keep.
    }
    return extent;
  }

  /** What a file takes of the disk: it may have blocks at its end and none before them. */
  static long usage(Path path, long size) throws IOException {
    if (size <= HEADER + BlockCache.BLOCK_SIZE) {
      return size;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer header = header(channel);
      long usage = HEADER;
      for (int slot = 0; slot < BLOCKS; slot++) {
        usage += onDisk(length(entry(header, slot)));
      }
      return usage;
    }
  }

  /** What so many bytes take of the disk. */
  static long onDisk(int length) {
    return (length + PAGE - 1L) / PAGE * PAGE;
  }

  private static ByteBuffer header(FileChannel channel) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(TABLE + BLOCKS * Long.BYTES);
    readFully(channel, header, 0);
    return header;
  }

  /** The table's word on a block; 0 for one that cannot be. */
  private static long entry(ByteBuffer header, int slot) {
    long entry = header.getLong(TABLE + slot * Long.BYTES);
    return length(entry) > 0 && length(entry) <= BlockCache.BLOCK_SIZE ? entry : 0;
  }

  boolean has(int slot) {
    return table.get(slot) != 0;
  }

  /**
   * Fills {@code target} with a block.
   *
   * @return false when it is absent or damaged; the target's bytes are undefined then
   */
  boolean read(int slot, ByteBuffer target) {
    long entry = table.get(slot);
    FileChannel file = channel;
    if (entry == 0 || file == null) {
      return false;
    }
    try {
      ByteBuffer bytes = target.duplicate();
      if (length(entry) == bytes.remaining()
          && readFully(file, bytes, place(slot))
          && checksum(bytes.flip()) == (int) entry) {
        return true;
      }
      if (table.compareAndSet(slot, entry, 0)) {
        writeEntry(file, slot, 0);
      }
      return false;
    } catch (IOException e) {
      return false; // closed meanwhile, or a bad disk: the store has it
    }
  }

  /** Keeps a block, in place of what was there. */
  void write(int slot, ByteBuffer bytes) throws IOException {
    FileChannel file = channel;
    if (file == null) {
      file = create();
      channel = file;
    }
    long entry = (long) bytes.remaining() << 32 | checksum(bytes) & 0xFFFFFFFFL;
    writeFully(file, bytes.duplicate(), place(slot));
    writeEntry(file, slot, entry);
    table.set(slot, entry);
  }

  private FileChannel create() throws IOException {
    Files.createDirectories(
        path.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    FileChannel file = FileChannel.open(
        path,
        NEW,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    writeFully(file, ByteBuffer.wrap(head), 0);
    return file;
  }

  /** Closes the file, noting that it was of use until now. */
  void close() {
    FileChannel file = channel;
    if (file != null) {
      try {
        file.close();
        Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
      } catch (IOException gone) {
        // It counts as older then, or was removed.
      }
    }
  }

  private static void writeEntry(FileChannel file, int slot, long entry) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(entry).flip();
    writeFully(file, bytes, TABLE + (long) slot * Long.BYTES);
  }

  private static long place(int slot) {
    return HEADER + (long) slot * BlockCache.BLOCK_SIZE;
  }

  private static int length(long entry) {
    return (int) (entry >>> 32);
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.duplicate());
    return (int) sum.getValue();
  }

  private static boolean readFully(FileChannel file, ByteBuffer target, long position)
      throws IOException {
    long place = position;
    while (target.hasRemaining()) {
      int count = file.read(target, place);
      if (count < 0) {
        return false;
      }
      place += count;
    }
    return true;
  }

  private static void writeFully(FileChannel file, ByteBuffer bytes, long position)
      throws IOException {
    long place = position;
    while (bytes.hasRemaining()) {
      place += file.write(bytes, place);
    }
  }
}
