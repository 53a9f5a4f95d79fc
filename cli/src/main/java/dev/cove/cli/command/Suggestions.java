package dev.cove.cli.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a user who mistyped may have meant. */
public final class Suggestions {
  private Suggestions() {}

  /** The candidate nearest to what was typed, when it is near enough to be meant. */
  public static Optional<String> nearest(String typed, Collection<String> candidates) {
    // A third of the letters: `--regoin` is near `--region`, `--rw` is near nothing by chance.
    // Of one letter another one is no misspelling.
    int most = typed.length() < 3 ? 0 : Math.max(1, typed.length() / 3);
    return candidates.stream()
        .filter(candidate -> distance(typed, candidate) <= most
            || (typed.length() > 3 && candidate.startsWith(typed)))
        .min(Comparator.<String>comparingInt(candidate -> distance(typed, candidate))
            .thenComparing(Comparator.naturalOrder()));
  }

  /** {@code "; did you mean X?"}, or nothing. */
  public static String hint(String typed, Collection<String> candidates) {
    return nearest(typed, candidates)
        .map(name -> "; did you mean " + name + "?")
        .orElse("");
  }

  // Insertions, deletions, replacements, and swaps of neighbours: the mistakes of typing hands.
  private static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      before = last;
      last = row;
    }
    return last[b.length()];
  }
}
