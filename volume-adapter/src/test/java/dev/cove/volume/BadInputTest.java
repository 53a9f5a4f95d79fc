package dev.cove.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.testkit.FaultyObjectStore;
import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody should ask for, and stores that do not answer as they should. */
final class BadInputTest {
  private final FaultyObjectStore objects = new FaultyObjectStore(new MemoryObjectStore());
  private final VolumeStore store = VolumeStore.open(objects);

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".hidden", "-x", "a/b", "a b", "ü", "../a", "a\0b"})
  void aNameThatIsNoneIsRefused(String name) {
    assertThat(reason(() -> store.create(name))).isEqualTo(Reason.INVALID);
    assertThat(reason(() -> store.volume(name))).isEqualTo(Reason.INVALID);
  }

  @Test
  void namesHaveUpTo64Letters() {
    store.create("a".repeat(64));
    assertThat(reason(() -> store.create("a".repeat(65)))).isEqualTo(Reason.INVALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/../b", "..", "/a\0b", "/\ud800"})
  void aPathThatLeadsOutOrCannotBeIsRefused(String path) {
    Volume volume = store.create("v");
    assertThat(reason(() -> volume.writeFile(path, new byte[1]))).isEqualTo(Reason.INVALID);
    assertThat(reason(() -> volume.makeDirectory(path))).isEqualTo(Reason.INVALID);
    assertThat(reason(() -> volume.readFile(path))).isEqualTo(Reason.INVALID);
    assertThat(volume.listdir("/")).isEmpty();
  }

  @Test
  void namesInAPathHaveUpTo255Bytes() {
    Volume volume = store.create("v");
    volume.writeFile("/" + "ü".repeat(127) + "x", new byte[1]);
    assertThat(reason(() -> volume.writeFile("/" + "ü".repeat(128), new byte[1])))
        .isEqualTo(Reason.INVALID);
  }

  @Test
  void aPathMayBeTenThousandDirectoriesDeep() throws Exception {
    Volume volume = store.create("v");
    String deep = "/d".repeat(10_000);
    volume.writeFile(deep + "/file", new byte[] {1});
    volume.commit("deep");
    Volume fresh = store.volume("v");
    assertThat(fresh.readFile(deep + "/file")).containsExactly(1);
    assertThat(fresh.listdir(deep)).hasSize(1);
    fresh.copyFiles(List.of("/d/d"), "/copy", Recursive.YES);
    fresh.rename("/d", "/e");
    fresh.commit("moved");
    fresh.removeFile("/copy", Recursive.YES);
    fresh.removeFile("/e", Recursive.YES);
    fresh.commit("gone");
    assertThat(fresh.listdir("/")).isEmpty();
  }

  @Test
  void theWrongKindOfFileIsTold() {
    Volume volume = store.create("v");
    volume.writeFile("/f", new byte[1]);
    volume.makeDirectory("/d/e");
    assertThat(reason(() -> volume.readFile("/d"))).isEqualTo(Reason.IS_A_DIRECTORY);
    assertThat(reason(() -> volume.readFile("/f/x"))).isEqualTo(Reason.NOT_A_DIRECTORY);
    assertThat(reason(() -> volume.readFile("/x"))).isEqualTo(Reason.NO_SUCH_FILE);
    assertThat(reason(() -> volume.writeFile("/d", new byte[1]))).isEqualTo(Reason.IS_A_DIRECTORY);
    assertThat(reason(() -> volume.writeFile("/", new byte[1]))).isEqualTo(Reason.IS_A_DIRECTORY);
    assertThat(reason(() -> volume.removeFile("/"))).isEqualTo(Reason.INVALID);
    assertThat(reason(() -> volume.rename("/d", "/d/e/x"))).isEqualTo(Reason.BELOW_ITSELF);
    assertThat(reason(() -> volume.link("/f", "/f"))).isEqualTo(Reason.FILE_EXISTS);
    assertThat(reason(() -> volume.copyFiles(List.of("/f", "/d"), "/none")))
        .isEqualTo(Reason.NOT_A_DIRECTORY);
    assertThat(reason(() -> volume.at("9"))).isEqualTo(Reason.UNKNOWN_COMMIT);
    assertThat(reason(() -> volume.tag("12", "0"))).isEqualTo(Reason.INVALID);
  }

  @ParameterizedTest
  @CsvSource({
    "NO_SUCH_BUCKET, NO_SUCH_STORE",
    "READ_ONLY, READ_ONLY",
    "NO_SPACE, STORE_FULL",
    "ACCESS_DENIED, REFUSED",
    "TIMEOUT, UNREACHABLE"
  })
  void whatTheStoreAnswersIsToldAndTheChangesAreKept(Kind kind, Reason reason) {
    Volume volume = store.create("v");
    volume.writeFile("/f", new byte[1]);
    objects.onAny().fail(kind);
    VolumeException failure = catchThrowableOfType(VolumeException.class, () -> volume.commit("x"));
    assertThat(failure.reason()).isEqualTo(reason);
    assertThat(failure).hasMessageNotContaining("\n");
    objects.heal();
    assertThat(volume.commit("x").number()).isOne();
  }

  private static Reason reason(Runnable action) {
    VolumeException e = catchThrowableOfType(VolumeException.class, action::run);
    assertThat(e).isNotNull();
    assertThat(e).hasMessageNotContaining("\n");
    return e.reason();
  }
}
