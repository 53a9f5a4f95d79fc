package dev.cove.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cove.state.Children.Child;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteProcessesIT extends ProcessesContract {
  @TempDir
  private Path folder;

  @Override
  String where() {
    return folder.toString();
  }

  @Test
  void processesThatWriteAtOnceAllGetTheirTurn() throws Exception {
    List<Child> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(children.start(Programs.class, "puts", where(), "3000"));
    }
    for (Child writer : writers) {
      writer.line();
    }
    for (Child writer : writers) {
      writer.say("go");
    }
    List<Long> puts = new ArrayList<>();
    for (Child writer : writers) {
      puts.add(Long.parseLong(writer.line()));
    }
    long most = puts.stream().mapToLong(Long::longValue).max().orElseThrow();
    // Who waits on SQLite's own lock gets a twentieth of what the luckiest gets.
    assertThat(puts).as("puts of each: %s", puts).allMatch(own -> own * 3 >= most);
  }
}
