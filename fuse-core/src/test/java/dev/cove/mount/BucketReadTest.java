package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import dev.cove.vfs.AttributeChange;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileNames;
import dev.cove.vfs.FileType;
import dev.cove.vfs.FsStatistics;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.RenameMode;
import dev.cove.vfs.VirtualFileSystem;
import dev.cove.vfs.XattrMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a read-only mount shows of a bucket, and what that costs. */
final class BucketReadTest extends MountedBucketTest {
  @Override
  BucketFileSystem mount(TestBucket bucket) throws IOException {
    return bucket.mountReadOnly(How.LIST);
  }

  @Test
  void aSmallFileThatWasListedIsReadWithOneRequestAndThenWithNone() throws Exception {
    bucket.put("d/f", "hello");
    paths.list("d");
    bucket.requests();
    assertThat(paths.read("d/f")).asString().isEqualTo("hello");
    assertThat(bucket.requests()).containsExactly("GET d/f");
    assertThat(paths.read("d/f")).asString().isEqualTo("hello");
    assertThat(bucket.requests()).isEmpty();
  }

  @Test
  void aFileUpToOneMebibyteIsFetchedWholeWithTheFirstByte() throws Exception {
    bucket.put("f", "x".repeat(1 << 20));
    paths.list("");
    bucket.requests();
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    assertThat(paths.pread(handle, 500_000, 1)).hasSize(1);
    assertThat(paths.pread(handle, 0, 1 << 20)).hasSize(1 << 20);
    paths.close(handle);
    assertThat(bucket.requests()).containsExactly("GET f");
  }

  @Test
  void readingStopsAtTheEndAndNothingIsAskedBeyondIt() throws Exception {
    bucket.put("f", "12345");
    bucket.put("empty", "");
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    assertThat(paths.pread(handle, 3, 100)).asString().isEqualTo("45");
    assertThat(paths.pread(handle, 5, 100)).isEmpty();
    assertThat(paths.pread(handle, 1L << 40, 100)).isEmpty();
    paths.close(handle);
    paths.list("");
    bucket.requests();
    assertThat(paths.read("empty")).isEmpty();
    assertThat(bucket.requests()).isEmpty();
  }

  @Test
  void listingAndStatNeedNoRequestForAnyFileWithAttrsList() throws Exception {
    for (int i = 0; i < 2500; i++) {
      bucket.put("d/" + i, "x");
    }
    List<String> names = paths.list("d");
    assertThat(names).hasSize(2500);
    for (String name : names) {
      assertThat(paths.stat("d/" + name).size()).isEqualTo(1);
    }
    assertThat(bucket.requests())
        .containsExactly("LIST d / limit 16", "LIST d/ /", "LIST d/ / next", "LIST d/ / next");
  }

  @Test
  void sizesAndTimesAreThoseOfTheListAndOwnersThoseOfTheOptions() throws Exception {
    bucket.put("d/f", "hello");
    var file = paths.stat("d/f");
    assertThat(file.size()).isEqualTo(5);
    assertThat(file.permissions()).isEqualTo(0640);
    assertThat(file.uid()).isEqualTo(7);
    assertThat(file.gid()).isEqualTo(8);
    var lastModified = bucket.memory.head("d/f").lastModified();
    assertThat(file.modifiedNanos())
        .isEqualTo(lastModified.getEpochSecond() * 1_000_000_000 + lastModified.getNano());
    assertThat(file.accessedNanos()).isEqualTo(file.modifiedNanos());
    var directory = paths.stat("d");
    assertThat(directory.type()).isEqualTo(FileType.DIRECTORY);
    assertThat(directory.permissions()).isEqualTo(0750);
    assertThat(directory.links()).isEqualTo(1);
  }

  @Test
  void everyChangeIsRefusedBeforeAnyRequest() throws Exception {
    bucket.put("d/f", "x");
    long top = VirtualFileSystem.ROOT;
    long directory = fs.lookup(top, "d").inode();
    long file = fs.lookup(directory, "f").inode();
    long handle = fs.open(file, OpenFlags.READ_ONLY, Paths.CALLER).handle();
    bucket.requests();
    AttributeChange change = new AttributeChange(0600, null, null, null, null, null);
    List<ThrowingCallable> changes = List.of(
        () -> fs.open(file, OpenFlags.READ_WRITE, Paths.CALLER),
        () -> fs.open(file, new OpenFlags(0x200), Paths.CALLER),
        () -> fs.create(directory, "n", 0644, OpenFlags.READ_WRITE, Paths.CALLER),
        () -> fs.write(handle, 0, ByteBuffer.allocate(1)),
        () -> fs.fallocate(handle, 0, 0, 10),
        () -> fs.setattr(file, handle, change, Paths.CALLER),
        () -> fs.mknod(directory, "n", 0100644, Paths.CALLER),
        () -> fs.mkdir(directory, "n", 0755, Paths.CALLER),
        () -> fs.symlink(directory, "n", "f", Paths.CALLER),
        () -> fs.link(file, directory, "n"),
        () -> fs.unlink(directory, "f"),
        () -> fs.rmdir(top, "d"),
        () -> fs.rename(directory, "f", top, "g", RenameMode.REPLACE),
        () -> fs.setxattr(file, "user.a", new byte[1], XattrMode.ANY),
        () -> fs.removexattr(file, "user.a"));
    for (ThrowingCallable each : changes) {
      TestBucket.assertErrno(Errno.EROFS, each);
    }
    fs.flush(handle);
    fs.fsync(handle);
    fs.release(handle);
    assertThat(bucket.requests()).isEmpty();
    assertThat(bucket.memory.keys()).containsExactly("d/f");
  }

