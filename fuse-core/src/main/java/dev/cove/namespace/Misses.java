package dev.cove.namespace;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.cove.storage.KeyOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The names of one directory that were asked for while nothing was known of them, and what is worth
 * to be listed on their behalf. That never costs more requests than asking name by name does.
 */
final class Misses {
  // 64: pages listed on behalf of look-ups at most; larger directories are asked name by name.
  private static final int MAX_PAGES = 64;
  // 8: pages are listed for them that begin with the first of them.
  private static final int NEIGHBOURS = 8;

  @GuardedBy("this")
  private int count;

  // Since pages were listed that had most of those before.
  @GuardedBy("this")
  private final List<String> names = new ArrayList<>();

  /** What to do for a name. */
  sealed interface Plan {}

  /** List the directory from its beginning, this many pages at most. */
  record FirstPages(int pages) implements Plan {}

  /** List this many pages after a name, and say in {@link #listed} what was on them. */
  record PagesAfter(String name, int pages) implements Plan {}

  /** Ask for the name alone. */
  record NameAlone() implements Plan {}

  synchronized Plan next(String name) {
    count++;
    if (names.size() < NEIGHBOURS) {
      names.add(name);
    }
    // 2, 8, 32, 128: half as many pages as names were asked for.
    return switch (count) {
      case 2 -> new FirstPages(1);
      case NEIGHBOURS -> new PagesAfter(Collections.min(names, KeyOrder.UTF_8), count / 2);
      case 32, 128 -> new FirstPages(Math.min(count / 2, MAX_PAGES));
      default -> new NameAlone();
    };
  }

  /** The pages after the first of the names have these. */
  synchronized void listed(Set<String> pages) {
    // Programs go through a directory in the order of its list, with several threads nearly so.
    // Past these pages they will go on like that, unless they ask all over the directory.
    if (names.stream().filter(pages::contains).count() >= NEIGHBOURS / 2) {
      count = 2;
      names.clear();
    }
  }
}
