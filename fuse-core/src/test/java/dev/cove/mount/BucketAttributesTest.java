package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import dev.cove.namespace.Nanos;
import dev.cove.namespace.UserXattrs;
import dev.cove.vfs.Errno;
import dev.cove.vfs.FileType;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.VirtualFileSystem;
import dev.cove.vfs.XattrMode;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modes, owners, times, links and extended attributes, in object metadata. */
final class BucketAttributesTest {
  @TempDir
  private Path folder;

  private TestBucket bucket;

  @BeforeEach
  void bucket() {
    bucket = new TestBucket(folder);
  }

  @AfterEach
  void unmount() throws Exception {
    bucket.close();
  }

  @Test
  void posixAttributesCostOneHeadForEachVersionOfAFile() throws Exception {
    bucket.put(
        "d/a", "x", Map.of("mode", "33152", "uid", "5", "gid", "6", "mtime", "1700000000.5"));
    bucket.put("d/b", "x", Map.of("mode", "100600"));
    bucket.put("d/c", "x");
    bucket.clock.advance(TestBucket.TTL);
    Paths paths = new Paths(bucket.mountReadOnly(How.POSIX));
    var a = paths.stat("d/a");
    assertThat(a.permissions()).isEqualTo(0600);
    assertThat(a.uid()).isEqualTo(5);
    assertThat(a.gid()).isEqualTo(6);
    assertThat(a.modifiedNanos()).isEqualTo(1_700_000_000_500_000_000L);
    assertThat(paths.stat("d/b").permissions()).as("as rclone writes it").isEqualTo(0600);
    assertThat(paths.stat("d/c").permissions()).as("nothing said").isEqualTo(0640);
    assertThat(bucket.requests().stream()
            .filter(line -> line.startsWith("HEAD d/") && !line.equals("HEAD d/")))
        .containsExactlyInAnyOrder("HEAD d/a", "HEAD d/b", "HEAD d/c");
    bucket.clock.advance(TestBucket.TTL);
    paths.stat("d/a");
    assertThat(bucket.requests()).as("the same version").noneMatch("HEAD d/a"::equals);
    bucket.put("d/a", "y", Map.of("mode", "33261"));
    bucket.clock.advance(TestBucket.TTL);
    assertThat(paths.stat("d/a").permissions()).isEqualTo(0755);
  }

  @Test
  void metadataIsNotAskedForWithAttrsList() throws Exception {
    bucket.put("f", "x", Map.of("mode", "33261", "mtime", "1"));
    Paths paths = new Paths(bucket.mountReadOnly(How.LIST));
    assertThat(paths.stat("f").permissions()).isEqualTo(0640);
    assertThat(bucket.requests()).containsExactly("LIST f / limit 16");
  }

  @Test
  void aDirectoryHasTheAttributesOfItsMarker() throws Exception {
    bucket.put("d/", "", Map.of("mode", "16877", "uid", "1", "gid", "2", "mtime", "12"));
    bucket.put("implied/f", "x");
    Paths paths = new Paths(bucket.mountReadOnly(How.POSIX));
    var marked = paths.stat("d");
    assertThat(marked.permissions()).isEqualTo(0755);
    assertThat(marked.uid()).isEqualTo(1);
    assertThat(marked.modifiedNanos()).isEqualTo(12_000_000_000L);
    var implied = paths.stat("implied");
    assertThat(implied.permissions()).isEqualTo(0750);
    assertThat(implied.uid()).isEqualTo(7);
    var start = bucket.clock.instant();
    assertThat(implied.modifiedNanos())
        .as("when the mount began")
        .isEqualTo(start.getEpochSecond() * 1_000_000_000 + start.getNano());
  }

  @Test
  void anObjectWithTheModeOfALinkIsALink() throws Exception {
    bucket.put("l", "some/where", Map.of("mode", "41471"));
    bucket.put("huge", "x".repeat(4097), Map.of("mode", "41471"));
    BucketFileSystem fs = bucket.mountReadOnly(How.POSIX);
    Paths paths = new Paths(fs);
    assertThat(paths.stat("l").type()).isEqualTo(FileType.SYMLINK);
    assertThat(paths.stat("l").permissions()).isEqualTo(0777);
    assertThat(paths.stat("l").size()).isEqualTo(10);
    assertThat(paths.readlink("l")).isEqualTo("some/where");
    TestBucket.assertErrno(Errno.ELOOP, () -> paths.open("l", OpenFlags.READ_ONLY));
    assertThat(paths.stat("huge").type()).as("longer than any path").isEqualTo(FileType.FILE);
    Paths list = new Paths(bucket.mountReadOnly(How.LIST));
    assertThat(list.stat("l").type()).as("a list knows no links").isEqualTo(FileType.FILE);
    assertThat(list.read("l")).asString().isEqualTo("some/where");
  }

