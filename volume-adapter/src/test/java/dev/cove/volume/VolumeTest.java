package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the user of a volume is promised, on a store in memory. */
final class VolumeTest {
  private final MemoryObjectStore objects = new MemoryObjectStore();
  private final VolumeStore store = VolumeStore.open(objects);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aVolumeIsCreatedOnceAndFoundByItsName() {
    store.create("data");
    assertThat(store.volume("data").base().number()).isZero();
    assertThat(store.list()).extracting(VolumeInfo::name).containsExactly("data");
    assertThatThrownBy(() -> store.create("data")).satisfies(reason(Reason.VOLUME_EXISTS));
  }

  @Test
  void anUnknownVolumeIsToldWithTheNameThatWasMeant() {
    store.create("my-volume");
    assertThatThrownBy(() -> store.volume("my-volmue"))
        .satisfies(reason(Reason.UNKNOWN_VOLUME))
        .hasMessageContaining("did you mean 'my-volume'?");
  }

  @Test
  void nothingIsSeenByOthersUntilCommitAndThenAllOfIt() {
    Volume writer = store.volume("data", IfMissing.CREATE_IF_MISSING);
    Volume reader = store.volume("data");
    writer.writeFile("/a/b.txt", bytes("hello"));
    writer.writeFile("/c.txt", bytes("world"));
    assertThat(writer.readFile("/a/b.txt")).asString().isEqualTo("hello");
    reader.reload();
    assertThat(reader.listdir("/")).isEmpty();

    Commit commit = writer.commit("two files");

    assertThat(commit.number()).isOne();
    assertThat(commit.files()).isEqualTo(2);
    assertThat(commit.bytes()).isEqualTo(10);
    assertThat(reader.listdir("/")).isEmpty();
    reader.reload();
    assertThat(reader.listdir("/")).extracting(FileInfo::path).containsExactly("/a", "/c.txt");
    assertThat(reader.readFile("a/b.txt")).asString().isEqualTo("hello");
    assertThat(reader.log()).extracting(Commit::message).containsExactly("two files");
  }

  @Test
  void aLargeFileIsReadBackAsItWas() {
    byte[] large = new byte[20 << 20];
    new Random(1).nextBytes(large);
    Arrays.fill(large, 5 << 20, 9 << 20, (byte) 0);
    Volume volume = store.create("data");
    volume.writeFile("large", large);
    volume.commit("large");
    assertThat(store.volume("data").readFile("/large")).isEqualTo(large);
  }

  @Test
  void filesAreCopiedRenamedLinkedAndRemoved() {
    Volume volume = store.create("data");
    volume.writeFile("/a", bytes("1"));
    volume.makeDirectory("/d");
    volume.copyFiles(List.of("/a"), "/d");
    volume.rename("/a", "/b");
    volume.link("/b", "/d/b");
    volume.symlink("../b", "/d/s");
    assertThat(volume.listdir("/", Recursive.YES))
        .extracting(FileInfo::path)
        .containsExactly("/b", "/d", "/d/a", "/d/b", "/d/s");
    assertThat(volume.stat("/d/b").links()).isEqualTo(2);
    volume.removeFile("/b");
    assertThat(volume.stat("/d/b").links()).isOne();
    assertThatThrownBy(() -> volume.removeFile("/d")).satisfies(reason(Reason.DIRECTORY_NOT_EMPTY));
    volume.removeFile("/d", Recursive.YES);
    assertThat(volume.listdir("/")).isEmpty();
  }

  @Test
  void aPathIsNotRenamedOntoItself() {
    Volume volume = store.create("data");
    volume.writeFile("/d/a", bytes("1"));
    for (String to : List.of("/d/a", "/d", "d//./a")) {
      assertThatThrownBy(() -> volume.rename("/d/a", to))
          .hasMessage("/d/a and /d/a are the same file")
          .satisfies(reason(Reason.FILE_EXISTS));
    }
    assertThatThrownBy(() -> volume.rename("/d", "/d")).satisfies(reason(Reason.BELOW_ITSELF));
    assertThat(volume.readFile("/d/a")).isEqualTo(bytes("1"));
  }

