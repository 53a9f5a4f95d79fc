package dev.cove.volume;

import dev.cove.volume.VolumeException.Reason;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which names volumes and tags may have, and which name somebody may have meant. */
final class VolumeNames {
  // One rule for both: it fits a key, a path and a command line without quoting. A tag made of
  // digits alone would be a commit.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private VolumeNames() {}

  static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new VolumeException(
          Reason.INVALID,
          "not a name for a volume: '" + name
              + "': use 1 to 64 letters, digits, '.', '_' or '-', and begin with a letter or"
              + " digit");
    }
    return name;
  }

  static String checkedTag(String tag) {
    if (!NAME.matcher(tag).matches() || tag.chars().allMatch(Character::isDigit)) {
      throw new VolumeException(
          Reason.INVALID,
          "not a name for a tag: '" + tag
              + "': use 1 to 64 letters, digits, '.', '_' or '-', begin with a letter or digit,"
              + " and not digits alone");
    }
    return tag;
  }

  static VolumeException unknown(String name, Collection<String> known) {
    String hint = closest(name, known)
        .map(close -> "did you mean '" + close + "'?")
        .orElse("create it first, with 'cove volume create " + name + "'");
    return new VolumeException(Reason.UNKNOWN_VOLUME, "no volume is named '" + name + "': " + hint);
  }

  static VolumeException moved(String name, String to) {
    return new VolumeException(
        Reason.UNKNOWN_VOLUME, "no volume is named '" + name + "': it was renamed to '" + to + "'");
  }

  /** The known name that is no more than a third of its letters away. */
  private static Optional<String> closest(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(other -> distance(name, other)))
        .filter(other -> distance(name, other) <= Math.max(1, name.length() / 3));
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
