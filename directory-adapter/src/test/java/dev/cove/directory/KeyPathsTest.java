package dev.cove.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.storage.StorageException;
import dev.cove.storage.testkit.OddKeys;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeyPathsTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "a, a",
        "a/b, a+/b",
        "a/, a+/%",
        "/a, +/a",
        "a//b, a+/+/b",
        "., %2E",
        "a/../b, a+/%2E%2E+/b",
        "..., ...",
        "ü+1, %C3%BC%2B1",
        "+tmp, %2Btmp",
        "%, %25",
      })
  void namesStayReadableAndNeverLeaveTheFolder(String key, String path) throws StorageException {
    assertThat(KeyPaths.path(key)).isEqualTo(path);
  }

  @Test
  void everyKeyIsReadBackFromItsPathAndFitsIntoNames() throws StorageException {
    List<String> keys = new ArrayList<>(OddKeys.ALL);
    keys.addAll(List.of("/", "//", "a\0b", "x".repeat(1024), "😀".repeat(256), "x".repeat(237)));
    keys.addAll(List.of("x".repeat(238), "x".repeat(238) + "/", "x".repeat(476), "/".repeat(1024)));
    Random random = new Random(42);
    String letters = "aZ09._-/ %+~ü€😀\0";
    for (int i = 0; i < 2_000; i++) {
      StringBuilder key = new StringBuilder();
      int length = 1 + random.nextInt(i % 10 == 0 ? 300 : 12);
      while (key.length() < length) {
        int at = letters.offsetByCodePoints(
            0, random.nextInt(letters.codePointCount(0, letters.length())));
        key.appendCodePoint(letters.codePointAt(at));
      }
      keys.add(key.toString());
    }
    Set<String> paths = new HashSet<>();
    for (String key : Set.copyOf(keys)) {
      if (key.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 1024) {
        continue;
      }
      String path = KeyPaths.path(key);
      assertThat(paths.add(path)).as(path).isTrue();
      assertThat(path).matches("[A-Za-z0-9._%+~/-]+");
      StringBuilder back = new StringBuilder();
      String[] names = path.split("/");
      for (int i = 0; i < names.length; i++) {
        assertThat(names[i].length()).isBetween(1, 255);
        boolean last = i == names.length - 1;
        assertThat(KeyPaths.isFolder(names[i])).isEqualTo(!last);
        back.append(last ? KeyPaths.ofObject(names[i]) : KeyPaths.ofFolder(names[i]));
      }
      assertThat(back).hasToString(key);
    }
  }

  @ParameterizedTest
  @CsvSource({"%2e", "%61", "a b", "ü", "%", "%4", "%C3", "a+b", "%%"})
  void aNameThatOnlyAnotherToolCanHaveMadeIsNoKey(String name) {
    if (!name.equals("%")) {
      assertThat(KeyPaths.ofObject(name)).isNull();
    }
    assertThat(KeyPaths.ofFolder(name + "+")).isNull();
    assertThat(KeyPaths.ofFolder(name + "~")).isNull();
  }
}
