package dev.cove.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A secret that is typed at a terminal. */
@Timeout(120)
final class TypedSecretIT {
  private static final String TYPED = "typed-marker-7731";

  @TempDir
  private Path temp;

  @Test
  void whatIsTypedIsTakenAndNotShown() throws Exception {
    Cove cove = new Cove(temp);
    // Gives the command a terminal, and shows here what the terminal would show.
    Process terminal = cove.builder(
            List.of("script", "-qefc", Cove.launcher() + " secret create s A=- B=-", "/dev/null"))
        .redirectInput(ProcessBuilder.Redirect.PIPE)
        .redirectErrorStream(true)
        .start();
    StringBuilder shown = new StringBuilder();
    // Only what is typed after the question is hidden.
    readUntil(terminal, shown, "A: ");
    type(terminal, TYPED);
    readUntil(terminal, shown, "B: ");
    type(terminal, "other-" + TYPED);
    readUntil(terminal, shown, null);
    assertThat(terminal.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(terminal.exitValue()).as(shown.toString()).isZero();
    assertThat(shown.toString()).doesNotContain(TYPED);
    assertThat(cove.run("secret", "list").out()).contains("s\t").contains("A").contains("B");
  }

  private static void type(Process terminal, String line) throws IOException {
    terminal.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    terminal.getOutputStream().flush();
  }

  /** @param end null for the end of all */
  private static void readUntil(Process terminal, StringBuilder shown, String end)
      throws IOException {
    InputStream in = terminal.getInputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      shown.append((char) next);
      if (end != null && shown.toString().endsWith(end)) {
        return;
      }
    }
    assertThat(end).as("the terminal ended after: %s", shown).isNull();
  }
}
