package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cache.MemoryBudget;
import dev.cove.mount.BucketOptions.AttributeMode;
import dev.cove.mount.BucketOptions.OnConflict;
import dev.cove.mount.BucketOptions.Ownership;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.storage.Content;
import dev.cove.storage.ContentHeaders;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.ManualClock;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.RecordingObjectStore;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsException;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.RenameMode;
import dev.cove.write.PublishOptions;
import dev.cove.write.SpoolOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BucketWriteTest {
  @TempDir
  private Path folder;

  private final ManualClock clock = new ManualClock();
  private final MemoryObjectStore bucket = new MemoryObjectStore();
  private final FaultyObjectStore faulty = new FaultyObjectStore(bucket);
  private final RecordingObjectStore store = new RecordingObjectStore(faulty);
  private BucketFileSystem fs;
  private Paths paths;

  @BeforeEach
  void mount() throws IOException {
    fs = open(folder.resolve("one"), AttributeMode.POSIX);
    paths = new Paths(fs);
  }

  private BucketFileSystem open(Path spool, AttributeMode mode) throws IOException {
    return BucketFileSystem.open(
        store,
        new BucketOptions(
            mode,
            new Ownership(0, 0, 0644, 0755),
            NamespaceOptions.DEFAULT,
            OnConflict.FAIL,
            dev.cove.namespace.PosixMetadata.Style.S3FS),
        new MemoryBudget(64 << 20),
        new WriteSettings(spool, SpoolOptions.DEFAULT, PublishOptions.DEFAULT),
        clock.ticker(),
        clock);
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    fs.close();
    assertThat(bucket.listUploads("")).as("uploads under way").isEmpty();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private String object(String key) throws IOException {
    try (var body = bucket.get(dev.cove.storage.GetRequest.whole(key))) {
      var buffer = java.nio.ByteBuffer.allocate((int) body.length());
      while (buffer.hasRemaining() && body.read(buffer) >= 0) {
        // until all is read
      }
      return new String(buffer.array(), UTF_8);
    }
  }

  private List<String> keys() throws IOException {
    return bucket.list(ListRequest.all("")).objects().stream()
        .map(ObjectInfo::key)
        .toList();
  }

  private static void assertErrno(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FsException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void aSmallFileIsOnePut() throws Exception {
    paths.list("");
    store.take();
    paths.write("new.txt", bytes("hello"));
    assertThat(store.take()).containsExactly("PUT new.txt");
    assertThat(object("new.txt")).isEqualTo("hello");
    assertThat(paths.read("new.txt")).asString().isEqualTo("hello");
  }

  @Test
  void aNewFileIsSeenByThisMountBeforeItIsInTheBucket() throws Exception {
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("abc"));
    assertThat(paths.list("")).containsExactly("f");
    assertThat(paths.stat("f").size()).isEqualTo(3);
    assertThat(paths.pread(handle, 1, 10)).asString().isEqualTo("bc");
    assertThat(keys()).isEmpty();
    paths.close(handle);
    assertThat(keys()).containsExactly("f");
  }

  @Test
  void anEmptyFileIsStoredByTheLastClose() throws Exception {
    paths.write("empty", new byte[0]);
    assertThat(keys()).containsExactly("empty");
    assertThat(paths.stat("empty").size()).isZero();
  }

  @Test
  void aFlushBeforeTheFirstByteStoresNothing() throws Exception {
    long handle = paths.create("f");
    fs.flush(handle);
    assertThat(keys()).isEmpty();
    paths.pwrite(handle, 0, bytes("x"));
    paths.close(handle);
    assertThat(object("f")).isEqualTo("x");
  }

  @Test
  void bytesWrittenAfterTheFlushAreStoredByTheRelease() throws Exception {
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("one"));
    fs.flush(handle);
    paths.pwrite(handle, 3, bytes("two"));
    fs.release(handle);
    assertThat(object("f")).isEqualTo("onetwo");
  }

  @Test
  void anEditKeepsHeadersMetadataAndTags() throws Exception {
    ObjectAttributes attributes = new ObjectAttributes(
        new ContentHeaders("text/x", "gzip", null, null, "max-age=5"),
        Map.of("mine", "kept"),
        null);
    bucket.put(
        "f",
        Content.of(bytes("0123456789")),
        new WriteOptions(
            dev.cove.storage.WriteCondition.none(), attributes, Map.of("team", "a"), null));
    long handle = paths.open("f", OpenFlags.READ_WRITE);
    paths.pwrite(handle, 3, bytes("XY"));
    paths.close(handle);
    assertThat(object("f")).isEqualTo("012XY56789");
    ObjectInfo info = bucket.head("f");
    assertThat(info.attributes().headers()).isEqualTo(attributes.headers());
    assertThat(info.attributes().metadata()).containsEntry("mine", "kept");
    assertThat(bucket.tags("f")).containsEntry("team", "a");
  }

  @Test
  void truncatingUpAndDownAndAppendingWork() throws Exception {
    paths.write("f", bytes("0123456789"));
    paths.truncate("f", 4);
    assertThat(object("f")).isEqualTo("0123");
    paths.truncate("f", 6);
    assertThat(object("f")).isEqualTo("0123\0\0");
    long handle = paths.open("f", new OpenFlags(1 | 0x400));
    paths.pwrite(handle, 6, bytes("end"));
    paths.close(handle);
    assertThat(object("f")).isEqualTo("0123\0\0end");
    paths.write("f", bytes("anew"));
    assertThat(object("f")).isEqualTo("anew");
  }

  @Test
  void theLoserOfARaceGetsEstaleAndItsBytesAreKept() throws Exception {
    paths.write("f", bytes("mine"));
    long handle = paths.open("f", OpenFlags.READ_WRITE);
    paths.pwrite(handle, 0, bytes("MINE"));
    bucket.put("f", Content.of(bytes("theirs")), WriteOptions.DEFAULT);
    assertErrno(Errno.ESTALE, () -> fs.flush(handle));
    fs.release(handle);
    assertThat(object("f")).isEqualTo("theirs");
    clock.advance(NamespaceOptions.DEFAULT.positiveTtl());
    assertThat(paths.read("f")).asString().isEqualTo("theirs");
  }

  @Test
  void creatingWhatAnotherHasCreatedMeanwhileIsEstale() throws Exception {
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("mine"));
    bucket.put("f", Content.of(bytes("theirs")), WriteOptions.DEFAULT);
    assertErrno(Errno.ESTALE, () -> fs.flush(handle));
    fs.release(handle);
    assertThat(object("f")).isEqualTo("theirs");
  }

  @Test
  void aMountNeverConflictsWithItself() throws Exception {
    long one = paths.create("f");
    paths.pwrite(one, 0, bytes("aaaa"));
    fs.fsync(one);
    long two = paths.open("f", OpenFlags.READ_WRITE);
    paths.pwrite(two, 1, bytes("b"));
    paths.pwrite(one, 2, bytes("c"));
    paths.close(two);
    paths.pwrite(one, 3, bytes("d"));
    paths.close(one);
    assertThat(object("f")).isEqualTo("abcd");
  }

  @Test
  void directoriesAreMarkersAndGoOnWhenEmptied() throws Exception {
    paths.mkdir("d");
    assertThat(keys()).containsExactly("d/");
    assertErrno(Errno.EEXIST, () -> paths.mkdir("d"));
    paths.write("d/f", bytes("x"));
    assertErrno(Errno.ENOTEMPTY, () -> paths.rmdir("d"));
    paths.unlink("d/f");
    paths.rmdir("d");
    assertThat(keys()).isEmpty();
    assertThat(paths.exists("d")).isFalse();
    bucket.put("implied/only", Content.of(bytes("x")), WriteOptions.DEFAULT);
    clock.advance(NamespaceOptions.DEFAULT.positiveTtl());
    paths.unlink("implied/only");
    assertThat(keys()).containsExactly("implied/");
    assertThat(paths.list("implied")).isEmpty();
  }

  @Test
  void anUnlinkedFileThatIsOpenIsReadToItsEndAndLeavesNothing() throws Exception {
    paths.write("f", bytes("content"));
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    paths.unlink("f");
    assertThat(paths.exists("f")).isFalse();
    assertThat(paths.list("")).isEmpty();
    assertThat(paths.pread(handle, 0, 100)).asString().isEqualTo("content");
    paths.close(handle);
    assertThat(keys()).isEmpty();
  }

  @Test
  void aNewFileInThePlaceOfAnUnlinkedOneThatIsOpenLives() throws Exception {
    paths.write("f", bytes("old"));
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    paths.unlink("f");
    paths.write("f", bytes("new"));
    paths.close(handle);
    assertThat(object("f")).isEqualTo("new");
    assertThat(paths.read("f")).asString().isEqualTo("new");
  }

  @Test
  void anUnlinkedFileThatIsBeingWrittenIsNeverStored() throws Exception {
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("x"));
    paths.unlink("f");
    paths.pwrite(handle, 1, bytes("y"));
    assertThat(paths.pread(handle, 0, 10)).asString().isEqualTo("xy");
    paths.close(handle);
    assertThat(keys()).isEmpty();
  }

  @Test
  void renamingCopiesThenDeletesAndKeepsAttributes() throws Exception {
    paths.write("a", bytes("x"));
    paths.chmod("a", 0600);
    paths.rename("a", "b");
    assertThat(keys()).containsExactly("b");
    assertThat(paths.stat("b").permissions()).isEqualTo(0600);
    assertThat(bucket.head("b").attributes().metadata()).containsEntry("mode", "33152");
    assertThat(paths.exists("a")).isFalse();
  }

  @Test
  void renamingOverAnExistingFileReplacesItUnlessThatIsRefused() throws Exception {
    paths.write("a", bytes("A"));
    paths.write("b", bytes("B"));
    assertErrno(Errno.EEXIST, () -> paths.rename("a", "b", RenameMode.KEEP_EXISTING));
    paths.rename("a", "b");
    assertThat(object("b")).isEqualTo("A");
    assertThat(paths.read("b")).asString().isEqualTo("A");
    assertThat(keys()).containsExactly("b");
    paths.mkdir("d");
    assertErrno(Errno.EISDIR, () -> paths.rename("b", "d"));
    assertErrno(Errno.ENOTDIR, () -> paths.rename("d", "b"));
  }

  @Test
  void aFileThatIsBeingWrittenCanBeRenamed() throws Exception {
    long handle = paths.create("tmp");
    paths.pwrite(handle, 0, bytes("one"));
    paths.rename("tmp", "final");
    paths.pwrite(handle, 3, bytes("two"));
    paths.close(handle);
    assertThat(keys()).containsExactly("final");
    assertThat(object("final")).isEqualTo("onetwo");
  }

  @Test
  void aDirectoryIsRenamedWithAllBelowItAndOpenFilesGoOn() throws Exception {
    paths.mkdir("d");
    paths.mkdir("d/sub");
    paths.write("d/sub/f", bytes("x"));
    paths.write("d/g", bytes("y"));
    long handle = paths.open("d/sub/f", OpenFlags.READ_WRITE);
    paths.pwrite(handle, 1, bytes("1"));
    paths.rename("d", "e");
    paths.pwrite(handle, 2, bytes("2"));
    paths.close(handle);
    assertThat(keys()).containsExactly("e/", "e/g", "e/sub/", "e/sub/f");
    assertThat(object("e/sub/f")).isEqualTo("x12");
    assertThat(paths.exists("d")).isFalse();
    assertThat(paths.list("e")).containsExactlyInAnyOrder("g", "sub");
    assertErrno(Errno.EINVAL, () -> paths.rename("e", "e/sub/x"));
    paths.mkdir("full");
    paths.write("full/f", bytes("z"));
    assertErrno(Errno.ENOTEMPTY, () -> paths.rename("e", "full"));
  }

  @Test
  void attributesAreStoredOnceForABurstAndSeenByAFreshMount() throws Exception {
    paths.write("f", bytes("x"));
    store.take();
    paths.chmod("f", 0640);
    paths.utimens("f", 1_600_000_000_123_456_789L);
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    assertThat(store.take().stream().filter(line -> line.startsWith("COPY"))).hasSize(1);
    try (BucketFileSystem other = open(folder.resolve("two"), AttributeMode.POSIX)) {
      Paths fresh = new Paths(other);
      assertThat(fresh.stat("f").permissions()).isEqualTo(0640);
      assertThat(fresh.stat("f").modifiedNanos()).isEqualTo(1_600_000_000_123_456_789L);
      assertThat(fresh.stat("f").uid()).isEqualTo(1000);
    }
  }

  @Test
  void attributesSetBeforeTheCloseCostNoRequest() throws Exception {
    paths.list("");
    store.take();
    long handle = paths.create("f");
    paths.pwrite(handle, 0, bytes("x"));
    paths.chmod("f", 0600);
    paths.utimens("f", 5_000_000_000L);
    paths.close(handle);
    assertThat(store.take()).containsExactly("PUT f");
    assertThat(bucket.head("f").attributes().metadata())
        .containsEntry("mode", "33152")
        .containsEntry("mtime", "5");
  }

  @Test
  void linksAreObjectsThatS3fsReads() throws Exception {
    paths.symlink("l", "some/where");
    assertThat(paths.readlink("l")).isEqualTo("some/where");
    assertThat(paths.stat("l").type()).isEqualTo(FileType.SYMLINK);
    assertThat(object("l")).isEqualTo("some/where");
    assertThat(bucket.head("l").attributes().metadata()).containsEntry("mode", "41471");
    paths.rename("l", "m");
    assertThat(paths.readlink("m")).isEqualTo("some/where");
  }

  @Test
  void hardLinksAndDevicesAreRefused() throws Exception {
    paths.write("f", bytes("x"));
    assertErrno(Errno.EPERM, () -> paths.with("f", inode -> fs.link(inode, 1, "g")));
    assertErrno(Errno.EPERM, () -> fs.mknod(1, "pipe", 0x1000 | 0644, Paths.CALLER));
  }
}
