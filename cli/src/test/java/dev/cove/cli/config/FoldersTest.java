package dev.cove.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cove.cli.command.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FoldersTest {
  @TempDir
  private Path temp;

  @Test
  void coveHomeMovesEverything() {
    Folders folders = Folders.of(
        Map.of("COVE_HOME", "/srv/cove", "XDG_STATE_HOME", "/elsewhere"), Path.of("/home/me"));
    assertThat(folders)
        .isEqualTo(new Folders(
            Path.of("/srv/cove"),
            Path.of("/srv/cove/state"),
            Path.of("/srv/cove/data"),
            Path.of("/srv/cove/cache")));
    assertThat(folders.configFile()).isEqualTo(Path.of("/srv/cove/config.toml"));
  }

  @Test
  void xdgFoldersAreUsedWithoutCoveHome() {
    assertThat(Folders.of(
            Map.of("COVE_HOME", "", "XDG_STATE_HOME", "/var/me", "XDG_CACHE_HOME", "relative"),
            Path.of("/home/me")))
        .isEqualTo(new Folders(
            Path.of("/home/me/.config/cove"),
            Path.of("/var/me/cove"),
            Path.of("/home/me/.local/share/cove"),
            Path.of("/home/me/.cache/cove")));
  }

  @Test
  void privateFoldersAreForTheirOwnerAlone() throws IOException {
    Path folder = Folders.privateFolder(temp.resolve("a/b"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void openPrivateFolderIsClosed() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("open"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Folders.privateFolder(folder);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxr-x", "rwx----w-"})
  void folderThatOthersCouldWriteToIsRefusedAndLeftAsItIs(String permissions) throws IOException {
    Path folder = Files.createDirectory(temp.resolve("open"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
    assertThatThrownBy(() -> Folders.privateFolder(folder))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("others can write to " + folder);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo(permissions);
  }

  @Test
  void symbolicLinkInPlaceOfAPrivateFolderIsRefused() throws IOException {
    Path link =
        Files.createSymbolicLink(temp.resolve("link"), Files.createDirectory(temp.resolve("real")));
    assertThatThrownBy(() -> Folders.privateFolder(link))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(link + " is a symbolic link");
  }

  @Test
  void fileInPlaceOfAPrivateFolderIsRefused() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> Folders.privateFolder(file))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining(file + " is no folder");
  }
}
