package dev.cove.namespace;

import java.time.Duration;

/**
 * How long answers are remembered and how many.
 *
 * @param positiveTtl how long a name and its attributes count as known
 * @param negativeTtl how long it counts as known that a name does not exist
 * @param maxEntries names remembered over all directories
 */
public record NamespaceOptions(Duration positiveTtl, Duration negativeTtl, int maxEntries) {
  // 5 s: short enough that a person sees what others wrote, long enough for one `ls -lR` or scan.
  // 500,000: some 100 MB of heap when all are used.
  public static final NamespaceOptions DEFAULT =
      new NamespaceOptions(Duration.ofSeconds(5), Duration.ofSeconds(5), 500_000);
}
