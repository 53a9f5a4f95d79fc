package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreOperation;
import dev.cove.vfs.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that were closed and could not be stored, and what becomes of them. */
final class UnstoredFilesTest extends MountedBucketTest {
  @Override
  BucketFileSystem mount(TestBucket bucket) throws IOException {
    bucket.put("old", "stored");
    return bucket.mountWritable(How.POSIX);
  }

  @Test
  void removedTheyTakeNoSpoolAnyMore() throws Exception {
    refuse("new", "old");
    closeUnstored(paths.create("new"));
    closeUnstored(paths.open("old", OpenFlags.READ_WRITE));
    assertThat(staged()).hasSizeGreaterThanOrEqualTo(2);
    paths.unlink("new");
    paths.unlink("old");
    assertThat(staged()).isEmpty();
    assertThat(fs.unsaved().files()).isZero();
  }

  @Test
  void replacedByARenameTheyTakeNoSpoolAnyMore() throws Exception {
    paths.write("source", "whole".getBytes(UTF_8));
    refuse("old");
    closeUnstored(paths.open("old", OpenFlags.READ_WRITE));
    assertThat(staged()).isNotEmpty();
    paths.rename("source", "old");
    assertThat(staged()).isEmpty();
    assertThat(bucket.object("old")).isEqualTo("whole");
  }

  @Test
  void removedWhileOpenTheyAreReadOnUntilTheLastClose() throws Exception {
    refuse("new");
    long writer = paths.create("new");
    long reader = paths.open("new", OpenFlags.READ_ONLY);
    closeUnstored(writer);
    paths.unlink("new");
    assertThat(new String(paths.pread(reader, 0, 10), UTF_8)).isEqualTo("bytes");
    fs.release(reader);
    assertThat(staged()).isEmpty();
  }

  private void refuse(String... keys) {
    for (String key : keys) {
      bucket.faults.on(StoreOperation.PUT).key(key).fail(Kind.UNAVAILABLE);
    }
  }

  private void closeUnstored(long handle) throws Exception {
    paths.pwrite(handle, 0, "bytes".getBytes(UTF_8));
    TestBucket.assertFails(Kind.UNAVAILABLE, () -> fs.flush(handle));
    fs.release(handle);
  }

  /** The files of the spool that hold what was written. */
  private List<String> staged() throws Exception {
    try (var files = Files.list(fs.spool())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("lock") && !name.equals("journal.jsonl"))
          .toList();
    }
  }
}
