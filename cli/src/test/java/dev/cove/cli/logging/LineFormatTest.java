package dev.cove.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.cli.command.Printable;
import java.nio.file.NoSuchFileException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

final class LineFormatTest {
  @Test
  void namesInMessagesAndStackTracesReachNoTerminalAsTheyAre() {
    LogRecord entry = new LogRecord(Level.WARNING, "cannot read a\u001b[2Jb");
    entry.setThrown(new NoSuchFileException("c\u001b[2Jd"));
    String text = new LineFormat(Printable::line).format(entry);
    assertThat(text)
        .contains("cannot read a\\x1b[2Jb\n")
        .contains("NoSuchFileException: c\\x1b[2Jd\n    at ")
        .doesNotContain("\u001b");
  }
}
