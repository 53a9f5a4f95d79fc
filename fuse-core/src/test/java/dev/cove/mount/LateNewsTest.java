package dev.cove.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.mount.TestBucket.How;
import dev.cove.vfs.Entry;
import dev.cove.vfs.VirtualFileSystem;
import dev.cove.vfs.VirtualFileSystem.DirectorySink;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What was listed before a change of the mount's own and is delivered after it. */
final class LateNewsTest extends MountedBucketTest {
  @Override
  BucketFileSystem mount(TestBucket bucket) throws IOException {
    bucket.put("a", "first");
    bucket.put("b", "old");
    bucket.put("c", "last");
    return bucket.mountWritable(How.POSIX);
  }

  /** Takes entries with their attributes, so many of them. */
  private record Sizes(Map<String, Long> sizes, int most) implements DirectorySink {
    @Override
    public boolean wantsAttributes() {
      return true;
    }

    @Override
    public boolean add(String name, Entry entry, long cookie) {
      if (sizes.size() >= most) {
        return false;
      }
      sizes.put(name, entry.attributes().size());
      return true;
    }
  }

  private Map<String, Long> read(long directory, long cookie, int most) throws IOException {
    Sizes sizes = new Sizes(new TreeMap<>(), most);
    fs.readdir(directory, cookie, sizes);
    return sizes.sizes();
  }

  @Test
  void aListFromBeforeAChangeDoesNotBringBackTheStateBefore() throws Exception {
    long directory = fs.opendir(VirtualFileSystem.ROOT);
    assertThat(read(directory, 0, 1)).containsOnlyKeys("a");
    paths.write("b", "new and longer".getBytes(UTF_8));
    assertThat(read(directory, 1, 2)).containsEntry("b", 14L);
    assertThat(paths.stat("b").size()).isEqualTo(14);
    // Nor does the next change begin with it.
    paths.write("b", "newest".getBytes(UTF_8));
    assertThat(bucket.object("b")).isEqualTo("newest");
    fs.releasedir(directory);
  }

  @Test
  void aNameRemovedSinceItWasListedIsNotShown() throws Exception {
    long directory = fs.opendir(VirtualFileSystem.ROOT);
    assertThat(read(directory, 0, 1)).containsOnlyKeys("a");
    paths.unlink("b");
    assertThat(read(directory, 1, 2)).containsOnlyKeys("c");
    fs.releasedir(directory);
  }
}
