package dev.cove.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class MountOptionsTest {

  @Test
  void eachChangeLeavesTheOthersAlone() {
    MountOptions options = MountOptions.DEFAULTS
        .withFsName("s3://b")
        .withAccess(MountOptions.Access.READ_ONLY)
        .withVisibility(MountOptions.Visibility.EVERYBODY)
        .withPermissions(MountOptions.Permissions.NOBODY)
        .withOnExit(MountOptions.OnExit.UNMOUNT)
        .withConcurrency(10, 5)
        .withMaxReadahead(1 << 20)
        .withMaxWrite(1 << 17)
        .withSlowAfter(Duration.ofSeconds(1));
    assertThat(options)
        .isEqualTo(new MountOptions(
            "s3://b",
            MountOptions.Access.READ_ONLY,
            MountOptions.Visibility.EVERYBODY,
            MountOptions.Permissions.NOBODY,
            MountOptions.OnExit.UNMOUNT,
            10,
            5,
            1 << 20,
            1 << 17,
            Duration.ofSeconds(1)));
  }

  @Test
  void threadsThatReadaheadCouldAllTakeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MountOptions.DEFAULTS.withConcurrency(64, 64))
        .withMessageContaining("maxThreads must be from 128");
  }
}
