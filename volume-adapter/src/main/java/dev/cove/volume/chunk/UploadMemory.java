package dev.cove.volume.chunk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What this machine has uploaded to a store, in a local file, so that an upload that was interrupted goes on where it was. A hint and no
 * more: whether a pack is still in the store is asked before it is relied on, and without the file everything is uploaded again. Safe for
 * use by several threads and processes.
 */
public final class UploadMemory {
  private static final int RECORD = Hash.BYTES + 2 * Long.BYTES + 3 * Integer.BYTES;
  // 400,000 chunks, of 400 GB at their average size; a file that is fuller begins anew.
  private static final long LARGEST = 400_000L * RECORD;

  private final Path file;

  @GuardedBy("this")
  private @Nullable Map<Hash, BlobRef> known;

  /**
   * Reads the file at its first use.
   *
   * @param file need not be there; one for each store
   */
  public UploadMemory(Path file) {
    this.file = file;
  }

  synchronized @Nullable BlobRef find(Hash hash) {
    if (known == null) {
      known = read();
    }
    return known.get(hash);
  }

  /** Remembers blobs that are in the store. */
  synchronized void add(List<BlobRef> stored) {
    ByteBuffer records = ByteBuffer.allocate(stored.size() * RECORD);
    for (BlobRef ref : stored) {
      int start = records.position();
      Hash hash = ref.hash();
      records.putLong(hash.a()).putLong(hash.b()).putLong(hash.c()).putLong(hash.d());
      records.putLong(ref.pack().high()).putLong(ref.pack().low());
      records.putInt(ref.offset()).putInt(ref.length());
      records.putInt(checksum(records.array(), start));
      if (known != null) {
        known.put(hash, ref);
      }
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.exists(file) && Files.size(file) > LARGEST) {
        Files.delete(file);
      }
      try (FileChannel channel =
          FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
        channel.write(records.flip());
      }
    } catch (IOException e) {
      known = new HashMap<>(); // Only a hint: the upload itself has succeeded.
    }
  }

  private Map<Hash, BlobRef> read() {
    Map<Hash, BlobRef> found = new HashMap<>();
    ByteBuffer records;
    try {
      records = ByteBuffer.wrap(Files.readAllBytes(file));
    } catch (IOException e) {
      return found; // Not there yet, or not to be read: only a hint.
    }
    while (records.remaining() >= RECORD) {
      int start = records.position();
      if (records.getInt(start + RECORD - 4) != checksum(records.array(), start)) {
        records.position(
            start + 1); // A record that was cut off; the next one stands anywhere behind it.
        continue;
      }
      Hash hash =
          new Hash(records.getLong(), records.getLong(), records.getLong(), records.getLong());
      PackId pack = new PackId(records.getLong(), records.getLong());
      found.put(hash, new BlobRef(hash, pack, records.getInt(), records.getInt()));
      records.position(start + RECORD);
    }
    return found;
  }

  private static int checksum(byte[] bytes, int start) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, start, RECORD - 4);
    return (int) sum.getValue();
  }
}
