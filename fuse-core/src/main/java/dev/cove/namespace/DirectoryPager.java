package dev.cove.namespace;

import dev.cove.storage.KeyOrder;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pages through one directory of a bucket: one LIST for each page, keys turned into names, the
 * directory shown where an object {@code a} stands beside keys below {@code a/}.
 *
 * <p>Such a pair may lie on different pages, since {@code a-b} and {@code a.b} sort between {@code
 * a} and {@code a/}. An object whose directory could still follow is therefore held back until the
 * list is past that place; there are never more of those than a key has characters.
 */
final class DirectoryPager {
  private final PageAhead pages;
  private final String prefix;
  private final Set<String> hidden;
  private final UnshowableKeys unshowable;
  private Map<String, Child.File> heldBack = Map.of();
  private ListRequest next;
  private boolean begun;
  private boolean ended;
  private boolean marker;
  private long askedNanos;
  private long heardNanos;

  DirectoryPager(PageAhead pages, String prefix, Set<String> hidden, UnshowableKeys unshowable) {
    this.pages = pages;
    this.prefix = prefix;
    this.hidden = hidden;
    this.unshowable = unshowable;
    this.next = ListRequest.children(prefix);
  }

  boolean ended() {
    return ended;
  }

  /** Leaves out all up to a key; before the first page. */
  void beginAfter(String key) {
    next = next.after(key);
  }

  /** Whether a page was asked for. */
  boolean begun() {
    return begun;
  }

  /** Whether the directory has a marker object; known after the first page. */
  boolean hasMarker() {
    return marker;
  }

  /** When the page that was fetched last was asked for. */
  long askedNanos() {
    return askedNanos;
  }

  /** When the page that was fetched last arrived. */
  long heardNanos() {
    return heardNanos;
  }

  /** The next names, in the order of their keys; may be empty before the end. */
  Map<String, Child> nextPage() throws StorageException {
    begun = true;
    PageAhead.Heard heard = pages.take(next);
    askedNanos = heard.askedNanos();
    heardNanos = heard.heardNanos();
    return names(heard.page());
  }

  /** As {@link #nextPage}; the page that follows is asked for at once. */
  Map<String, Child> nextOfAll() throws StorageException {
    Map<String, Child> names = nextPage();
    if (!ended) {
      pages.ask(next);
    }
    return names;
  }

  /** The names of a page that came by another way. */
  Map<String, Child> names(ListPage page) {
    String token = page.nextToken();
    Map<String, Child> names = merge(page, token == null ? null : lastKey(page));
    if (token == null) {
      ended = true;
    } else {
      next = next.page(token);
    }
    return names;
  }

  private Map<String, Child> merge(ListPage page, @Nullable String lastKey) {
    Map<String, Child> names = new LinkedHashMap<>(heldBack);
    Map<String, Child.File> hold = new HashMap<>();
    for (ObjectInfo object : page.objects()) {
      String name = object.key().substring(prefix.length());
      if (name.isEmpty()) {
        marker = !prefix.isEmpty();
      } else if (!hidden.contains(object.key()) && showable(object.key(), name)) {
        names.put(name, Child.File.of(object));
      }
    }
    for (String directory : page.prefixes()) {
      String name = directory.substring(prefix.length(), directory.length() - 1);
      if (showable(directory, name) && names.put(name, Child.Directory.INSTANCE) != null) {
        unshowable.add(prefix + name, UnshowableKeys.Reason.HIDDEN_BY_DIRECTORY);
      }
    }
    if (lastKey != null) {
      for (Map.Entry<String, Child> entry : List.copyOf(names.entrySet())) {
        if (entry.getValue() instanceof Child.File file
            && directoryMayFollow(prefix + entry.getKey(), lastKey)) {
          hold.put(entry.getKey(), file);
          names.remove(entry.getKey());
        }
      }
    }
    heldBack = hold;
    return names;
  }

  private boolean showable(String key, String name) {
    if (KeyNames.isShowable(name)) {
      return true;
    }
    unshowable.add(key, UnshowableKeys.reasonFor(name));
    return false;
  }

  /** Whether {@code key + "/"} sorts after the last key of the page, and so may be still to come. */
  private static boolean directoryMayFollow(String key, String lastKey) {
    // Every key between key and key + "/" begins with key, so only such a last key leaves it open.
    return lastKey.startsWith(key)
        && (lastKey.length() == key.length() || lastKey.charAt(key.length()) < '/');
  }

  static String lastKey(ListPage page) {
    String object = page.objects().isEmpty()
        ? ""
        : page.objects().get(page.objects().size() - 1).key();
    String directory =
        page.prefixes().isEmpty() ? "" : page.prefixes().get(page.prefixes().size() - 1);
    return KeyOrder.UTF_8.compare(object, directory) > 0 ? object : directory;
  }
}
