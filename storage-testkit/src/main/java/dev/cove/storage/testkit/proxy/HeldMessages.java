package dev.cove.storage.testkit.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Messages of one direction that wait to be passed on; used by one event loop. */
final class HeldMessages {
  // Enough for the line to be busy; a sender that is further ahead is not read from.
  private static final long MOST = 1 << 20;

  private final Deque<HttpObject> messages = new ArrayDeque<>();
  private long bytes;

  void add(HttpObject message) {
    messages.add(message);
    bytes += size(message);
  }

  @Nullable
  HttpObject first() {
    return messages.peek();
  }

  /** The first one, which the caller then owns. */
  HttpObject take() {
    HttpObject message = messages.remove();
    bytes -= size(message);
    return message;
  }

  /** Puts what is left of a message back. */
  void putBack(HttpObject message) {
    messages.addFirst(message);
    bytes += size(message);
  }

  boolean hasRoom() {
    return bytes < MOST;
  }

  void clear() {
    messages.forEach(ReferenceCountUtil::release);
    messages.clear();
    bytes = 0;
  }

  private static int size(HttpObject message) {
    return message instanceof HttpContent content ? content.content().readableBytes() : 0;
  }
}
