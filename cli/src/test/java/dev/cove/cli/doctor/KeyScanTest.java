package dev.cove.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class KeyScanTest {

  private static List<String> lines(String... keys) {
    KeyScan scan = new KeyScan();
    List.of(keys).forEach(scan::next);
    return scan.findings("of all").stream().map(Finding::line).toList();
  }

  @Test
  void keysThatShowAsPathsAreFine() {
    assertThat(lines("a", "a-b", "a.txt", "dir/", "dir/b", "dir/c/d", "ü"))
        .containsExactly("every one of all shows as a path");
  }

  @Test
  void everyKindOfKeyWithoutAPathIsNamedWithItsReason() {
    String tooLong = "x".repeat(256);
    assertThat(lines("/a", "a/../b", "a/./b", "a//b", "n\0l", tooLong))
        .containsExactly(
            "6 of all cannot be shown as paths; read them with a bucket tool",
            "/a: a name in it is empty",
            "a/../b: a name in it is . or ..",
            "a/./b: a name in it is . or ..",
            "a//b: a name in it is empty",
            "n\0l: a name in it holds a NUL byte",
            tooLong + ": a name in it is over 255 bytes");
  }

  @Test
  void objectBesideADirectoryOfItsNameIsFoundThoughOtherKeysComeBetween() {
    assertThat(lines("a", "a!", "a-1", "a/b", "a/c", "b"))
        .containsExactly(
            "1 of all cannot be shown as paths; read them with a bucket tool",
            "a: a directory of the same name is shown");
  }
}
