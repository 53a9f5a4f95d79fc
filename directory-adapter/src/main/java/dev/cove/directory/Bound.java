package dev.cove.directory;

import dev.cove.storage.KeyOrder;
import dev.cove.storage.ListRequest;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where in the order of keys a list goes on: at a key, after it, or after all that begin with it. */
record Bound(Edge edge, String at) {

  /** What of {@link #at} itself is left out. */
  enum Edge {
    FROM,
    AFTER,
    PAST_PREFIX
  }

  static Bound of(ListRequest request) throws StorageException {
    if (request.pageToken() != null) {
      return ofToken(Cursors.place(request.pageToken()));
    }
    return request.startAfter() == null
        ? new Bound(Edge.FROM, "")
        : new Bound(Edge.AFTER, request.startAfter());
  }

  boolean admits(String key) {
    int order = KeyOrder.UTF_8.compare(key, at);
    return switch (edge) {
      case FROM -> order >= 0;
      case AFTER -> order > 0;
      case PAST_PREFIX -> order > 0 && !key.startsWith(at);
    };
  }

  /** Whether it may admit a key that begins with the prefix. */
  boolean mayAdmitBelow(String prefix) {
    if (edge == Edge.PAST_PREFIX && prefix.startsWith(at)) {
      return false;
    }
    return at.startsWith(prefix) || KeyOrder.UTF_8.compare(prefix, at) >= 0;
  }

  String token() {
    byte[] bytes = (edge.name() + ' ' + at).getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  private static Bound ofToken(String token) throws StorageException {
    try {
      String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
      int space = text.indexOf(' ');
      if (space > 0) {
        return new Bound(Edge.valueOf(text.substring(0, space)), text.substring(space + 1));
      }
    } catch (IllegalArgumentException e) {
      throw new StorageException(Kind.INVALID, "not a page token of this store: " + token, e);
    }
    throw new StorageException(Kind.INVALID, "not a page token of this store: " + token);
  }
}
