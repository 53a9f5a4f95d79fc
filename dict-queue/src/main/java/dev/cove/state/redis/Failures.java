package dev.cove.state.redis;

import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong with the server, and what to do, in one line and without the password. */
final class Failures {
  private record Advice(Reason reason, String text) {}

  // By the word that the server's message begins with or holds.
  private static final Map<String, Advice> ANSWERS = Map.of(
      "WRONGPASS", new Advice(Reason.REFUSED, "refuses user or password: check the secret"),
      "NOAUTH", new Advice(Reason.REFUSED, "wants a password: name a secret that holds one"),
      "NOPERM",
          new Advice(
              Reason.REFUSED,
              "lets this user do too little: it needs to run scripts on keys cove:*"),
      "OOM",
          new Advice(
              Reason.OUT_OF_MEMORY,
              "is out of memory: nothing was stored; remove something or raise maxmemory"),
      "READONLY",
          new Advice(
              Reason.READ_ONLY, "is a read-only replica: nothing was stored; name its primary"),
      "MISCONF",
          new Advice(
              Reason.DISK_FULL,
              "cannot save to its disk and takes no writes: free some space there"),
      "LOADING", new Advice(Reason.UNREACHABLE, "is still loading its data: try again soon"),
      "MASTERDOWN",
          new Advice(Reason.UNREACHABLE, "is a replica that has lost its primary: try again soon"),
      "BUSY", new Advice(Reason.UNREACHABLE, "is busy with a script: try again soon"),
      "COVELOST",
          new Advice(
              Reason.UNREACHABLE,
              "lost the connection while it sent a reply too large to keep: what that took is gone"));
  private static final List<String> WORDS = List.of(
      "WRONGPASS",
      "NOAUTH",
      "NOPERM",
      "OOM",
      "READONLY",
      "MISCONF",
      "LOADING",
      "MASTERDOWN",
      "BUSY",
      "COVELOST");

  private Failures() {}

  /** The server without user and password. */
  static String name(RedisURI uri) {
    return (uri.isSsl() ? "rediss://" : "redis://") + uri.getHost() + ":" + uri.getPort();
  }

  static RuntimeException of(RuntimeException e, RedisURI uri) {
    if (e instanceof StateException) {
      return e;
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      Advice advice = advice(String.valueOf(t.getMessage()));
      if (advice != null) {
        return new StateException(advice.reason, name(uri) + " " + advice.text, e);
      }
      if (t instanceof SSLException) {
        return new StateException(
            Reason.UNREACHABLE,
            name(uri) + " cannot be trusted or speaks no TLS (" + oneLine(t)
                + "): name its authority's certificate, or" + " use redis://",
            e);
      }
    }
    if (e instanceof RedisConnectionException
        || hasCause(e, IOException.class)
        || hasCause(e, ClosedChannelException.class)) {
      return new StateException(
          Reason.UNREACHABLE,
          name(uri) + " cannot be reached (" + oneLine(root(e))
              + "): check that it runs and that the address is right",
          e);
    }
    if (e instanceof RedisException) {
      return new StateException(Reason.FAILED, name(uri) + ": " + oneLine(root(e)), e);
    }
    return e;
  }

  private static @Nullable Advice advice(String message) {
    for (String word : WORDS) {
      if (message.startsWith(word)
          || message.startsWith("ERR " + word)
          || message.contains(" " + word + " ")) {
        return ANSWERS.get(word);
      }
    }
    return null;
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable root(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String oneLine(Throwable e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return text.replaceAll("\\s+", " ").strip();
  }
}
