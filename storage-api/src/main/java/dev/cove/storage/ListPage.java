package dev.cove.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list: objects and rolled-up prefixes, each in key order. A page covers one stretch
 * of the key space for both: everything on the next page sorts after everything on this one.
 *
 * @param prefixes whole prefixes, delimiter included: {@code a/b/}
 * @param nextToken null on the last page
 */
public record ListPage(
    List<ObjectInfo> objects,
    List<String> prefixes,
    @Nullable String nextToken) {
  public ListPage {
    objects = List.copyOf(objects);
    prefixes = List.copyOf(prefixes);
  }
}