  @Test
  void anObjectTellsOfItselfInAttributesThatAreNotListed() throws Exception {
    bucket.put("f", "x");
    BucketFileSystem fs = bucket.mountReadOnly(How.LIST);
    Paths paths = new Paths(fs);
    assertThat(xattr(fs, paths, "user.cove.etag"))
        .isEqualTo(bucket.memory.head("f").version().value());
    assertThat(xattr(fs, paths, "user.cove.content-type")).isEqualTo("text/plain");
    assertThat(paths.with("f", fs::listxattr)).isEmpty();
    TestBucket.assertErrno(Errno.ENODATA, () -> xattr(fs, paths, "user.cove.version-id"));
    TestBucket.assertErrno(Errno.ENODATA, () -> xattr(fs, paths, "user.cove.none"));
  }

  @Test
  void extendedAttributesThatNobodyCanAskForAreNotListed() throws Exception {
    Map<String, byte[]> stored = new HashMap<>();
    for (String name : List.of(
        "user.a",
        "user.b\0user.c",
        "user.cove.etag",
        "security.capability",
        "",
        "user." + "x".repeat(300))) {
      stored.put(name, new byte[] {1});
    }
    bucket.put("f", "x", UserXattrs.store(Map.of(), stored));
    BucketFileSystem fs = bucket.mountWritable(How.POSIX);
    Paths paths = new Paths(fs);
    assertThat(paths.with("f", fs::listxattr)).containsExactly("user.a");
  }

  private static String xattr(BucketFileSystem fs, Paths paths, String name) throws Exception {
    return new String(paths.with("f", inode -> fs.getxattr(inode, name)), UTF_8);
  }

  @Test
  void otherNameSpacesAreRefusedWithoutARequest() throws Exception {
    bucket.put("f", "x");
    BucketFileSystem fs = bucket.mountWritable(How.POSIX);
    long inode = fs.lookup(1, "f").inode();
    bucket.requests();
    for (String name :
        List.of("security.capability", "system.posix_acl_access", "trusted.x", "odd")) {
      TestBucket.assertErrno(Errno.ENOTSUP, () -> fs.getxattr(inode, name));
      TestBucket.assertErrno(
          Errno.ENOTSUP, () -> fs.setxattr(inode, name, new byte[1], XattrMode.ANY));
    }
    assertThat(bucket.requests()).isEmpty();
  }

  @Test
  void userAttributesAreKeptTheWayOfS3fs() throws Exception {
    bucket.put("f", "x", Map.of("xattr", "%7B%22user.a%22%3A%22MQ%3D%3D%22%7D", "other", "kept"));
    BucketFileSystem fs = bucket.mountWritable(How.POSIX);
    Paths paths = new Paths(fs);
    assertThat(paths.with("f", fs::listxattr)).containsExactly("user.a");
    assertThat(xattr(fs, paths, "user.a")).isEqualTo("1");
    set(fs, paths, "user.b", "2", XattrMode.CREATE);
    TestBucket.assertErrno(Errno.EEXIST, () -> set(fs, paths, "user.b", "3", XattrMode.CREATE));
    TestBucket.assertErrno(Errno.ENODATA, () -> set(fs, paths, "user.c", "3", XattrMode.REPLACE));
    TestBucket.assertErrno(Errno.EPERM, () -> set(fs, paths, "user.cove.etag", "3", XattrMode.ANY));
    paths.with("f", inode -> {
      fs.removexattr(inode, "user.a");
      return true;
    });
    assertThat(paths.with("f", fs::listxattr)).containsExactly("user.b");
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    assertThat(URLDecoder.decode(bucket.metadata("f").get("xattr"), UTF_8))
        .isEqualTo("{\"user.b\":\"Mg==\"}");
    assertThat(bucket.metadata("f")).containsEntry("other", "kept");
    BucketFileSystem fresh = bucket.mountReadOnly(How.POSIX);
    assertThat(xattr(fresh, new Paths(fresh), "user.b")).isEqualTo("2");
  }

  private static void set(
      BucketFileSystem fs, Paths paths, String name, String value, XattrMode mode)
      throws Exception {
    paths.with("f", inode -> {
      fs.setxattr(inode, name, value.getBytes(UTF_8), mode);
      return true;
    });
  }

  @Test
  void moreAttributesThanAnObjectKeepsAreRefused() throws Exception {
    BucketFileSystem fs = bucket.mountWritable(How.POSIX);
    Paths paths = new Paths(fs);
    paths.write("f", new byte[1]);
    set(fs, paths, "user.a", "x".repeat(900), XattrMode.ANY);
    TestBucket.assertErrno(
        Errno.ENOSPC, () -> set(fs, paths, "user.b", "x".repeat(900), XattrMode.ANY));
    assertThat(paths.with("f", fs::listxattr)).containsExactly("user.a");
  }

  @Test
  void directoriesKeepNoUserAttributes() throws Exception {
    BucketFileSystem fs = bucket.mountWritable(How.POSIX);
    Paths paths = new Paths(fs);
    paths.mkdir("d");
    TestBucket.assertErrno(
        Errno.ENOTSUP,
        () -> paths.with("d", inode -> {
          fs.setxattr(inode, "user.a", new byte[1], XattrMode.ANY);
          return true;
        }));
  }

