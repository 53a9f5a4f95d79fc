package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.ManualClock;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that version 1 of the format has written, checked in, is read by every later Cove. */
final class FormatCompatibilityTest {
  private static final Path STORE = Path.of("src", "test", "resources", "format-1");

  @Test
  void aStoreOfVersion1IsReadAsItWasWritten() throws IOException {
    MemoryObjectStore objects = checkedIn();
    try (VolumeStore store = VolumeStore.open(objects)) {
      assertThat(store.list()).extracting(VolumeInfo::name).containsExactly("clone", "sample");
      Volume volume = store.volume("sample");
      assertThat(volume.log())
          .extracting(Commit::message)
          .containsExactly("more", "many files", "first");
      assertThat(volume.base().files()).isEqualTo(306);
      FileInfo file = volume.stat("/dir/file");
      assertThat(file.mode()).isEqualTo(0640);
      assertThat(file.uid()).isEqualTo(1000);
      assertThat(file.mtime()).isEqualTo(Instant.parse("2001-02-03T04:05:06.000000789Z"));
      assertThat(file.xattrs().get("user.note")).asString().isEqualTo("kept");
      assertThat(file.links()).isEqualTo(2);
      assertThat(volume.stat("/dir/hard").inode()).isEqualTo(file.inode());
      assertThat(volume.stat("/dir/soft").target()).isEqualTo("../elsewhere");
      assertThat(volume.readFile("/dir/file")).asString().isEqualTo("some content");
      assertThat(volume.readFile("/holes")).isEqualTo(withHoles());
      assertThat(volume.readFile("/empty")).isEmpty();
      assertThat(volume.listdir("/many")).hasSize(300);
      assertThat(volume.readFile("/many/299")).asString().isEqualTo("number 299");
      assertThat(volume.tags()).isEqualTo(Map.of("v1", 1L));
      assertThat(volume.at("v1").exists("/many")).isFalse();
      assertThat(store.volume("clone").readFile("/dir/file")).asString().isEqualTo("some content");
      assertThat(store.verify().damages()).isEmpty();

      volume.writeFile("/new", new byte[] {1});
      assertThat(volume.commit("by a later Cove").number()).isEqualTo(4);
      assertThat(store.verify().damages()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/commits/", "names/"})
  void aVolumeOfANewerVersionIsRefusedInOneLine(String kind) throws IOException {
    MemoryObjectStore objects = checkedIn();
    for (String key : objects.keys()) {
      if (key.contains(kind)) {
        byte[] bytes = read(objects, key);
        bytes[5] = 2;
        objects.put(key, Content.of(bytes), WriteOptions.DEFAULT);
      }
    }
    try (VolumeStore store = VolumeStore.open(objects)) {
      VolumeException refused =
          catchThrowableOfType(VolumeException.class, () -> store.volume("sample"));
      assertThat(refused.reason()).isEqualTo(Reason.NEWER_VERSION);
      assertThat(refused).hasMessageContaining("update Cove").hasMessageNotContaining("\n");
    }
  }

  private static MemoryObjectStore checkedIn() throws IOException {
    MemoryObjectStore objects = new MemoryObjectStore();
    try (Stream<Path> files = Files.walk(STORE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = STORE.relativize(file).toString();
        objects.put(key, Content.of(Files.readAllBytes(file)), WriteOptions.DEFAULT);
      }
    }
    return objects;
  }

  /** Writes the store anew: only for a new version of the format, into a folder of its own. */
  public static void main(String[] args) throws IOException {
    MemoryObjectStore objects = new MemoryObjectStore();
    ManualClock clock = new ManualClock();
    VolumeOptions options = VolumeOptions.standard().withAuthor("cove@example").withClock(clock);
    try (VolumeStore store = VolumeStore.open(objects, options)) {
      Volume volume = store.create("sample");
      volume.writeFile("/dir/file", bytes("some content"));
      volume.writeFile("/holes", withHoles());
      volume.writeFile("/empty", new byte[0]);
      volume.symlink("../elsewhere", "/dir/soft");
      volume.link("/dir/file", "/dir/hard");
      volume.setAttributes(
          "/dir/file",
          AttributeChange.NONE
              .withMode(0640)
              .withOwner(1000, 1001)
              .withMtime(Instant.parse("2001-02-03T04:05:06.000000789Z"))
              .withXattrs(Map.of("user.note", bytes("kept"))));
      volume.commit("first");
      volume.tag("v1", "1");
      clock.advance(Duration.ofSeconds(5));
      for (int i = 0; i < 300; i++) {
        volume.writeFile("/many/" + i, bytes("number " + i));
      }
      volume.commit("many files");
      volume.copyFiles(List.of("/dir/file"), "/many-copy");
      volume.copyFiles(List.of("/empty"), "/dir");
      volume.commit("more");
      volume.clone("clone");
      volume.lease(Duration.ofDays(1));
    }
    for (String key : objects.keys()) {
      Path file = Path.of(args[0], key);
      Files.createDirectories(file.getParent());
      Files.write(file, read(objects, key));
    }
  }

  /** Six pieces between holes: more than an inode lists itself. */
  private static byte[] withHoles() {
    byte[] bytes = new byte[1_000_000];
    for (int i = 0; i < 6; i++) {
      bytes[i * 160_000 + 5_000] = (byte) (i + 1);
    }
    return bytes;
  }

  private static byte[] read(MemoryObjectStore objects, String key) throws IOException {
    try (ObjectBody body = objects.get(GetRequest.whole(key))) {
      ByteBuffer bytes = ByteBuffer.allocate((int) body.length());
      while (bytes.hasRemaining()) {
        body.read(bytes);
      }
      return bytes.array();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