  @Test
  void whatOthersStoreIsSeenWhenItsTimeIsUp() throws Exception {
    bucket.put("d/f", "old");
    assertThat(paths.stat("d/f").size()).isEqualTo(3);
    assertThat(paths.exists("d/g")).isFalse();
    bucket.put("d/f", "newer");
    bucket.put("d/g", "x");
    bucket.clock.advance(TestBucket.TTL.minusMillis(1));
    assertThat(paths.stat("d/f").size()).as("remembered").isEqualTo(3);
    assertThat(paths.exists("d/g")).as("remembered").isFalse();
    bucket.clock.advance(Duration.ofMillis(1));
    assertThat(paths.stat("d/f").size()).isEqualTo(5);
    assertThat(paths.exists("d/g")).isTrue();
    bucket.memory.delete("d/f", dev.cove.storage.WriteCondition.none());
    bucket.clock.advance(TestBucket.TTL);
    assertThat(paths.exists("d/f")).isFalse();
  }

  @Test
  void withoutTimeToLiveEveryLookAsksTheBucket() throws Exception {
    Paths eager = new Paths(bucket.mountReadOnly(new How(
        BucketOptions.AttributeMode.LIST,
        new NamespaceOptions(Duration.ZERO, Duration.ZERO, 10_000),
        BucketOptions.OnConflict.FAIL)));
    assertThat(eager.exists("f")).isFalse();
    bucket.put("f", "1");
    assertThat(eager.stat("f").size()).isEqualTo(1);
    bucket.put("f", "12");
    assertThat(eager.stat("f").size()).isEqualTo(2);
    assertThat(eager.list("")).containsExactly("f");
    bucket.put("g", "x");
    assertThat(eager.list("")).containsExactly("f", "g");
  }

  @Test
  void theKernelRemembersNoLongerThanASecondOnTopAndNothingWithoutTimeToLive() throws Exception {
    bucket.put("f", "x");
    assertThat(fs.lookup(1, "f").entryTimeoutNanos()).isEqualTo(1_000_000_000L);
    assertThat(fs.lookup(1, "f").attributeTimeoutNanos()).isEqualTo(1_000_000_000L);
    assertThat(fs.negativeTimeoutNanos()).isEqualTo(1_000_000_000L);
    BucketFileSystem eager = bucket.mountReadOnly(new How(
        BucketOptions.AttributeMode.LIST,
        new NamespaceOptions(Duration.ZERO, Duration.ZERO, 10_000),
        BucketOptions.OnConflict.FAIL));
    assertThat(eager.lookup(1, "f").entryTimeoutNanos()).isZero();
    assertThat(eager.negativeTimeoutNanos()).isZero();
  }

  @Test
  void aRefreshForgetsAPathAndWhatIsBelowIt() throws Exception {
    bucket.put("d/f", "old");
    bucket.put("e/f", "old");
    paths.list("d");
    paths.list("e");
    bucket.put("d/f", "newer");
    bucket.put("d/g", "x");
    bucket.put("e/f", "newer");
    fs.refresh("d");
    assertThat(paths.stat("d/f").size()).isEqualTo(5);
    assertThat(paths.list("d")).containsExactly("f", "g");
    assertThat(paths.stat("e/f").size()).as("not asked for").isEqualTo(3);
    fs.refresh("");
    assertThat(paths.stat("e/f").size()).isEqualTo(5);
  }

  @Test
  void aRefreshAlsoReachesFilesThatTheKernelKnows() throws Exception {
    bucket.put("d/f", "old");
    long directory = fs.lookup(1, "d").inode();
    long file = fs.lookup(directory, "f").inode();
    bucket.put("d/f", "newer");
    fs.refresh("d/f");
    assertThat(fs.getattr(file, VirtualFileSystem.NO_HANDLE).size()).isEqualTo(5);
  }

