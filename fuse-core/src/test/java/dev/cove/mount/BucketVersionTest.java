package dev.cove.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import dev.cove.storage.WriteCondition;
import dev.cove.vfs.Errno;
import dev.cove.vfs.OpenFlags;
import dev.cove.vfs.Opened;
import dev.cove.vfs.Opened.PageCache;
import dev.cove.vfs.VirtualFileSystem;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One inode, one version: what readers see while others replace what they read. */
final class BucketVersionTest extends MountedBucketTest {
  // Larger than what is fetched at once, so that a later part is another request.
  private static final int LARGE = 40 << 20;

  @Override
  BucketFileSystem mount(TestBucket bucket) throws IOException {
    return bucket.mountReadOnly(How.LIST);
  }

  @Test
  void anObjectReplacedBeforeTheFirstByteIsReadAsItIsNow() throws Exception {
    bucket.put("f", "old");
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    bucket.put("f", "newer");
    assertThat(paths.pread(handle, 0, 100)).asString().isEqualTo("newer");
    assertThat(paths.stat("f").size()).isEqualTo(5);
    paths.close(handle);
  }

  @Test
  void anObjectReplacedAfterTheFirstByteIsStaleWhereItsBytesAreNotAtHand() throws Exception {
    bucket.put("f", "o".repeat(LARGE));
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    assertThat(paths.pread(handle, 0, 10)).asString().isEqualTo("o".repeat(10));
    bucket.put("f", "n".repeat(LARGE));
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.pread(handle, LARGE - 10, 10));
    assertThat(paths.pread(handle, 0, 10)).as("at hand").asString().isEqualTo("o".repeat(10));
    paths.close(handle);
  }

  @Test
  void whoOpensAFileBeforeTheKernelHasDroppedItsOldPagesIsToldToDropThemToo() throws Exception {
    bucket.put("f", "old");
    long inode = fs.lookup(1, "f").inode();
    assertThat(paths.read("f")).asString().isEqualTo("old");
    bucket.put("f", "newer");
    bucket.clock.advance(TestBucket.TTL);
    Opened first = fs.open(inode, OpenFlags.READ_ONLY, Paths.CALLER);
    Opened second = fs.open(inode, OpenFlags.READ_ONLY, Paths.CALLER);
    assertThat(List.of(first.pageCache(), second.pageCache())).containsOnly(PageCache.DROP);
    // The kernel asks for bytes only when it is through with the open.
    assertThat(paths.pread(first.handle(), 0, 10)).asString().isEqualTo("newer");
    Opened third = fs.open(inode, OpenFlags.READ_ONLY, Paths.CALLER);
    assertThat(third.pageCache()).isEqualTo(PageCache.KEEP);
    for (Opened opened : List.of(first, second, third)) {
      paths.close(opened.handle());
    }
  }

  @Test
  void aHandleGoesOnReadingTheVersionItBeganWithWhileTheNameLeadsToTheNewOne() throws Exception {
    bucket.put("f", "old");
    long before = fs.lookup(1, "f").inode();
    long handle = fs.open(before, OpenFlags.READ_ONLY, Paths.CALLER).handle();
    assertThat(paths.pread(handle, 0, 100)).asString().isEqualTo("old");
    bucket.put("f", "newer");
    bucket.clock.advance(TestBucket.TTL);
    long after = fs.lookup(1, "f").inode();
    assertThat(after).isNotEqualTo(before);
    assertThat(paths.read("f")).asString().isEqualTo("newer");
    assertThat(paths.pread(handle, 0, 100)).asString().isEqualTo("old");
    assertThat(fs.getattr(before, handle).size()).isEqualTo(3);
    paths.close(handle);
  }

  @Test
  void aFileThatNobodyHasOpenKeepsItsInodeWhenItIsReplaced() throws Exception {
    bucket.put("f", "old");
    long before = fs.lookup(1, "f").inode();
    paths.read("f");
    bucket.put("f", "newer");
    bucket.clock.advance(TestBucket.TTL);
    assertThat(fs.lookup(1, "f").inode()).isEqualTo(before);
    assertThat(paths.read("f")).asString().isEqualTo("newer");
  }

  @Test
  void theKernelKeepsItsPagesOnlyForTheVersionTheyAreOf() throws Exception {
    bucket.put("f", "old");
    long inode = fs.lookup(1, "f").inode();
    assertThat(open(inode)).isEqualTo(PageCache.DROP);
    assertThat(open(inode)).isEqualTo(PageCache.KEEP);
    bucket.put("f", "new");
    bucket.clock.advance(TestBucket.TTL);
    assertThat(fs.lookup(1, "f").inode()).isEqualTo(inode);
    assertThat(open(inode)).isEqualTo(PageCache.DROP);
    assertThat(open(inode)).isEqualTo(PageCache.KEEP);
  }

  private PageCache open(long inode) throws Exception {
    var opened = fs.open(inode, OpenFlags.READ_ONLY, Paths.CALLER);
    fs.release(opened.handle());
    return opened.pageCache();
  }

  @Test
  void anObjectRemovedBeforeTheFirstByteIsStale() throws Exception {
    bucket.put("f", "old");
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    bucket.memory.delete("f", WriteCondition.none());
    TestBucket.assertErrno(Errno.ESTALE, () -> paths.pread(handle, 0, 100));
    paths.close(handle);
  }

  @Test
  void aFileReplacedByADirectoryIsStaleAndTheNameLeadsToTheDirectory() throws Exception {
    bucket.put("f", "old");
    long file = fs.lookup(1, "f").inode();
    bucket.memory.delete("f", WriteCondition.none());
    bucket.put("f/below", "x");
    bucket.clock.advance(TestBucket.TTL);
    TestBucket.assertErrno(Errno.ESTALE, () -> fs.getattr(file, VirtualFileSystem.NO_HANDLE));
    assertThat(paths.list("f")).containsExactly("below");
  }

  @Test
  void noReadMixesTwoVersions() throws Exception {
    bucket.put("f", "o".repeat(LARGE));
    long handle = paths.open("f", OpenFlags.READ_ONLY);
    assertThat(paths.pread(handle, LARGE / 2, 1)).asString().isEqualTo("o");
    bucket.put("f", "n".repeat(LARGE));
    boolean stale = false;
    for (int at = 0; at < LARGE; at += 1 << 20) {
      try {
        assertThat(
                new String(paths.pread(handle, at, 1000), java.nio.charset.StandardCharsets.UTF_8))
            .isEqualTo("o".repeat(1000));
      } catch (dev.cove.vfs.FsException e) {
        assertThat(e.errno()).isEqualTo(Errno.ESTALE);
        stale = true;
      }
    }
    assertThat(stale).isTrue();
    paths.close(handle);
  }
}
