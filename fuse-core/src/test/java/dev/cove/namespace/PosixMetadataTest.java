package dev.cove.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.FileType;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PosixMetadataTest {

  @Test
  void readsWhatS3fsWrites() {
    assertThat(PosixMetadata.parse(
            Map.of("mode", "33188", "uid", "1000", "gid", "100", "mtime", "1700000000"), false))
        .isEqualTo(new PosixMetadata(FileType.FILE, 0644, 1000, 100, 1_700_000_000_000_000_000L));
    assertThat(PosixMetadata.parse(Map.of("mode", "41471"), false).type())
        .isEqualTo(FileType.SYMLINK);
    assertThat(PosixMetadata.parse(Map.of("mode", "16877"), true))
        .extracting(PosixMetadata::type, PosixMetadata::permissions)
        .containsExactly(FileType.DIRECTORY, 0755);
  }

  @Test
  void readsWhatRcloneWrites() {
    PosixMetadata read =
        PosixMetadata.parse(Map.of("mode", "100640", "mtime", "1700000000.123456789"), false);
    assertThat(read.permissions()).isEqualTo(0640);
    assertThat(read.modifiedNanos()).isEqualTo(1_700_000_000_123_456_789L);
    assertThat(PosixMetadata.parse(Map.of("mtime", "2023-11-14T22:13:20.5Z"), false)
            .modifiedNanos())
        .isEqualTo(1_700_000_000_500_000_000L);
    assertThat(PosixMetadata.parse(Map.of("mode", "41777"), true))
        .as("octal of a sticky directory, which in decimal would be a link")
        .extracting(PosixMetadata::type, PosixMetadata::permissions)
        .containsExactly(FileType.DIRECTORY, 01777);
  }

  @Test
  void whatCannotBeUnderstoodCountsAsNotThere() {
    for (String odd : new String[] {"", "x", "-1", "1e999999999", "99999999999999999999999", "9"}) {
      PosixMetadata read =
          PosixMetadata.parse(Map.of("mode", odd, "uid", odd, "gid", odd, "mtime", odd), false);
      assertThat(read.type()).isNull();
      if (!odd.equals("9") && !odd.equals("-1")) {
        assertThat(read.modifiedNanos()).isNull();
        assertThat(read.uid()).isNull();
      }
    }
  }

  @Test
  void whatIsStoredReadsBackToTheNanosecondAlsoBeforeNineteenSeventy() {
    for (long nanos : new long[] {0, 1, -1, 1_700_000_000_123_456_789L, -5_000_000_001L}) {
      Map<String, String> stored = PosixMetadata.store(
          PosixMetadata.Style.S3FS, Map.of("other", "kept"), FileType.FILE, 0600, -2, 7, nanos);
      assertThat(stored).containsEntry("other", "kept").containsEntry("uid", "4294967294");
      assertThat(PosixMetadata.parse(stored, false))
          .isEqualTo(new PosixMetadata(FileType.FILE, 0600, -2, 7, nanos));
    }
  }

  @Test
  void whatGcsfuseWroteIsUnderstoodAndWrittenItsWay() {
    Map<String, String> written = PosixMetadata.store(
        PosixMetadata.Style.GCSFUSE, Map.of(), FileType.SYMLINK, 0777, 1, 2, 1_500_000_000L);
    assertThat(written)
        .containsEntry("gcsfuse_mtime", "1970-01-01T00:00:01.500Z")
        .containsEntry("goog-reserved-file-is-symlink", "true")
        .containsEntry("mtime", "1.5");
    assertThat(PosixMetadata.parse(Map.of("gcsfuse_symlink_target", "x"), false).type())
        .isEqualTo(FileType.SYMLINK);
    Map<String, String> both = Map.of("mtime", "1", "gcsfuse_mtime", "1970-01-01T00:00:02Z");
    assertThat(PosixMetadata.parse(both, false).modifiedNanos()).isEqualTo(2_000_000_000L);
    assertThat(PosixMetadata.store(
            PosixMetadata.Style.S3FS, both, FileType.FILE, 0644, 1, 2, 3_000_000_000L))
        .containsEntry("mtime", "3")
        .doesNotContainKey("gcsfuse_mtime");
  }
}
