package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.Content;
import dev.cove.storage.GetRequest;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.StorageException;
import dev.cove.storage.WriteCondition;
import dev.cove.storage.WriteOptions;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damage is found and told by the files it concerns. */
final class VerifyTest {
  private final MemoryObjectStore objects = new MemoryObjectStore();

  @Tag("long")
  @Test
  void everyFlippedBitIsFound() throws IOException {
    prepare();
    assertThat(check()).isEmpty();
    for (String key : objects.keys()) {
      byte[] sound = read(key);
      Random random = new Random(key.hashCode());
      // Every byte of the small objects and of both ends of the packs, and others in between.
      for (int at = 0; at < sound.length; at += at < 100 || sound.length - at < 100 ? 1 : 101) {
        byte[] damaged = sound.clone();
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        write(key, damaged);
        assertThat(check()).as("byte %s of %s", at, key).isNotEmpty();
      }
      write(key, sound);
    }
    assertThat(check()).isEmpty();
  }

  @Test
  void aDamagedChunkFailsItsFileAloneAndVerifyNamesIt() throws IOException {
    prepare();
    String pack = packWith("the content of b");
    byte[] bytes = read(pack);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("the content of b") + 3] ^= 4;
    write(pack, bytes);
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.volume("v");
      VolumeException failure =
          catchThrowableOfType(VolumeException.class, () -> volume.readFile("/d/b"));
      assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
      assertThat(failure.paths()).containsExactly("/d/b");
      assertThat(volume.readFile("/d/a")).asString().isEqualTo("the content of a");
      assertThat(volume.verify().damages()).singleElement().satisfies(damage -> {
        assertThat(damage.object()).isEqualTo(pack);
        assertThat(damage.files()).containsExactly("v@2:/d/b");
      });
    }
  }

  @Test
  void aDamagedNodeFailsWhatIsInItAndNothingElse() throws IOException {
    int files = 3_000;
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.create("v");
      try (BatchUpload batch = volume.batchUpload()) {
        for (int i = 0; i < files; i++) {
          batch.put(new byte[] {(byte) i, (byte) (i >> 8)}, "/d" + i / 100 + "/f" + i);
        }
        batch.commit("many");
      }
    }
    // The names of one directory lie together in a leaf; this one stands in the middle of them.
    String pack = packWith("f1550");
    byte[] bytes = read(pack);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("f1550") + 2] ^= 4;
    write(pack, bytes);
    List<String> lost = new ArrayList<>();
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.volume("v");
      for (int i = 0; i < files; i++) {
        String path = "/d" + i / 100 + "/f" + i;
        try {
          assertThat(volume.readFile(path)).containsExactly(i & 0xff, i >> 8);
        } catch (VolumeException e) {
          assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
          assertThat(e).hasMessageContaining(path);
          lost.add(path);
        }
      }
      assertThat(lost).hasSizeBetween(1, 1_000).contains("/d15/f1550");
      assertThat(store.verify().damages()).isNotEmpty();
    }
  }

  @Test
  void aMissingPackIsToldWithAllThatIsInIt() throws IOException {
    prepare();
    String pack = packWith("the content of b");
    objects.delete(pack, WriteCondition.none());
    try (VolumeStore store = VolumeStore.open(objects)) {
      VerifyReport report = store.verify();
      assertThat(report.damages()).singleElement().satisfies(damage -> {
        assertThat(damage.what()).isEqualTo("it is missing");
        assertThat(damage.files()).contains("v@2:/d/a", "v@2:/d/b");
      });
    }
  }

  private void prepare() {
    try (VolumeStore store = VolumeStore.open(objects)) {
      Volume volume = store.create("v");
      volume.writeFile("/d/a", "the content of a".getBytes(StandardCharsets.UTF_8));
      volume.writeFile("/d/b", "the content of b".getBytes(StandardCharsets.UTF_8));
      volume.commit("first");
      for (int i = 0; i < 400; i++) {
        volume.makeDirectory("/many/" + i);
      }
      volume.commit("second");
      volume.tag("v1", "1");
      volume.lease(Duration.ofMinutes(5));
    }
  }

  private List<VerifyReport.Damage> check() {
    try (VolumeStore store = VolumeStore.open(objects)) {
      return store.verify().damages();
    }
  }

  private String packWith(String content) throws IOException {
    for (String key : objects.keys()) {
      if (key.startsWith("packs/")
          && new String(read(key), StandardCharsets.ISO_8859_1).contains(content)) {
        return key;
      }
    }
    throw new AssertionError("no pack holds it");
  }

  private byte[] read(String key) throws IOException {
    try (ObjectBody body = objects.get(GetRequest.whole(key))) {
      ByteBuffer bytes = ByteBuffer.allocate((int) body.length());
      while (bytes.hasRemaining()) {
        body.read(bytes);
      }
      return bytes.array();
    }
  }

  private void write(String key, byte[] bytes) throws StorageException {
    objects.put(key, Content.of(bytes), WriteOptions.DEFAULT);
  }
}
