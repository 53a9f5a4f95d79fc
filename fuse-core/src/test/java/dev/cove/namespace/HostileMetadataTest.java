package dev.cove.namespace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.vfs.FileNames;
import dev.cove.vfs.FileType;
import java.net.URLEncoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever others put into keys and metadata is either understood or counts as not there. */
final class HostileMetadataTest {
  private static final int ROUNDS = 20_000;
  private static final List<String> PIECES = List.of(
      "0",
      "7",
      "33188",
      "16877",
      "41471",
      "-",
      "+",
      ".",
      "e",
      "E9999999",
      "99999999999999999999",
      " ",
      "\0",
      "\n",
      "\u001b[2J",
      "\ud800",
      "\udcff",
      "\u0661",
      "NaN",
      "0x1",
      "true",
      "1970-01-01T",
      "00:00:00Z",
      "+999999999-12-31T23:59:59.999999999Z",
      "%",
      "%7B",
      "%22",
      "%ZZ",
      "{",
      "}",
      "[",
      "\"",
      ":",
      ",",
      "\\u",
      "\\",
      "null",
      "user.",
      "user.cove.",
      "MQ==",
      "=",
      "/",
      "..",
      "é",
      "\uD83D\uDE00");

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(8); n >= 0; n--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return random.nextInt(200) == 0 ? text.toString().repeat(500) : text.toString();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void whatIsReadOfModesOwnersAndTimesIsReadBackAfterItIsStored(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS; i++) {
      Map<String, String> metadata = new HashMap<>();
      for (String key : List.of(
          "mode", "uid", "gid", "mtime", "gcsfuse_mtime", "goog-reserved-file-is-symlink")) {
        if (random.nextInt(3) > 0) {
          metadata.put(key, text(random));
        }
      }
      PosixMetadata read = PosixMetadata.parse(metadata, random.nextBoolean());
      FileType type = read.type() == null ? FileType.FILE : read.type();
      PosixMetadata.Style style = PosixMetadata.Style.values()[random.nextInt(2)];
      Map<String, String> stored = PosixMetadata.store(
          style,
          metadata,
          type,
          or(read.permissions()),
          or(read.uid()),
          or(read.gid()),
          read.modifiedNanos() == null ? 0 : read.modifiedNanos());
      assertThat(PosixMetadata.parse(stored, type == FileType.DIRECTORY))
          .as("%s", metadata)
          .isEqualTo(new PosixMetadata(
              type,
              or(read.permissions()),
              or(read.uid()),
              or(read.gid()),
              read.modifiedNanos() == null ? Long.valueOf(0) : read.modifiedNanos()));
    }
  }

  private static int or(Integer value) {
    return value == null ? 0 : value;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void extendedAttributesAreReadBackAndNothingElseFails(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS; i++) {
      String raw = text(random);
      // Both are said to be an encoded object, and are not.
      UserXattrs.parse(Map.of("xattr", raw));
      UserXattrs.parse(Map.of("xattr", URLEncoder.encode("{\"" + raw + "\":\"MQ==\"}", UTF_8)));

      TreeMap<String, byte[]> attributes = new TreeMap<>();
      for (int n = random.nextInt(3); n >= 0; n--) {
        byte[] value = new byte[random.nextInt(20)];
        random.nextBytes(value);
        // The kernel hands over names that are UTF-8.
        attributes.put(text(random).replaceAll("[\ud800-\udfff]", "x"), value);
      }
      Map<String, byte[]> read = UserXattrs.parse(UserXattrs.store(Map.of(), attributes));
      assertThat(read.keySet()).isEqualTo(attributes.keySet());
      read.forEach((name, value) -> assertThat(value).isEqualTo(attributes.get(name)));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void namesGoThroughTheKernelAndBackUnchangedOrAreNotShown(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      assertThat(FileNames.encode(FileNames.decode(bytes))).isEqualTo(bytes);

      String name = text(random);
      if (FileNames.isText(name) && KeyNames.isShowable(name)) {
        byte[] shown = FileNames.encode(name);
        assertThat(shown).hasSizeBetween(1, FileNames.MAX_BYTES).doesNotContain(0);
        assertThat(FileNames.decode(shown)).isEqualTo(name);
      }
    }
  }
}
