package dev.cove.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RotatingFileTest {
  private static final Formatter PLAIN = new Formatter() {
    @Override
    public String format(LogRecord entry) {
      return entry.getMessage() + "\n";
    }
  };

  @TempDir
  private Path temp;

  private void log(Path path, String line) throws IOException {
    RotatingFile file = new RotatingFile(path, 20, PLAIN);
    file.publish(new LogRecord(Level.INFO, line));
    file.close();
  }

  @Test
  void linesAreAppendedInAFileOfItsOwnersAloneAndAFullOneIsPutAside() throws IOException {
    Path path = temp.resolve("log");
    log(path, "first line");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    log(path, "second");
    assertThat(path).hasContent("first line\nsecond\n");
    log(path, "third");
    assertThat(path).hasContent("third\n");
    assertThat(temp.resolve("log.1")).hasContent("first line\nsecond\n");
  }

  @Test
  void aFileThatOthersCouldWriteToIsRefused() throws IOException {
    Path path = Files.createFile(temp.resolve("log"));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    assertThatThrownBy(() -> log(path, "line"))
        .isInstanceOfSatisfying(
            FileSystemException.class,
            e -> assertThat(e.getReason()).isEqualTo("others can write to it"));
    assertThat(path).isEmptyFile();
  }

  @Test
  void aFileThatOthersCouldReadIsItsOwnersAloneFromThenOn() throws IOException {
    Path path = Files.createFile(temp.resolve("log"));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    log(path, "line");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path elsewhere = temp.resolve("elsewhere");
    Path link = Files.createSymbolicLink(temp.resolve("log"), elsewhere);
    assertThatThrownBy(() -> log(link, "line")).hasMessageContaining("it is a link");
    assertThat(elsewhere).doesNotExist();
  }

  @Test
  void aDeviceIsRefused() {
    assertThatThrownBy(() -> log(Path.of("/dev/null"), "line"))
        .hasMessageContaining("no ordinary file");
  }
}
