package dev.cove.read;

import static dev.cove.read.PatternStore.mismatch;
import static dev.cove.read.PatternStore.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import dev.cove.disk.DiskCache;
import dev.cove.disk.DiskCacheOptions;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reads go from memory to disk to the store. */
@Timeout(60)
final class DiskReadTest {
  private static final int MIB = 1 << 20;

  @TempDir
  private Path folder;

  private final PatternStore store = new PatternStore();

  /** Requests that were made ahead of a reader. */
  private final AtomicInteger ahead = new AtomicInteger();

  private final ReadMeter meter = new ReadMeter() {
    @Override
    public void fetchStarted(Purpose purpose, long bytes) {
      if (purpose == Purpose.AHEAD) {
        ahead.incrementAndGet();
      }
    }
  };

  private interface Use {
    void with(ReadHandle handle) throws Exception;
  }

  /** As a process of its own would: nothing in memory at first. */
  private void process(String key, long size, Use use) throws Exception {
    store.with(key, size);
    MemoryBudget budget = new MemoryBudget(64L * MIB);
    try (DiskCache disk = DiskCache.open(new DiskCacheOptions(folder, 1L << 30, 0));
        BlockCache cache = new BlockCache(budget);
        ObjectReaders readers =
            new ObjectReaders(store, cache, disk.of("bucket"), ReadOptions.DEFAULT, meter)) {
      try (ReadHandle handle = readers.reader(key, PatternStore.VERSION, size).open()) {
        use.with(handle);
      }
    }
  }

  private static void check(ReadHandle handle, String key, long offset, int size)
      throws IOException {
    assertThat(mismatch(key, offset, read(handle, offset, size))).isEqualTo(-1);
  }

  private static void readAll(ReadHandle handle, String key) throws IOException {
    for (long offset = 0; offset < handle.reader().size(); offset += MIB) {
      check(handle, key, offset, MIB);
    }
  }

  @Test
  void whatWasReadOnceIsReadAgainWithoutARequest() throws Exception {
    process("big", 20L * MIB + 5, handle -> readAll(handle, "big"));
    process("small", 1000, handle -> check(handle, "small", 0, 1000));
    store.forget();
    process("big", 20L * MIB + 5, handle -> readAll(handle, "big"));
    process("small", 1000, handle -> check(handle, "small", 0, 1000));
    assertThat(store.requests()).isEmpty();
  }

  @Test
  void whatIsOnDiskIsNotFetchedAheadOfItsReader() throws Exception {
    process("big", 20L * MIB, handle -> readAll(handle, "big"));
    ahead.set(0);
    process("big", 20L * MIB, handle -> readAll(handle, "big"));
    assertThat(ahead).hasValue(0);
  }

  @Test
  void onlyWhatIsNotOnDiskIsAskedFor() throws Exception {
    long size = 64L * MIB;
    process("big", size, handle -> {
      check(handle, "big", 10 * MIB, MIB);
      check(handle, "big", 40 * MIB, MIB);
    });
    store.forget();
    process("big", size, handle -> {
      check(handle, "big", 10 * MIB, MIB);
      assertThat(store.requests()).isEmpty();
      check(handle, "big", 40 * MIB, MIB + 1);
    });
    assertThat(store.requests()).containsExactly("big 42991616-43122687");
  }

  @Test
  void aDamagedBlockIsFetchedAgain() throws Exception {
    process("big", 4L * MIB, handle -> readAll(handle, "big"));
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files = all.filter(path -> path.toString().contains("/blocks/"))
          .filter(Files::isRegularFile)
          .toList();
      for (Path file : files) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 4096 + 2 * MIB + 99);
        }
      }
    }
    store.forget();
    process("big", 4L * MIB, handle -> readAll(handle, "big"));
    assertThat(store.requests()).containsExactly("big 2097152-2228223");
  }

  @Test
  void bytesThatFailTheStoresChecksumAreNotKept() throws Exception {
    store.during = (request, position) -> {
      if (position > 500_000) {
        throw new StorageException(Kind.CORRUPT, "checksum");
      }
    };
    process("file", 600_000, handle -> {
      try {
        read(handle, 0, 4096);
      } catch (IOException expected) {
        // Or it came before the damage was noticed.
      }
    });
    store.during = (request, position) -> {};
    store.forget();
    process("file", 600_000, handle -> check(handle, "file", 0, 600_000));
    assertThat(store.requests()).containsExactly("file");
  }
}
