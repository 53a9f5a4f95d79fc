package dev.cove.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cache.Block;
import dev.cove.cache.BlockCache;
import dev.cove.cache.MemoryBudget;
import dev.cove.cache.ObjectId;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class DiskCacheTest {
  private static final int BLOCK = BlockCache.BLOCK_SIZE;
  private static final ObjectId ID = new ObjectId("a/b", new Version("1"));

  @TempDir
  private Path temp;

  private final MemoryBudget budget = new MemoryBudget(64L << 20);
  private final BlockCache memory = new BlockCache(budget);

  @AfterEach
  void everyPinIsGivenBack() {
    memory.close();
    assertThat(budget.used()).isZero();
  }

  private DiskCache open(long size) throws IOException {
    return DiskCache.open(new DiskCacheOptions(temp.resolve("cache"), size, 0));
  }

  private DiskCache open() throws IOException {
    return open(1L << 30);
  }

  /** Offers a block filled with {@code value}. */
  private void offer(DiskObject object, ObjectId id, long index, int length, int value) {
    Block block = memory.tryAllocate(id, index, length).get(0);
    ByteBuffer target = block.target();
    while (target.hasRemaining()) {
      target.put((byte) value);
    }
    object.offer(block);
    block.unpin();
  }

  private static boolean holds(DiskObject object, long index, int length, int value) {
    ByteBuffer target = ByteBuffer.allocateDirect(length);
    if (!object.read(index, target)) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      assertThat(target.get(i)).isEqualTo((byte) value);
    }
    return true;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(temp.resolve("cache"))) {
      return all.filter(path -> FileName.parse(path.getFileName().toString()) != null)
          .toList();
    }
  }

  @Test
  void whatOneProcessKeptTheNextFinds() throws IOException {
    try (DiskCache cache = open()) {
      DiskObject object = cache.of("s").object(ID, 300L * BLOCK + 5);
      offer(object, ID, 0, BLOCK, 1);
      offer(object, ID, 299, BLOCK, 2);
      offer(object, ID, 300, 5, 3);
    }
    try (DiskCache cache = open()) {
      DiskObject object = cache.of("s").object(ID, 300L * BLOCK + 5);
      assertThat(holds(object, 0, BLOCK, 1)).isTrue();
      assertThat(holds(object, 299, BLOCK, 2)).isTrue();
      assertThat(holds(object, 300, 5, 3)).isTrue();
      assertThat(object.has(1)).isFalse();
      assertThat(holds(object, 1, BLOCK, 0)).isFalse();
      assertThat(cache.hitBytes()).isEqualTo(2L * BLOCK + 5);
    }
  }

  @Test
  void anotherVersionKeySizeOrBucketFindsNothing() throws IOException {
    try (DiskCache cache = open()) {
      offer(cache.of("s").object(ID, BLOCK), ID, 0, BLOCK, 1);
    }
    try (DiskCache cache = open()) {
      ObjectId newer = new ObjectId("a/b", new Version("2"));
      ObjectId other = new ObjectId("a/c", new Version("1"));
      assertThat(cache.of("s").object(newer, BLOCK).has(0)).isFalse();
      assertThat(cache.of("s").object(other, BLOCK).has(0)).isFalse();
      assertThat(cache.of("s").object(ID, BLOCK + 1).has(0)).isFalse();
      assertThat(cache.of("t").object(ID, BLOCK).has(0)).isFalse();
      assertThat(cache.of("s").object(ID, BLOCK).has(0)).isTrue();
    }
  }

  @Test
  void everyDamagedByteIsNoticedAndTheBlockKeptAnew() throws IOException {
    try (DiskCache cache = open()) {
      offer(cache.of("s").object(ID, BLOCK), ID, 0, BLOCK, 1);
    }
    Path file = files().get(0);
    for (long place : new long[] {0, 20, 64, 70, Extent.HEADER, Extent.HEADER + BLOCK - 1}) {
      flip(file, place);
      try (DiskCache cache = open()) {
        DiskObject object = cache.of("s").object(ID, BLOCK);
        assertThat(holds(object, 0, BLOCK, 1)).as("byte %d", place).isFalse();
        offer(object, ID, 0, BLOCK, 1);
      }
      try (DiskCache cache = open()) {
        assertThat(holds(cache.of("s").object(ID, BLOCK), 0, BLOCK, 1)).isTrue();
      }
    }
  }

  @Test
  void aFileCutShortLosesOnlyWhatIsMissing() throws IOException {
    try (DiskCache cache = open()) {
      DiskObject object = cache.of("s").object(ID, 2 * BLOCK);
      offer(object, ID, 0, BLOCK, 1);
      offer(object, ID, 1, BLOCK, 2);
    }
    try (FileChannel file = FileChannel.open(files().get(0), StandardOpenOption.WRITE)) {
      file.truncate(Extent.HEADER + BLOCK + 77);
    }
    try (DiskCache cache = open()) {
      DiskObject object = cache.of("s").object(ID, 2 * BLOCK);
      assertThat(holds(object, 0, BLOCK, 1)).isTrue();
      assertThat(holds(object, 1, BLOCK, 2)).isFalse();
    }
  }

  private static void flip(Path path, long place) throws IOException {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, place);
      one.put(0, (byte) ~one.get(0)).rewind();
      file.write(one, place);
    }
  }

  @Test
  void theLongestUnusedGoesWhenTheSizeIsReached() throws IOException {
    long size = 64L << 20;
    int extents = 4;
    try (DiskCache cache = open(size)) {
      for (int i = 0; i < extents; i++) {
        ObjectId id = new ObjectId("key" + i, new Version("1"));
        DiskObject object = cache.of("s").object(id, Extent.BYTES);
        for (int block = 0; block < Extent.BLOCKS / 2; block++) {
          while (cache.waitingBytes() > 16 << 20) {
            Thread.onSpinWait();
          }
          offer(object, id, block, BLOCK, i);
        }
      }
      while (cache.waitingBytes() > 0) {
        Thread.onSpinWait();
      }
      assertThat(cache.bytes()).isLessThanOrEqualTo(size);
      assertThat(cache
              .of("s")
              .object(new ObjectId("key0", new Version("1")), Extent.BYTES)
              .has(0))
          .isFalse();
      assertThat(cache
              .of("s")
              .object(new ObjectId("key3", new Version("1")), Extent.BYTES)
              .has(0))
          .isTrue();
    }
    long onDisk = 0;
    for (Path file : files()) {
      onDisk += Files.size(file);
    }
    assertThat(onDisk).isLessThanOrEqualTo(size);
    try (DiskCache cache = open(size)) {
      DiskObject newest =
          cache.of("s").object(new ObjectId("key3", new Version("1")), Extent.BYTES);
      assertThat(holds(newest, 5, BLOCK, 3)).isTrue();
    }
  }

  @Test
  void nothingIsWrittenWhereTooLittleIsFree() throws IOException {
    try (DiskCache cache = DiskCache.open(
        new DiskCacheOptions(temp.resolve("cache"), 1L << 30, Long.MAX_VALUE >> 1))) {
      offer(cache.of("s").object(ID, BLOCK), ID, 0, BLOCK, 1);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void whatComesFasterThanTheDiskTakesItIsDropped() throws IOException {
    try (DiskCache cache =
        DiskCache.open(new DiskCacheOptions(temp.resolve("cache"), 1L << 30, 0, BLOCK - 1))) {
      offer(cache.of("s").object(ID, BLOCK), ID, 0, BLOCK, 1);
      assertThat(cache.droppedBytes()).isEqualTo(BLOCK);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void oneProcessHasTheFolderAndItsOwnerAlone() throws IOException {
    try (DiskCache cache = open()) {
      assertThat(cache.bytes()).isZero();
      assertThatThrownBy(this::open).isInstanceOf(CacheInUseException.class);
    }
    open().close();
    assertThat(PosixFilePermissions.toString(
            Files.getPosixFilePermissions(temp.resolve("cache/cove-cache-1"))))
        .isEqualTo("rwx------");
  }

  @Test
  void aLinkInTheFoldersPlaceIsRefused() throws IOException {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Files.createDirectory(temp.resolve("cache"));
    Files.createSymbolicLink(temp.resolve("cache/cove-cache-1"), elsewhere);
    assertThatThrownBy(this::open).isInstanceOf(IOException.class);
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void aFolderThatOthersCouldWriteToIsRefused() throws IOException {
    open().close();
    Path folder = temp.resolve("cache/cove-cache-1");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));
    assertThatThrownBy(this::open).hasMessageContaining("others can write to " + folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
    open().close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void aLinkInPlaceOfItsLockIsNotFollowed() throws IOException {
    open().close();
    Path lock = temp.resolve("cache/cove-cache-1/lock");
    Path elsewhere = temp.resolve("elsewhere");
    Files.delete(lock);
    Files.createSymbolicLink(lock, elsewhere);
    assertThatThrownBy(this::open).isInstanceOf(IOException.class);
    assertThat(elsewhere).doesNotExist();
  }

  @Test
  void attributesAreRememberedUpToWhatAKilledProcessLeftHalfWritten() throws IOException {
    AttributeLog.State first = new AttributeLog.State("ä\0b", new Version("1"), 7);
    AttributeLog.State second = new AttributeLog.State("c", new Version("2"), -8);
    ObjectAttributes plain = ObjectAttributes.NONE;
    ObjectAttributes full = new ObjectAttributes(
        new ContentHeaders("text/plain", null, "d", null, "no-store"),
        Map.of("mode", "33188", "x", "ü"),
        new ObjectAttributes.Encryption("aws:kms", null));
    try (DiskCache cache = open()) {
      AttributeLog log = cache.of("s").attributes();
      assertThat(log.load()).isEmpty();
      log.add(first, plain);
      log.add(first, full);
      log.add(second, plain);
    }
    Path file;
    try (Stream<Path> all = Files.list(temp.resolve("cache/cove-cache-1/attributes-2"))) {
      file = all.toList().get(0);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 3);
    }
    try (DiskCache cache = open()) {
      AttributeLog log = cache.of("s").attributes();
      assertThat(log.load()).containsExactly(Map.entry(first, full));
      log.add(second, plain);
      assertThat(cache.of("t").attributes().load()).isEmpty();
    }
    try (DiskCache cache = open()) {
      assertThat(cache.of("s").attributes().load())
          .containsExactly(Map.entry(first, full), Map.entry(second, plain));
    }
  }
}