  @Test
  void historyIsToldComparedRolledBackTaggedAndCloned() {
    Volume volume = store.create("data");
    volume.writeFile("/d/a", bytes("1"));
    volume.writeFile("/b", bytes("2"));
    volume.commit("first");
    volume.tag("v1", "1");
    volume.writeFile("/d/a", bytes("changed"));
    volume.writeFile("/c", bytes("3"));
    volume.rename("/d", "/e");
    volume.removeFile("/b");
    volume.commit("second");

    assertThat(volume.diff("v1", "2"))
        .extracting(d -> d.kind() + " " + d.before() + " " + d.path())
        .containsExactlyInAnyOrder(
            "ADDED /c /c", "MODIFIED /e/a /e/a", "RENAMED /d /e", "REMOVED /b /b");

    Volume clone = volume.clone("copy", "v1");
    assertThat(clone.readFile("/d/a")).asString().isEqualTo("1");
    assertThat(clone.log()).extracting(Commit::message).containsExactly("clone of data@1");

    volume.rollback("v1", "back");
    assertThat(volume.readFile("/d/a")).asString().isEqualTo("1");
    assertThat(volume.exists("/e")).isFalse();
    assertThat(volume.log()).extracting(Commit::message).containsExactly("back", "second", "first");
    assertThat(volume.at("2").readFile("/e/a")).asString().isEqualTo("changed");
    assertThat(volume.tags()).containsEntry("v1", 1L);
    assertThatThrownBy(() -> volume.tag("v1", "2")).satisfies(reason(Reason.TAG_EXISTS));
    assertThatThrownBy(() -> volume.at("v2")).satisfies(reason(Reason.UNKNOWN_COMMIT));
  }

  @Test
  void replacingContentShowsUnderAllNames() {
    Volume volume = store.create("data");
    volume.writeFile("/a", bytes("1"));
    volume.link("/a", "/b");
    volume.commit("linked");
    long inode = volume.stat("/a").inode();
    volume.writeFile("/b", bytes("2"));
    volume.commit("replaced");
    Volume fresh = store.volume("data");
    assertThat(fresh.readFile("/a")).asString().isEqualTo("2");
    assertThat(fresh.stat("/a").inode()).isEqualTo(inode);
  }

  @Test
  void aCopyStoresNothing() {
    byte[] large = new byte[5 << 20];
    new Random(2).nextBytes(large);
    Volume volume = store.create("data");
    volume.writeFile("/a", large);
    volume.commit("large");
    long before = store.verify().bytes();
    volume.copyFiles(List.of("/a"), "/b");
    volume.commit("copied");
    assertThat(store.verify().bytes() - before).isLessThan(10_000);
    assertThat(store.volume("data").readFile("/b")).isEqualTo(large);
  }

  @Test
  void aVolumeIsRenamedAndDeleted() {
    Volume volume = store.create("old");
    volume.writeFile("/a", bytes("1"));
    volume.commit("first");
    store.rename("old", "new");
    assertThat(store.list()).extracting(VolumeInfo::name).containsExactly("new");
    volume.writeFile("/a", bytes("2"));
    volume.commit("second");
    assertThat(store.volume("new").readFile("/a")).asString().isEqualTo("2");

    store.delete("new");
    assertThat(store.list()).isEmpty();
    assertThatThrownBy(() -> store.volume("new")).satisfies(reason(Reason.UNKNOWN_VOLUME));
    volume.writeFile("/a", bytes("3"));
    assertThatThrownBy(() -> volume.commit("lost")).satisfies(reason(Reason.UNKNOWN_VOLUME));
    assertThat(store.create("new").listdir("/")).isEmpty();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static org.assertj.core.api.ThrowingConsumer<Throwable> reason(Reason reason) {
    return e -> assertThat(((VolumeException) e).reason()).isEqualTo(reason);
  }
}
