package dev.cove.volume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.storage.testkit.MemoryObjectStore;
import dev.cove.volume.VolumeException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that others change while they are read. */
final class SteadyReadTest {
  @TempDir
  private Path folder;

  private Path path;

  @BeforeEach
  void create() throws IOException {
    path = Files.writeString(folder.resolve("file"), "first");
  }

  @Test
  void aFileThatNobodyWritesToIsReadOnce() throws IOException {
    List<LocalFile> reads = new ArrayList<>();
    SteadyRead.of(LocalFile.of(path), file -> {
      reads.add(file);
      return file.inode();
    });
    assertThat(reads).hasSize(1);
  }

  @Test
  void aFileThatChangedMeanwhileIsReadAgainWithTheAttributesOfThen() throws IOException {
    LocalFile listed = LocalFile.of(path);
    Files.writeString(path, "grown", StandardOpenOption.APPEND);
    List<Long> sizes = new ArrayList<>();
    assertThat(SteadyRead.of(listed, file -> {
              sizes.add(file.size());
              return file.inode();
            })
            .mtime())
        .isEqualTo(Files.getLastModifiedTime(path).toInstant());
    assertThat(sizes).containsExactly(5L, 10L);
  }

  @Test
  void aFileThatGrowsShrinksOrIsReplacedEachTimeItIsReadFailsByName() throws IOException {
    for (Change change : List.<Change>of(
        () -> Files.writeString(path, "more", StandardOpenOption.APPEND),
        () -> Files.write(path, new byte[(int) (Files.size(path) / 2)]),
        () -> {
          Files.writeString(folder.resolve("other"), "other");
          Files.move(folder.resolve("other"), path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        })) {
      Files.write(path, new byte[1_000]);
      assertThatThrownBy(() -> SteadyRead.of(LocalFile.of(path), file -> {
            change.make();
            return file.inode();
          }))
          .isInstanceOfSatisfying(VolumeException.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.FAILED);
            assertThat(e).hasMessageContaining(path + " changes while it is read");
          });
    }
  }

  @Test
  void whatHasBecomeADirectoryOrALinkIsNotRead() throws IOException {
    LocalFile listed = LocalFile.of(path);
    assertThatThrownBy(() -> SteadyRead.of(listed, file -> {
          Files.delete(path);
          Files.createSymbolicLink(path, Path.of("/etc/hostname"));
          return file.inode();
        }))
        .hasMessageContaining("changes while it is read");
  }

  @Test
  void aFileThatVanishesOrCannotBeReadFailsItsPutByNameAndNothingOfItIsSeen() throws IOException {
    try (VolumeStore store = VolumeStore.open(new MemoryObjectStore())) {
      Volume volume = store.create("v");
      Files.writeString(folder.resolve("good"), "good", UTF_8);
      Files.delete(path);
      Files.createDirectory(path);
      Path gone = folder.resolve("gone");
      try (BatchUpload batch = volume.batchUpload()) {
        batch.put(folder.resolve("good"), "/good");
        assertThatThrownBy(() -> batch.put(gone, "/gone"))
            .hasMessage("cannot read " + gone + ": it does not exist");
      }
      assertThat(volume.listdir("/")).isEmpty();
      assertThat(volume.hasChanges()).isFalse();
    }
  }

  private interface Change {
    void make() throws IOException;
  }
}
