package dev.cove.benchmarks.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The section of docs/PERFORMANCE.md with what was measured of volumes; rows of lines that did not run stay what they are. */
final class Page {
  private static final String BEGIN = "<!-- volumes: written by benchmarks/run volumes -->";
  private static final String END = "<!-- volumes: end -->";

  private Page() {}

  /**
   * Replaces the rows of lines that were measured.
   *
   * @param order all lines there are
   * @param measured the cells of the rows of each line that ran
   */
  static void update(Path page, List<String> order, Map<String, List<List<String>>> measured)
      throws IOException {
    String text = Files.readString(page);
    int from = text.indexOf(BEGIN);
    int to = text.indexOf(END);
    if (from < 0 || to < from) {
      throw new IOException(page + " has no section of volumes: " + BEGIN + " … " + END);
    }
    from += BEGIN.length();
    StringBuilder section = new StringBuilder("\n\n");
    row(section, List.of("line", "what", "measured", "limit", "met", "on"));
    section.append("|---|---|---|---|---|---|\n");
    String today = LocalDate.now(ZoneOffset.UTC).toString();
    for (String line : order) {
      List<List<String>> rows = measured.get(line);
      if (rows == null) {
        text.substring(from, to)
            .lines()
            .filter(old -> old.startsWith("| " + line + " |"))
            .forEach(old -> section.append(old).append('\n'));
        continue;
      }
      for (List<String> cells : rows) {
        List<String> all = new ArrayList<>(List.of(line));
        all.addAll(cells);
        all.add(today);
        row(section, all);
      }
    }
    Files.writeString(page, text.substring(0, from) + section + "\n" + text.substring(to));
  }

  private static void row(StringBuilder section, List<String> cells) {
    section.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
