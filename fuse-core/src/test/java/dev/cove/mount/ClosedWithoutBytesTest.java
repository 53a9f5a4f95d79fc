package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** New files that were closed without a byte, whose last close has not stored them yet. */
final class ClosedWithoutBytesTest extends MountedBucketTest {
  @Override
  BucketFileSystem mount(TestBucket bucket) throws IOException {
    return bucket.mountWritable(How.POSIX);
  }

  private Path spool() {
    return requireNonNull(fs.spool());
  }

  private long closed(String name) throws IOException {
    long handle = paths.create(name);
    fs.flush(handle);
    return handle;
  }

  private List<String> unfinished() throws IOException {
    return UnfinishedWork.list(spool()).stream().map(UnfinishedWork.Piece::key).toList();
  }

  @Test
  void theyAreStoredByTheNextMountWhenTheProcessIsKilled() throws Exception {
    closed("there");
    closed("renamed");
    paths.rename("renamed", "elsewhere");
    closed("another's");
    bucket.put("another's", "another's");
    Paths before = paths;
    killAndMount();
    assertThat(fs.recover()).isZero();
    assertThat(bucket.object("there")).isEmpty();
    assertThat(paths.stat("there").permissions()).isEqualTo(0644);
    assertThat(bucket.object("elsewhere")).isEmpty();
    assertThat(paths.exists("renamed")).isFalse();
    assertThat(bucket.object("another's")).isEqualTo("another's");
    assertThat(unfinished()).isEmpty();
    // The one that was killed ends in order here.
    for (String name : List.of("there", "elsewhere", "another's")) {
      before.unlink(name);
    }
  }

  @Test
  void nothingIsMadeOfThoseThatWereStoredOrRemovedOrHaveBytes() throws Exception {
    fs.release(closed("stored"));
    long removed = closed("removed");
    paths.unlink("removed");
    long written = closed("written");
    paths.pwrite(written, 0, "bytes".getBytes(UTF_8));
    long replaced = closed("replaced");
    paths.write("new", "new".getBytes(UTF_8));
    paths.rename("new", "replaced");
    assertThat(unfinished()).isEmpty();
    fs.release(removed);
    fs.release(written);
    fs.release(replaced);
    assertThat(bucket.object("written")).isEqualTo("bytes");
    assertThat(bucket.object("replaced")).isEqualTo("new");
    assertThat(paths.exists("removed")).isFalse();
  }

  /** Another process finds the folder as it is now. */
  private void killAndMount() throws IOException {
    Path next = Files.createDirectory(
        spool().resolveSibling("spool-1"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.copy(WriteSide.journal(spool()), WriteSide.journal(next));
    fs = bucket.mountWritable(How.POSIX);
    paths = new Paths(fs);
  }
}
