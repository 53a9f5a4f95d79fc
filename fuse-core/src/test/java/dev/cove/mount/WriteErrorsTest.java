package dev.cove.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.Errno;
import dev.cove.write.WriteException;
import org.junit.jupiter.api.Test;

final class WriteErrorsTest {

  @Test
  void programsAreToldWhyBytesCannotBeStaged() {
    assertThat(WriteErrors.errno(WriteException.Kind.NO_SPACE)).isEqualTo(Errno.ENOSPC);
    assertThat(WriteErrors.errno(WriteException.Kind.STREAM_ONLY)).isEqualTo(Errno.ESPIPE);
    assertThat(WriteErrors.errno(WriteException.Kind.TOO_LARGE)).isEqualTo(Errno.EFBIG);
    assertThat(WriteErrors.errno(WriteException.Kind.CONFLICT)).isEqualTo(Errno.ESTALE);
    assertThat(WriteErrors.errno(WriteException.Kind.CORRUPT)).isEqualTo(Errno.EIO);
    assertThat(WriteErrors.errno(WriteException.Kind.LOST)).isEqualTo(Errno.EIO);
  }
}
