package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cache.MemoryBudget;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.mount.BucketOptions.Ownership;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.storage.Capabilities;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.ManualClock;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore.VersionScheme;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FsException;
import dev.cove.write.PublishOptions;
import dev.cove.write.SpoolOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A bucket in memory, what other tools do to it, and mounts of it. */
final class TestBucket implements AutoCloseable {
  static final Duration TTL = NamespaceOptions.DEFAULT.positiveTtl();

  final ManualClock clock = new ManualClock();
  final MemoryObjectStore memory;
  final FaultyObjectStore faults;

  /** What the mounts use, each request noted. */
  final RecordingObjectStore store;

  private final Path folder;
  private final AtomicLong looks = new AtomicLong();
  private final List<BucketFileSystem> mounts = new ArrayList<>();

  TestBucket(Path folder) {
    this(folder, MemoryObjectStore.S3_LIKE);
  }

  TestBucket(Path folder, Capabilities capabilities) {
    this(folder, capabilities, VersionScheme.PER_WRITE);
  }

  TestBucket(Path folder, Capabilities capabilities, VersionScheme versions) {
    this.folder = folder;
    this.memory = new MemoryObjectStore("memory://bucket", capabilities, clock, versions);
    this.faults = new FaultyObjectStore(memory);
    this.store = new RecordingObjectStore(faults);
  }

  /** How a mount is made; what a test does not say is as by default. */
  record How(AttributeMode attributes, NamespaceOptions names, OnConflict onConflict) {
    static final How LIST = new How(AttributeMode.LIST, NamespaceOptions.DEFAULT, OnConflict.FAIL);
    static final How POSIX =
        new How(AttributeMode.POSIX, NamespaceOptions.DEFAULT, OnConflict.FAIL);

    How overwriting() {
      return new How(attributes, names, OnConflict.OVERWRITE);
    }
  }

  /** As the manual clock's, but no two looks at it see the same, as with a real one. */
  private long ticks() {
    return clock.ticker().getAsLong() + looks.incrementAndGet();
  }

  private static BucketOptions options(How how) {
    return new BucketOptions(
        how.attributes(),
        new Ownership(7, 8, 0640, 0750),
        how.names(),
        how.onConflict(),
        dev.cove.namespace.PosixMetadata.Style.S3FS);
  }

  BucketFileSystem mountReadOnly(How how) throws IOException {
    return mounted(BucketFileSystem.open(
        store, options(how), new MemoryBudget(64 << 20), null, this::ticks, clock));
  }

  BucketFileSystem mountWritable(How how) throws IOException {
    return mounted(BucketFileSystem.open(
        store,
        options(how),
        new MemoryBudget(64 << 20),
        new WriteSettings(
            folder.resolve("spool-" + mounts.size()), SpoolOptions.DEFAULT, PublishOptions.DEFAULT),
        this::ticks,
        clock));
  }

  private BucketFileSystem mounted(BucketFileSystem fs) {
    mounts.add(fs);
    return fs;
  }

  /** Another tool stores an object. */
  void put(String key, String text) throws StorageException {
    put(key, text, Map.of());
  }

  void put(String key, String text, Map<String, String> metadata) throws StorageException {
    memory.put(
        key,
        Content.of(text.getBytes(UTF_8)),
        WriteOptions.DEFAULT.with(
            new ObjectAttributes(ContentHeaders.ofType("text/plain"), metadata, null)));
  }

  String object(String key) throws IOException {
    try (var body = memory.get(GetRequest.whole(key))) {
      ByteBuffer buffer = ByteBuffer.allocate((int) body.length());
      while (buffer.hasRemaining() && body.read(buffer) >= 0) {
        // until all is read
      }
      return new String(buffer.array(), UTF_8);
    }
  }

  Map<String, String> metadata(String key) throws IOException {
    ObjectAttributes attributes = memory.head(key).attributes();
    return attributes == null ? Map.of() : attributes.metadata();
  }

  /** The requests since the last time that this was asked. */
  List<String> requests() {
    return store.take();
  }

  static void assertErrno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FsException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  static void assertFails(StorageException.Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  /** Ends the mounts; nothing but objects may be left of them. */
  @Override
  public void close() throws IOException {
    faults.heal();
    for (BucketFileSystem fs : mounts) {
      assertThat(fs.drain(Duration.ZERO)).as("what could not be stored").isEmpty();
      fs.close();
    }
    assertThat(memory.listUploads("")).as("uploads under way").isEmpty();
  }
}
