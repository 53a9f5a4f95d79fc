package dev.cove.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.ByteRange;
import dev.cove.storage.Capabilities;
import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.StorageException;
import dev.cove.storage.Version;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * A store in memory with faults, a spool and a publisher with sizes a thousandth of the real ones:
 * parts of 64 bytes, at least 40, in segments of 64 with blocks of 16.
 */
final class Bench implements AutoCloseable {
  static final Capabilities SMALL_PARTS = MemoryObjectStore.S3_LIKE.toBuilder()
      .partSize(40, 4096)
      .maxParts(2_000)
      .maxObjectSize(100_000)
      .build();
  static final SpoolOptions SPOOL =
      new SpoolOptions(1 << 20, 0, Duration.ofSeconds(5), Duration.ofHours(1), 16, 64);
  static final PublishOptions PARTS = new PublishOptions(64, 2, 3);
  static final String KEY = "file";

  final MemoryObjectStore memory;
  final FaultyObjectStore faults;
  final RecordingObjectStore store;
  Path folder;
  final SpoolOptions spoolOptions;
  Spool spool;
  Publisher publisher;

  Bench(Path folder) throws IOException {
    this(folder, SMALL_PARTS, SPOOL);
  }

  Bench(Path folder, Capabilities capabilities, SpoolOptions options) throws IOException {
    this.folder = folder.resolve("spool");
    this.spoolOptions = options;
    memory = new MemoryObjectStore(capabilities, Clock.systemUTC());
    faults = new FaultyObjectStore(memory);
    store = new RecordingObjectStore(faults);
    start();
  }

  void start() throws IOException {
    spool = Spool.open(folder, spoolOptions);
    publisher = new Publisher(store, spool, PARTS);
  }

  /** The process is killed and another one takes what is on disk at this instant. */
  void crash() throws IOException {
    Path copy = folder.resolveSibling("spool-" + System.nanoTime());
    copyTo(copy);
    close();
    folder = copy;
    start();
  }

  void copyTo(Path copy) throws IOException {
    Files.createDirectory(
        copy, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (String name : folder.toFile().list()) {
      Path path = folder.resolve(name);
      try {
        Files.copy(path, copy.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        if (Files.isDirectory(path)) {
          for (String below : path.toFile().list()) {
            Files.copy(path.resolve(below), copy.resolve(name).resolve(below));
          }
        }
      } catch (NoSuchFileException e) {
        // Uploads begin in the background, and their notes go again.
        continue;
      }
    }
  }

  StagedFile create() {
    return publisher.stage(creating(KEY), null, this::readBase);
  }

  StagedFile edit(String key) throws IOException {
    var info = memory.head(key);
    return publisher.stage(
        replacing(key, info.version()), new Base(key, info.version(), info.size()), this::readBase);
  }

  static Target creating(String key) {
    return new Target(key, WriteOptions.DEFAULT.with(WriteCondition.ifAbsent()));
  }

  static Target replacing(String key, Version version) {
    return new Target(key, WriteOptions.DEFAULT.with(WriteCondition.ifVersion(version)));
  }

  static Target overwriting(String key) {
    return new Target(key, WriteOptions.DEFAULT);
  }

  /** What the next publish of this file has to say, as a mount would. */
  Target next(StagedFile file) {
    Base base = file.base();
    return base == null ? creating(KEY) : replacing(base.key(), base.version());
  }

  Published publish(StagedFile file) throws IOException {
    return publisher.publish(file, next(file));
  }

  void readBase(Base base, long offset, int length, ByteSink sink) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (ObjectBody body =
        memory.get(GetRequest.range(base.key(), base.version(), ByteRange.of(offset, length)))) {
      while (bytes.hasRemaining() && body.read(bytes) >= 0) {}
    }
    assertThat(bytes.hasRemaining()).isFalse();
    // In two pieces, as a cache of blocks would.
    int middle = length / 2;
    bytes.flip();
    sink.send(bytes.duplicate().limit(middle), bytes.duplicate().position(middle));
  }

  static byte[] bytes(StagedFile file, long offset, int length) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int[] calls = {0};
    file.read(offset, length, pieces -> {
      calls[0]++;
      for (ByteBuffer piece : pieces) {
        byte[] some = new byte[piece.remaining()];
        piece.get(some);
        out.writeBytes(some);
      }
    });
    assertThat(calls[0]).isEqualTo(1);
    return out.toByteArray();
  }

  static byte[] bytes(StagedFile file) throws IOException {
    return bytes(file, 0, (int) file.size());
  }

  byte[] object(String key) throws IOException {
    try (ObjectBody body = memory.get(GetRequest.whole(key))) {
      ByteBuffer bytes = ByteBuffer.allocate((int) body.length());
      while (bytes.hasRemaining() && body.read(bytes) >= 0) {}
      return bytes.array();
    }
  }

  Version put(String key, byte[] bytes) throws StorageException {
    return memory.put(key, Content.of(bytes), WriteOptions.DEFAULT).version();
  }

  static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static ByteBuffer direct(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length);
    buffer.put(bytes).flip();
    return buffer;
  }

  static void write(StagedFile file, long offset, byte[] bytes) throws IOException {
    file.write(offset, direct(bytes));
  }

  List<String> requests() {
    return store.take();
  }

  /** Nothing may be left in the store but objects. */
  void assertNoUploads() {
    assertThat(memory.listUploads("")).isEmpty();
  }

  @Override
  public void close() throws IOException {
    publisher.close();
    spool.close();
  }
}
