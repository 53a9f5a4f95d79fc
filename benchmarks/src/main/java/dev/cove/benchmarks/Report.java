package dev.cove.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table, and which of its lines miss their limit. */
public final class Report {
  private record Line(String what, double figure, String unit, String limit, boolean met) {}

  private final List<Line> lines = new ArrayList<>();

  public void atMost(String what, double figure, double limit, String unit) {
    add(new Line(what, figure, unit, "<= " + number(limit), figure <= limit));
  }

  public void atLeast(String what, double figure, double limit, String unit) {
    add(new Line(what, figure, unit, ">= " + number(limit), figure >= limit));
  }

  /** A figure without a limit. */
  public void note(String what, double figure, String unit) {
    add(new Line(what, figure, unit, "", true));
  }

  private void add(Line line) {
    if (lines.isEmpty()) {
      print("what", "measured", "limit", "");
    }
    lines.add(line);
    print(line.what, number(line.figure) + " " + line.unit, line.limit, line.met ? "" : "MISSED");
  }

  /** The cells of each line so far: what, measured, limit, and whether it is met. */
  public List<List<String>> rows() {
    return lines.stream()
        .map(line -> List.of(
            line.what,
            (number(line.figure) + " " + line.unit).strip(),
            line.limit,
            line.limit.isEmpty() ? "" : line.met ? "yes" : "**no**"))
        .toList();
  }

  private static void print(String what, String figure, String limit, String verdict) {
    System.out.printf(Locale.ROOT, "%-72s %18s  %-10s %s%n", what, figure, limit, verdict);
  }

  private static String number(double figure) {
    return figure >= 1000
        ? String.format(Locale.ROOT, "%,.0f", figure)
        : String.format(Locale.ROOT, figure >= 10 ? "%.1f" : "%.2f", figure);
  }

  /** Says again what was missed; true if nothing was. */
  public boolean conclude() {
    List<Line> missed = lines.stream().filter(line -> !line.met).toList();
    System.out.println();
    System.out.println(
        missed.isEmpty() ? "every limit is met" : missed.size() + " limits are missed:");
    missed.forEach(line -> System.out.println("  " + line.what));
    return missed.isEmpty();
  }
}
