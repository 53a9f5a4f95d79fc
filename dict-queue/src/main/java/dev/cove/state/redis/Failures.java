package dev.cove.state.redis;

import dev.cove.state.StateException;
import dev.cove.state.StateException.Reason;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

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

  static RuntimeException of(RuntimeException e, Address server) {
    if (e instanceof StateException) {
      return e;
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      Advice advice = advice(String.valueOf(t.getMessage()));
      if (advice != null) {
        return new StateException(advice.reason, server.name() + " " + advice.text, e);
      }
      if (t instanceof SSLException) {
        return new StateException(
            Reason.UNREACHABLE,
            server.name() + " cannot be trusted or speaks no TLS (" + oneLine(t)
                + "): name its authority's certificate, or use redis://",
            e);
      }
    }
    if (e instanceof JedisConnectionException) {
      return new StateException(
          Reason.UNREACHABLE,
          server.name() + " cannot be reached (" + oneLine(root(e))
              + "): check that it runs and that the address is right",
          e);
    }
    if (e instanceof JedisException) {
      return new StateException(Reason.FAILED, server.name() + ": " + oneLine(root(e)), e);
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

  private static Throwable root(Throwable e) {
    Throwable root = e;
    while (true) {
      if (root.getCause() != null) {
        root = root.getCause();
      } else if (root.getSuppressed().length > 0) {
        root = root.getSuppressed()[0]; // the driver's way when a name has several addresses
      } else {
        return root;
      }
    }
  }

  private static String oneLine(Throwable e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return text.replaceAll("\\s+", " ").strip();
  }
}
