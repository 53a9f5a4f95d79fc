package dev.cove.directory;

import dev.cove.storage.ListRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lists that are under way, so that a page goes on where the one before it ended instead of reading and sorting all names of a large
 * folder again. A page without its cursor, of another process or long after, begins anew.
 */
final class Cursors {
  // A process reads few lists at once, and a cursor holds the names of a folder.
  private static final int KEPT = 4;
  private static final char SEPARATOR = '.';

  /** Guarded by this. */
  private final Map<Page, KeyCursor> kept = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Page, KeyCursor> eldest) {
      return size() > KEPT;
    }
  };

  /** The page that a cursor stands before. */
  private record Page(String prefix, @Nullable String delimiter, String token) {}

  /**
   * Keeps a cursor for the page after a token.
   *
   * @return the token, made out to this list alone: another one that comes by the same place must not miss what is new since
   */
  synchronized String keep(ListRequest request, String token, KeyCursor cursor) {
    String own = token + SEPARATOR + UUID.randomUUID();
    kept.put(new Page(request.prefix(), request.delimiter(), own), cursor);
    return own;
  }

  /** For one page: who asks for the same again sees the folder anew. */
  synchronized @Nullable KeyCursor take(ListRequest request) {
    String token = request.pageToken();
    return token == null
        ? null
        : kept.remove(new Page(request.prefix(), request.delimiter(), token));
  }

  /** The token of a place, which any process understands. */
  static String place(String token) {
    int end = token.indexOf(SEPARATOR);
    return end < 0 ? token : token.substring(0, end);
  }
}
