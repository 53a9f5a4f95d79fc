package dev.cove.namespace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a list of one directory has said so far. Grows page by page, then is complete; the mount's
 * own changes are put in as they happen.
 */
final class Listing {

  private final Map<String, Child> children = new LinkedHashMap<>(); // guarded by this
  private final long startedNanos;
  private volatile long heardNanos;
  private volatile boolean complete;
  private volatile boolean marker;
  private int pages; // guarded by this

  /**
   * A listing without names.
   *
   * @param startedNanos before the first page was asked for: own changes made after it may be
   *     missing from the pages
   */
  Listing(long startedNanos) {
    this.startedNanos = startedNanos;
    this.heardNanos = startedNanos;
  }

  long startedNanos() {
    return startedNanos;
  }

  /** When the last page arrived. */
  long heardNanos() {
    return heardNanos;
  }

  /** Whether a name that is not here does not exist. */
  boolean complete() {
    return complete;
  }

  boolean hasMarker() {
    return marker;
  }

  synchronized int pages() {
    return pages;
  }

  synchronized int size() {
    return children.size();
  }

  synchronized @Nullable Child get(String name) {
    return children.get(name);
  }

  synchronized List<DirectoryCursor.Named> snapshot(long nanos) {
    List<DirectoryCursor.Named> all = new ArrayList<>(children.size());
    children.forEach((name, child) -> all.add(new DirectoryCursor.Named(name, child, nanos)));
    return all;
  }

  /** Whether any name but the given one is here. */
  synchronized boolean hasOtherThan(String name) {
    return children.size() > (children.containsKey(name) ? 1 : 0);
  }

  synchronized void addPage(Map<String, Child> page, long nanos) {
    children.putAll(page);
    pages++;
    heardNanos = nanos;
  }

  /** Forgets the names, keeping the listing incomplete: it has grown past what is remembered. */
  synchronized void clear() {
    children.clear();
  }

  /** The last page has been added. */
  void finish() {
    complete = true;
  }

  /** The mount itself changed a name; null removed it. */
  synchronized void apply(String name, @Nullable Child child) {
    if (child == null) {
      children.remove(name);
    } else {
      children.put(name, child);
    }
  }

  void applyMarker(boolean present) {
    marker = present;
  }
}
