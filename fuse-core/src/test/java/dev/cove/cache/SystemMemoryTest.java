package dev.cove.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemMemoryTest {
  @TempDir
  Path root;

  private void file(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private long bytes() {
    return new SystemMemory(root).bytes();
  }

  @Test
  void withoutLimitsItIsTheMachines() throws Exception {
    file("proc/meminfo", "MemTotal:       16000000 kB\nMemFree:  5 kB\n");
    file("sys/fs/cgroup/memory.max", "max\n");
    assertThat(bytes()).isEqualTo(16_000_000L << 10);
  }

  @Test
  void aContainersLimitCounts() throws Exception {
    file("proc/meminfo", "MemTotal:       16000000 kB\n");
    file("sys/fs/cgroup/memory.max", "536870912\n");
    assertThat(bytes()).isEqualTo(512L << 20);
  }

  @Test
  void theSmallestLimitOfTheGroupsAroundUsCounts() throws Exception {
    file("proc/meminfo", "MemTotal:       16000000 kB\n");
    file("proc/self/cgroup", "0::/user.slice/app.scope\n");
    file("sys/fs/cgroup/user.slice/app.scope/memory.max", "max\n");
    file("sys/fs/cgroup/user.slice/memory.max", "1073741824\n");
    assertThat(bytes()).isEqualTo(1L << 30);
  }

  @Test
  void theOlderControlGroupsCountToo() throws Exception {
    file("proc/meminfo", "MemTotal:       16000000 kB\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n");
    assertThat(bytes()).isEqualTo(256L << 20);
  }

  @Test
  void thisMachineHasSome() {
    assertThat(MemoryBudget.defaultBytes()).isBetween(MemoryBudget.MINIMUM, 1L << 50);
  }
}
