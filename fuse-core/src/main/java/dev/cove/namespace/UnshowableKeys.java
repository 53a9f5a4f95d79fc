package dev.cove.namespace;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that no path can show, as far as they were met: counted, the first of them kept, logged
 * once.
 */
public final class UnshowableKeys {

  /** Why a key has no path. */
  public enum Reason {
    /** A component is empty: {@code a//b}. */
    EMPTY_COMPONENT,
    /** A component is {@code .} or {@code ..}. */
    DOT_COMPONENT,
    /** A component holds a NUL byte. */
    NUL,
    /** A component is over 255 bytes. */
    TOO_LONG,
    /** An object {@code a} beside {@code a/b}: the directory is shown. */
    HIDDEN_BY_DIRECTORY
  }

  private static final Logger LOG = LoggerFactory.getLogger(UnshowableKeys.class);
  // 1,000: enough for a person to see the pattern; the rest need a listing with a bucket tool.
  private static final int KEPT = 1_000;

  private final Map<String, Reason> kept = new LinkedHashMap<>();

  /** The first 1,000 met, in the order they were met. */
  public synchronized Map<String, Reason> keys() {
    return Map.copyOf(kept);
  }

  synchronized void add(String key, Reason reason) {
    if (kept.size() >= KEPT || kept.putIfAbsent(key, reason) != null) {
      return;
    }
    if (kept.size() == 1) {
      LOG.warn(
          "Some keys cannot be shown as paths, the first is {} ({}); cove doctor lists them",
          printable(key),
          reason);
    }
  }

  static Reason reasonFor(String name) {
    if (name.isEmpty()) {
      return Reason.EMPTY_COMPONENT;
    }
    if (name.equals(".") || name.equals("..")) {
      return Reason.DOT_COMPONENT;
    }
    return name.indexOf('\0') >= 0 ? Reason.NUL : Reason.TOO_LONG;
  }

  private static String printable(String key) {
    return key.replaceAll("\\p{Cntrl}", "?");
  }
}
