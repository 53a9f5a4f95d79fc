package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import dev.cove.namespace.NamespaceOptions;
import dev.cove.storage.CopyRequest;
import dev.cove.storage.ObjectAttributes;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore.VersionScheme;
import dev.cove.vfs.OpenFlags;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions that follow from the bytes alone, as on S3: other attributes do not change them. */
final class SameVersionTest {
  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final How AT_ONCE = new How(
      How.POSIX.attributes(),
      new NamespaceOptions(Duration.ZERO, Duration.ZERO, 10_000),
      How.POSIX.onConflict());

  @TempDir
  private Path folder;

  private TestBucket bucket;

  @BeforeEach
  void bucket() {
    bucket = new TestBucket(folder, MemoryObjectStore.S3_LIKE, VersionScheme.BY_CONTENT);
  }

  @AfterEach
  void unmount() throws IOException {
    bucket.close();
  }

  /** Another tool replaces an object's mode alone. */
  private void chmod(String key, String mode) throws StorageException {
    ObjectAttributes before = bucket.memory.head(key).attributes();
    Map<String, String> metadata = new HashMap<>(before.metadata());
    metadata.put("mode", mode);
    bucket.memory.copy(
        new CopyRequest(key, null, key, WriteCondition.none(), before.withMetadata(metadata)));
  }

  @Test
  void attributesThatAnotherChangedAloneAreSeenThoughTheVersionStays() throws Exception {
    bucket.put("f", "x", Map.of("mode", "33152"));
    bucket.clock.advance(TestBucket.TTL);
    Paths paths = new Paths(bucket.mountReadOnly(How.POSIX));
    assertThat(paths.stat("f").permissions()).isEqualTo(0600);
    chmod("f", "33261");
    bucket.clock.advance(TestBucket.TTL);
    assertThat(paths.stat("f").permissions()).isEqualTo(0755);
  }

  @Test
  void twoChangesOfAttributesWithinOneSecondAreSeen() throws Exception {
    bucket.put("f", "x", Map.of("mode", "33152"));
    Paths paths = new Paths(bucket.mountReadOnly(How.POSIX));
    assertThat(paths.stat("f").permissions()).isEqualTo(0600);
    bucket.clock.advance(MOMENT);
    chmod("f", "33261");
    bucket.clock.advance(TestBucket.TTL);
    assertThat(paths.stat("f").permissions()).isEqualTo(0755);
  }

  @Test
  void anEditKeepsTheAttributesThatAnotherChanged() throws Exception {
    bucket.put("f", "x", Map.of("mode", "33152"));
    bucket.clock.advance(TestBucket.TTL);
    Paths paths = new Paths(bucket.mountWritable(How.POSIX));
    assertThat(paths.stat("f").permissions()).isEqualTo(0600);
    chmod("f", "33261");
    bucket.clock.advance(TestBucket.TTL);
    paths.write("f", "more".getBytes(UTF_8));
    assertThat(bucket.metadata("f")).containsEntry("mode", "33261");
  }

  @Test
  void aChangeOfAttributesAloneDuringAnEditIsUndone() throws Exception {
    bucket.put("f", "x", Map.of("mode", "33152"));
    Paths paths = new Paths(bucket.mountWritable(How.POSIX));
    long handle = paths.open("f", OpenFlags.READ_WRITE);
    paths.pwrite(handle, 0, "more".getBytes(UTF_8));
    chmod("f", "33261");
    paths.close(handle);
    assertThat(bucket.object("f")).isEqualTo("more");
    assertThat(bucket.metadata("f")).containsEntry("mode", "33152");
  }

  @Test
  void aDirectoryThatWasRenamedAndChangedAtOnceKeepsThatWhenItIsRenamedAgain() throws Exception {
    Paths paths = new Paths(bucket.mountWritable(How.POSIX));
    paths.mkdir("first");
    paths.rename("first", "second");
    paths.chmod("second", 0711);
    paths.rename("second", "third");
    assertThat(paths.stat("third").permissions()).isEqualTo(0711);
  }

  @Test
  void whatThisMountWroteIsNotAskedForUntilAnotherChangesIt() throws Exception {
    Paths paths = new Paths(bucket.mountWritable(How.POSIX));
    paths.write("f", "x".getBytes(UTF_8));
    bucket.requests();
    for (int i = 0; i < 3; i++) {
      bucket.clock.advance(TestBucket.TTL);
      paths.stat("f");
    }
    assertThat(bucket.requests()).noneMatch("HEAD f"::equals);
    chmod("f", "33216");
    bucket.clock.advance(TestBucket.TTL);
    assertThat(paths.stat("f").permissions()).isEqualTo(0700);
  }

  @Test
  void withoutTimeToLiveAChangeRightAfterOnesOwnIsSeenAndKept() throws Exception {
    Paths paths = new Paths(bucket.mountWritable(AT_ONCE));
    Paths other = new Paths(bucket.mountWritable(AT_ONCE));
    paths.write("f", "x".getBytes(UTF_8));
    for (String mode : new String[] {"33216", "33261", "33152"}) {
      bucket.clock.advance(MOMENT);
      chmod("f", mode);
      int wanted = Integer.parseInt(mode) & 0777;
      assertThat(paths.stat("f").permissions()).isEqualTo(wanted);
      assertThat(other.stat("f").permissions()).isEqualTo(wanted);
    }
    paths.write("f", "more".getBytes(UTF_8));
    assertThat(bucket.metadata("f")).containsEntry("mode", "33152");
  }
}