  @Test
  void newFilesAndDirectoriesBelongToWhoeverMadeThem() throws Exception {
    Paths paths = new Paths(bucket.mountWritable(How.POSIX));
    paths.mkdir("d");
    paths.write("d/f", new byte[1]);
    assertThat(bucket.metadata("d/"))
        .containsEntry("mode", Integer.toString(040755))
        .containsEntry("uid", "1000")
        .containsEntry("gid", "100");
    assertThat(bucket.metadata("d/f"))
        .containsEntry("mode", Integer.toString(0100644))
        .containsEntry("uid", "1000")
        .containsEntry("gid", "100");
    var now = bucket.clock.instant();
    assertThat(bucket.metadata("d/f"))
        .containsEntry("mtime", now.getEpochSecond() + "." + String.format("%09d", now.getNano()));
  }

  @Test
  void aDirectoryKeepsItsModeInAMarker() throws Exception {
    bucket.put("implied/f", "x");
    Paths paths = new Paths(bucket.mountWritable(How.POSIX));
    paths.chmod("implied", 01777);
    assertThat(bucket.metadata("implied/")).containsEntry("mode", Integer.toString(041777));
    assertThat(new Paths(bucket.mountReadOnly(How.POSIX)).stat("implied").permissions())
        .isEqualTo(01777);
    TestBucket.assertErrno(Errno.EPERM, () -> paths.chmod("", 0777));
  }

  @Test
  void aDirectoryWhoseNamesChangeHasTheTimeOfThatChange() throws Exception {
    bucket.put("d/old", "x");
    bucket.put("e/", "", Map.of("mtime", "12"));
    BucketFileSystem fs = bucket.mountWritable(How.POSIX);
    Paths paths = new Paths(fs);
    // Looked up and not forgotten, as the kernel does.
    long d = fs.lookup(VirtualFileSystem.ROOT, "d").inode();
    long e = fs.lookup(VirtualFileSystem.ROOT, "e").inode();
    paths.write("d/new", new byte[1]);
    assertThat(fs.getattr(d, VirtualFileSystem.NO_HANDLE).modifiedNanos()).isEqualTo(later());
    paths.unlink("d/old");
    assertThat(fs.getattr(d, VirtualFileSystem.NO_HANDLE).modifiedNanos()).isEqualTo(later());
    paths.rename("d/new", "e/new");
    long now = later();
    assertThat(fs.getattr(d, VirtualFileSystem.NO_HANDLE).modifiedNanos()).isEqualTo(now);
    assertThat(fs.getattr(e, VirtualFileSystem.NO_HANDLE).modifiedNanos()).isEqualTo(now);
    paths.utimens("e", 5_000_000_000L);
    assertThat(fs.getattr(e, VirtualFileSystem.NO_HANDLE).modifiedNanos())
        .isEqualTo(5_000_000_000L);
    paths.mkdir("e/below");
    assertThat(fs.getattr(e, VirtualFileSystem.NO_HANDLE).modifiedNanos()).isEqualTo(later());
  }

  /** The time when something has just been done; the clock moves on. */
  private long later() {
    long now = Nanos.of(bucket.clock.instant());
    bucket.clock.advance(Duration.ofSeconds(1));
    return now;
  }

  @Test
  void withAttrsListModesOwnersAndLinksAreRefusedAndTimesAreTaken() throws Exception {
    BucketFileSystem fs = bucket.mountWritable(How.LIST);
    Paths paths = new Paths(fs);
    paths.write("f", new byte[1]);
    assertThat(bucket.metadata("f")).containsOnlyKeys("cove-write-id");
    TestBucket.assertErrno(Errno.EPERM, () -> paths.chmod("f", 0600));
    TestBucket.assertErrno(Errno.EPERM, () -> paths.symlink("l", "f"));
    TestBucket.assertErrno(Errno.ENOTSUP, () -> set(fs, paths, "user.a", "1", XattrMode.ANY));
    paths.utimens("f", 5_000_000_000L);
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    assertThat(bucket.metadata("f")).doesNotContainKey("mtime");
  }

  @Test
  void theTimeOfLastAccessIsNotKept() throws Exception {
    bucket.put("f", "x");
    BucketFileSystem fs = bucket.mountWritable(How.POSIX);
    Paths paths = new Paths(fs);
    bucket.requests();
    paths.with(
        "f",
        inode -> fs.setattr(
            inode,
            dev.cove.vfs.VirtualFileSystem.NO_HANDLE,
            new dev.cove.vfs.AttributeChange(null, null, null, null, 5L, null),
            Paths.CALLER));
    assertThat(fs.drain(Duration.ZERO)).isEmpty();
    assertThat(bucket.requests()).noneMatch(line -> line.startsWith("COPY"));
    assertThat(paths.stat("f").accessedNanos()).isEqualTo(paths.stat("f").modifiedNanos());
  }
}
