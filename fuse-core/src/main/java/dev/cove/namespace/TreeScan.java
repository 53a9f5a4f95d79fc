package dev.cove.namespace;

import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.ObjectStore;
import dev.cove.storage.StorageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Pages of all keys below a prefix, sorted into the directories that they make up: what a list of
 * each of these directories would have said, for those that the pages hold from begin to end.
 */
final class TreeScan {
  private final ObjectStore store;
  private final String top;
  private ListRequest next;
  private boolean ended;

  /** By prefix, in the order of their keys: what was heard of directories that may go on. */
  private final Map<String, Heard> open = new LinkedHashMap<>();

  private static final class Heard {
    final List<ObjectInfo> objects = new ArrayList<>();
    final List<String> prefixes = new ArrayList<>();
  }

  /**
   * @param top the prefix below which all is listed; of itself nothing is told
   * @param from the directory right below it that is wanted first
   */
  TreeScan(ObjectStore store, String top, String from) {
    this.store = store;
    this.top = top;
    // What sorts between "a" and "a/" is listed in vain, and the marker "a/" is not left out.
    this.next = ListRequest.all(top).after(from.substring(0, from.length() - 1));
  }

  boolean ended() {
    return ended;
  }

  /** Fetches a page; the directories that are whole now, each as the one page of its list. */
  Map<String, ListPage> nextPage() throws StorageException {
    ListPage page = store.list(next);
    for (ObjectInfo object : page.objects()) {
      enter(object);
    }
    String token = page.nextToken();
    if (token == null) {
      ended = true;
      return take("");
    }
    next = next.page(token);
    return take(DirectoryPager.lastKey(page));
  }

  private void enter(ObjectInfo object) {
    String key = object.key();
    Heard parent = null;
    // Each directory on the way exists because of this key, and its own list names the next one.
    for (int slash = key.indexOf('/', top.length());
        slash >= 0;
        slash = key.indexOf('/', slash + 1)) {
      String directory = key.substring(0, slash + 1);
      Heard heard = open.get(directory);
      if (heard == null) {
        heard = new Heard();
        open.put(directory, heard);
        if (parent != null) {
          parent.prefixes.add(directory);
        }
      }
      parent = heard;
    }
    if (parent != null) {
      parent.objects.add(object);
    }
  }

  /** Takes out the directories that no key after {@code last} is in. */
  private Map<String, ListPage> take(String last) {
    Map<String, ListPage> whole = new LinkedHashMap<>();
    open.entrySet().removeIf(entry -> {
      String directory = entry.getKey();
      if (!ended && last.startsWith(directory)) {
        return false;
      }
      Heard heard = entry.getValue();
      whole.put(directory, new ListPage(heard.objects, heard.prefixes, null));
      return true;
    });
    return whole;
  }
}
