package dev.cove.storage.testkit;

import dev.cove.storage.KeyOrder;
import dev.cove.storage.ListPage;
import dev.cove.storage.ListRequest;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Pages through a map of keys as an object store lists them. */
final class MemoryLister {
  private static final int LAST_BEFORE_SURROGATES = 0xd7ff;
  private static final int FIRST_AFTER_SURROGATES = 0xe000;

  private final NavigableMap<String, MemoryObject> objects;
  private final BiFunction<String, MemoryObject, ObjectInfo> describe;

  MemoryLister(
      NavigableMap<String, MemoryObject> objects,
      BiFunction<String, MemoryObject, ObjectInfo> describe) {
    this.objects = objects;
    this.describe = describe;
  }

  ListPage page(ListRequest request) throws StorageException {
    List<ObjectInfo> found = new ArrayList<>();
    List<String> prefixes = new ArrayList<>();
    String last = "";
    Map.Entry<String, MemoryObject> next = first(request);
    while (next != null && next.getKey().startsWith(request.prefix())) {
      if (found.size() + prefixes.size() == request.maxKeys()) {
        return new ListPage(found, prefixes, encode(last));
      }
      String key = next.getKey();
      String rolledUp = rollUp(key, request);
      if (rolledUp == null) {
        found.add(describe.apply(key, next.getValue()));
        last = key;
        next = objects.higherEntry(key);
      } else {
        prefixes.add(rolledUp);
        last = rolledUp;
        next = pastPrefix(rolledUp);
      }
    }
    return new ListPage(found, prefixes, null);
  }

  private Map.@Nullable Entry<String, MemoryObject> first(ListRequest request)
      throws StorageException {
    String after = request.pageToken() == null ? request.startAfter() : decode(request.pageToken());
    if (after == null || KeyOrder.UTF_8.compare(after, request.prefix()) < 0) {
      return objects.ceilingEntry(request.prefix());
    }
    // A page that ended with a rolled-up prefix goes on behind all the keys it stands for.
    boolean endedWithPrefix = request.pageToken() != null && after.equals(rollUp(after, request));
    return endedWithPrefix ? pastPrefix(after) : objects.higherEntry(after);
  }

  private static @Nullable String rollUp(String key, ListRequest request) {
    String delimiter = request.delimiter();
    if (delimiter == null) {
      return null;
    }
    int at = key.indexOf(delimiter, request.prefix().length());
    return at < 0 ? null : key.substring(0, at + delimiter.length());
  }

  private Map.@Nullable Entry<String, MemoryObject> pastPrefix(String prefix) {
    for (int end = prefix.length(); end > 0; ) {
      int last = prefix.codePointBefore(end);
      end -= Character.charCount(last);
      if (last < Character.MAX_CODE_POINT) {
        int following = last == LAST_BEFORE_SURROGATES ? FIRST_AFTER_SURROGATES : last + 1;
        return objects.ceilingEntry(prefix.substring(0, end) + Character.toString(following));
      }
    }
    return null;
  }

  private static String encode(String last) {
    return Base64.getUrlEncoder().encodeToString(last.getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(String token) throws StorageException {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          StorageException.Kind.INVALID, "not a page token of this store: " + token, e);
    }
  }
}