  @Test
  void anInodeIsTheSameForAsLongAsItIsKnownAndNeverUsedAgain() throws Exception {
    bucket.put("f", "x");
    long inode = fs.lookup(1, "f").inode();
    bucket.clock.advance(TestBucket.TTL);
    assertThat(fs.lookup(1, "f").inode()).isEqualTo(inode);
    fs.forget(inode, 2);
    assertThat(fs.lookup(1, "f").inode()).isNotEqualTo(inode);
    TestBucket.assertErrno(Errno.ESTALE, () -> fs.getattr(inode, VirtualFileSystem.NO_HANDLE));
  }

  @Test
  void namesThatCannotBeInABucketAreNotFoundWithoutARequest() throws Exception {
    String invalid = FileNames.decode(new byte[] {'a', (byte) 0xff, 'b'});
    TestBucket.assertErrno(Errno.ENOENT, () -> fs.lookup(1, invalid));
    TestBucket.assertErrno(Errno.ENAMETOOLONG, () -> fs.lookup(1, "x".repeat(256)));
    TestBucket.assertErrno(Errno.ENAMETOOLONG, () -> fs.lookup(1, "\u00fc".repeat(128)));
    assertThat(bucket.requests()).isEmpty();
  }

  @Test
  void anyUtf8NameOfUpTo255BytesIsShownAsItIs() throws Exception {
    List<String> names = List.of(
        "x".repeat(255),
        "\u00fc".repeat(127),
        "\ud83d\ude00",
        "a\nb",
        "-rf",
        " ",
        "*",
        "\\",
        "\u001b[31m");
    for (String name : names) {
      bucket.put("d/" + name, name);
    }
    assertThat(paths.list("d")).containsExactlyInAnyOrderElementsOf(names);
    for (String name : names) {
      assertThat(paths.read("d/" + name)).asString(UTF_8).isEqualTo(name);
    }
  }

  @Test
  void oneObjectThatMayNotBeReadDisturbsNoOther() throws Exception {
    bucket.put("d/open", "x");
    bucket.put("d/secret", "x");
    bucket
        .faults
        .on(StoreOperation.GET, StoreOperation.HEAD)
        .key("d/secret")
        .fail(Kind.ACCESS_DENIED);
    for (How how : List.of(How.LIST, How.POSIX)) {
      Paths some = new Paths(bucket.mountReadOnly(how));
      assertThat(some.list("d")).containsExactly("open", "secret");
      assertThat(some.stat("d/secret").size()).isEqualTo(1);
      TestBucket.assertFails(Kind.ACCESS_DENIED, () -> some.read("d/secret"));
      assertThat(some.read("d/open")).asString().isEqualTo("x");
    }
  }

  @Test
  void anArchivedObjectIsListedAndRefusedWithoutAWait() throws Exception {
    bucket.put("cold", "ice");
    bucket.memory.archive("cold");
    assertThat(paths.list("")).containsExactly("cold");
    assertThat(paths.stat("cold").size()).isEqualTo(3);
    bucket.requests();
    TestBucket.assertErrno(Errno.EACCES, () -> paths.open("cold", OpenFlags.READ_ONLY));
    assertThat(bucket.requests()).containsExactly("HEAD cold");
    bucket.memory.restore("cold");
    assertThat(paths.read("cold")).asString().isEqualTo("ice");
  }

  @Test
  void aDirectoryIsNoFileAndAFileIsNoDirectory() throws Exception {
    bucket.put("d/f", "x");
    TestBucket.assertErrno(Errno.EISDIR, () -> paths.open("d", OpenFlags.READ_ONLY));
    TestBucket.assertErrno(Errno.ENOTDIR, () -> paths.list("d/f"));
    TestBucket.assertErrno(Errno.ENOTDIR, () -> paths.stat("d/f/g"));
    TestBucket.assertErrno(Errno.EINVAL, () -> paths.readlink("d/f"));
  }

  @Test
  void aBucketLooksEndless() throws Exception {
    FsStatistics shown = fs.statfs();
    assertThat(shown.blockSize()).isEqualTo(4096);
    assertThat(shown.blocks()).isEqualTo(1L << 40).isEqualTo(shown.freeBlocks());
    assertThat(shown.maxNameBytes()).isEqualTo(255);
    assertThat(bucket.requests()).isEmpty();
  }

  @Test
  void anEmptyBucketIsAnEmptyDirectory() throws Exception {
    assertThat(paths.list("")).isEmpty();
    assertThat(paths.stat("").type()).isEqualTo(FileType.DIRECTORY);
    assertThat(paths.exists("f")).isFalse();
  }
}
