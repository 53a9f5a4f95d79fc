package dev.cove.cli.doctor;

import dev.cove.namespace.KeyNames;
import dev.cove.namespace.UnshowableKeys.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the keys that no path can show, among keys that come in order. */
final class KeyScan {
  // More than these help nobody on a terminal.
  private static final int LISTED = 1_000;

  private final List<Finding> found = new ArrayList<>();
  // Keys that the present one begins with, shortest first: `a` is hidden once `a/b` comes.
  private final Deque<String> beginnings = new ArrayDeque<>();
  private final Set<String> hidden = new HashSet<>();
  private long seen;
  private long unshowable;

  void next(String key) {
    seen++;
    while (!beginnings.isEmpty() && !key.startsWith(beginnings.peekLast())) {
      hidden.remove(beginnings.removeLast());
    }
    for (String file : beginnings) {
      if (key.startsWith("/", file.length()) && hidden.add(file)) {
        add(file, Reason.HIDDEN_BY_DIRECTORY);
      }
    }
    Optional<Reason> reason = reason(key);
    reason.ifPresent(why -> add(key, why));
    if (reason.isEmpty() && !key.endsWith("/")) {
      beginnings.addLast(key);
    }
  }

  long seen() {
    return seen;
  }

  private void add(String key, Reason reason) {
    unshowable++;
    if (found.size() < LISTED) {
      found.add(Finding.warning("name", key + ": " + why(reason)));
    }
  }

  List<Finding> findings(String ofHowMany) {
    if (unshowable == 0) {
      return List.of(Finding.ok("names", "every one " + ofHowMany + " shows as a path"));
    }
    List<Finding> all = new ArrayList<>();
    all.add(Finding.warning(
        "names",
        unshowable + " " + ofHowMany + " cannot be shown as paths; read them with a bucket tool"));
    all.addAll(found);
    return all;
  }

  static String why(Reason reason) {
    return switch (reason) {
      case EMPTY_COMPONENT -> "a name in it is empty";
      case DOT_COMPONENT -> "a name in it is . or ..";
      case NUL -> "a name in it holds a NUL byte";
      case TOO_LONG -> "a name in it is over 255 bytes";
      case HIDDEN_BY_DIRECTORY -> "a directory of the same name is shown";
    };
  }

  private static Optional<Reason> reason(String key) {
    // A slash at the end marks a directory, which has the name before it.
    String path = key.endsWith("/") ? key.substring(0, key.length() - 1) : key;
    for (String name : path.split("/", -1)) {
      if (name.isEmpty()) {
        return Optional.of(Reason.EMPTY_COMPONENT);
      }
      if (name.equals(".") || name.equals("..")) {
        return Optional.of(Reason.DOT_COMPONENT);
      }
      if (name.indexOf('\0') >= 0) {
        return Optional.of(Reason.NUL);
      }
      if (KeyNames.isTooLong(name)) {
        return Optional.of(Reason.TOO_LONG);
      }
    }
    return Optional.empty();
  }
}
