package dev.cove.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MountTableTest {

  @Test
  void linesWithAndWithoutTagsAreRead() {
    List<MountTable.Mount> mounts = MountTable.parse("""
        22 1 259:1 / / rw,relatime shared:1 master:2 - ext4 /dev/root rw
        42 22 0:39 / /mnt/a\\040b\\134c rw,nosuid,nodev,relatime - fuse.cove s3://b\\040c rw,user_id=0
        """);
    assertThat(mounts)
        .containsExactly(
            new MountTable.Mount("259:1", "/", "ext4", "/dev/root"),
            new MountTable.Mount("0:39", "/mnt/a b\\c", "fuse.cove", "s3://b c"));
  }

  @Test
  void lineThatIsCutIsLeftOut() {
    assertThat(MountTable.parse("22 1 259:1 / / rw\n\n")).isEmpty();
  }
}
